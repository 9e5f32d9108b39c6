"""What belongs to the service itself: its health, its metrics, its document and its error codes."""

import os
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from incubator.api.answers import etag_of, resource
from incubator.api.docs_ui import show_docs, show_docs_file
from incubator.api.entry import JSON, PUBLIC
from incubator.api.given import FromPath, Given
from incubator.api.openapi import document
from incubator.api.problems import RETRYABLE
from incubator.api.schema_version import require_schema
from incubator.api.service import is_draining
from incubator.db import Reads
from incubator.errors import ERRORS, DomainError, Phrase

VOLATILE: dict[str, Any] = {**PUBLIC, "volatile": True}
CHARSET = "; charset=utf-8"  # Litestar adds it to every text.
UNCACHED = {"cache-control": "no-store"}
METRICS = CONTENT_TYPE_LATEST.partition(";")[0]


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"]


class Readiness(msgspec.Struct, frozen=True):
    """The process can do its work: the database answers and has every migration."""

    status: Literal["ready"]


class Words(msgspec.Struct, frozen=True):
    """The same in both languages; `{…}` stands for what depends on the case."""

    en: Annotated[str, msgspec.Meta(examples=["Current version is {current}, you sent {sent}."])]
    vi: Annotated[str, msgspec.Meta(examples=["Phiên bản hiện tại là {current}, bạn gửi {sent}."])]


class ErrorOut(msgspec.Struct, frozen=True):
    """What a code of a problem means."""

    code: Annotated[str, msgspec.Meta(examples=["version_conflict"])]
    status: Annotated[int, msgspec.Meta(examples=[412])]
    retryable: bool
    title: Words
    detail: Words


@get("/healthz", operation_id="getHealth", opt=VOLATILE, sync_to_thread=False)
def show_health() -> Response[Health]:
    """Whether this process answers. For restarting it where it does not."""
    return Response(content=Health("ok"), headers=UNCACHED)


@get("/readyz", operation_id="getReadiness", opt={**VOLATILE, "errors": ("draining",)})
async def show_readiness(request: Request[Any, Any, Any], reads: Given[Reads]) -> Response[Readiness]:
    """Whether this process can take requests. It is 503 while the database is away or lacks a migration, and
    from the moment the server is told to stop."""
    if is_draining(request.app.state.get("drain_file")):
        raise DomainError("draining")
    await require_schema(reads)
    return Response(content=Readiness("ready"), headers=UNCACHED)


@get("/metrics", operation_id="getMetrics", opt={**VOLATILE, "produces": (METRICS,)})
async def show_metrics() -> Response[bytes]:
    """Counts and times in the text format of Prometheus, summed over the workers of this server."""
    return Response(
        content=generate_latest(_registry()), media_type=CONTENT_TYPE_LATEST.removesuffix(CHARSET), headers=UNCACHED
    )


@get("/openapi.json", opt=PUBLIC, include_in_schema=False)
async def show_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The OpenAPI document."""
    body = _document_of(request)
    headers = {"etag": etag_of(None, body), "cache-control": "no-cache"}
    if headers["etag"] == request.headers.get("if-none-match"):
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=body, media_type=JSON, headers=headers)


@get("/errors/{code:str}", operation_id="getError", opt=PUBLIC)
async def show_error(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[ErrorOut]:
    """Read what an error code means, in both languages. `type` of a problem leads here."""
    if code not in ERRORS:
        raise DomainError("not_found")
    kind = ERRORS[code]
    return resource(request, ErrorOut(code, kind.status, code in RETRYABLE, _words(kind.title), _words(kind.detail)))


service_router = Router(
    path="/",
    route_handlers=[show_health, show_readiness, show_metrics, show_document, show_docs, show_docs_file, show_error],
    tags=["Service"],
)


def _registry() -> CollectorRegistry:
    """This process alone, or all workers, which then write into the folder that prometheus_client reads."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _document_of(request: Request[Any, Any, Any]) -> bytes:
    """Built at the first request for it and kept, because most processes are never asked."""
    state = request.app.state
    if state.get("document") is None:
        state.document = msgspec.json.encode(document(request.app))
    return state.document  # type: ignore[no-any-return]


def _words(phrase: Phrase) -> Words:
    return Words(phrase.en, phrase.vi)
