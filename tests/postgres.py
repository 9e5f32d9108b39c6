"""Which PostgreSQL the tests run on."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import docker
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer

from incubator.embedded import EmbeddedServer


class TestServer:
    """A server's address, what to say about it, and how to end it."""

    __test__ = False

    def __init__(self, url: str, said: str, stop: Callable[[], None]) -> None:
        self.url = url
        self.said = said
        self.stop = stop


def start_server(given_url: str | None) -> TestServer:
    """The given one, else a container where a Docker engine answers, else the embedded server."""
    if given_url:
        return TestServer(given_url, "TEST_DATABASE_URL", lambda: None)
    return _container() or _embedded()


def _container() -> TestServer | None:
    if shutil.which("docker") is None or not _docker_answers():
        return None
    container = PostgresContainer("postgres:18", driver=None)
    try:
        container.start()
    except DockerException:  # An engine without the image and without a way to fetch it is no help.
        return None
    return TestServer(container.get_connection_url(), "a container of postgres:18 (testcontainers)", container.stop)


def _docker_answers() -> bool:
    try:
        docker.from_env(timeout=3).ping()
    except DockerException:
        return False
    return True


def _embedded() -> TestServer:
    folder = Path(tempfile.mkdtemp(prefix="incubator-test-", dir="/tmp" if Path("/tmp").is_dir() else None))
    folder.chmod(0o755)
    server = EmbeddedServer.start(folder)

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    return TestServer(server.url, "embedded (no TEST_DATABASE_URL, no Docker engine that has postgres:18)", stop)
