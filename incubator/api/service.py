"""The one ASGI wrapper: what HTTP needs around Litestar, for every request alike."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import structlog
from litestar import Litestar
from litestar.routes import HTTPRoute
from prometheus_client import Counter, Histogram

from incubator.api.problems import PROBLEM_JSON, as_domain_error, problem_parts
from incubator.errors import DomainError
from incubator.logs import log_request
from incubator.settings import Settings

log = structlog.get_logger("incubator")

MAX_URI = 8 * 1024

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]

REQUESTS = Counter("incubator_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("incubator_request_seconds", "Time to the last byte of an answer.", ["route"])


@lru_cache(maxsize=4096)
def _measures(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two measures of a request; finding them by their labels costs more than counting."""
    return REQUESTS.labels(method, route, status), SECONDS.labels(route)


class Service:
    """HEAD, long addresses, broken uploads, deadlines, the request id, the access log and the metrics."""

    def __init__(self, litestar: Litestar, settings: Settings) -> None:
        self.litestar = litestar
        self._settings = settings
        self._allowed = {
            route.path_format: _allow(route.methods) for route in litestar.routes if isinstance(route, HTTPRoute)
        }

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.litestar(scope, receive, send)
        elif scope["type"] == "http":
            await self._exchange(Exchange(scope, receive, send, self._allowed))

    async def _exchange(self, exchange: "Exchange") -> None:
        try:
            if exchange.uri_length > MAX_URI:
                await exchange.refuse(DomainError("uri_too_long", max=MAX_URI))
                return
            async with asyncio.timeout(self._settings.request_deadline) as exchange.deadline:
                await self.litestar(cast(Any, exchange.scope), exchange.receive, exchange.send)
        except TimeoutError:
            await exchange.refuse(DomainError("deadline_exceeded"))
        except Exception as exc:  # the last net: whatever passed Litestar's own handlers
            log.error("unhandled", request_id=exchange.request_id, exc_info=exc)
            await exchange.refuse(as_domain_error(exc))
        finally:
            exchange.record()
            await exchange.at_end.aclose()


class Exchange:
    """One request and its answer, watched from outside."""

    def __init__(self, scope: Any, receive: Receive, send: Send, allowed: Mapping[str, bytes]) -> None:
        self._allowed = allowed
        self.request_id = secrets.token_hex(10)
        self.scope = {**scope, "method": "GET" if scope["method"] == "HEAD" else scope["method"]}
        self.at_end = AsyncExitStack()
        self.scope["incubator.request_id"] = self.request_id
        self.scope["incubator.at_end"] = self.at_end
        self.scope["incubator.extend_deadline"] = self._extend_deadline
        self.deadline: asyncio.Timeout | None = None
        self._method = scope["method"]
        self._receive = receive
        self._send = send
        self._status = 0
        self._started = time.perf_counter()

    @property
    def uri_length(self) -> int:
        return len(self.scope.get("raw_path") or self.scope["path"]) + len(self.scope["query_string"])

    async def receive(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.scope["incubator.disconnected"] = True
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*self._with_allow(message["headers"]), *self._own_headers()]
        elif self._method == "HEAD":
            message = {**message, "body": b""}
        if message.get("more_body") and self.deadline is not None:
            self.deadline.reschedule(None)
        await self._send(message)

    async def refuse(self, error: DomainError) -> None:
        """Answer with a problem; where the answer has begun, break it off so that it cannot pass for whole."""
        if self._status:
            raise ConnectionAbortedError("the answer broke off after its first byte")
        status, headers, body = problem_parts(error, self.scope)
        pairs = {"content-type": PROBLEM_JSON, "content-length": str(len(body)), **headers}
        raw = [(name.encode(), value.encode()) for name, value in pairs.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})

    def record(self) -> None:
        """One line in the log and two in the metrics. Addresses hold names at times, so only the route is kept."""
        seconds = time.perf_counter() - self._started
        route = self.scope.get("path_template") or "unmatched"
        requests, times = _measures(self._method, route, self._status)
        requests.inc()
        times.observe(seconds)
        actor = self.scope.get("incubator.actor")
        log_request(
            request_id=self.request_id, method=self._method, route=route, status=self._status,
            ms=round(seconds * 1000, 1), actor=actor.id if actor else None,
        )  # fmt: skip

    def _with_allow(self, headers: Any) -> Any:
        """To OPTIONS Litestar names only the methods of the router that was registered first."""
        if self._method != "OPTIONS" or self._status != HTTPStatus.NO_CONTENT:
            return headers
        allowed = self._allowed.get(self.scope.get("path_template", ""))
        others = [(name, value) for name, value in headers if name.lower() != b"allow"]
        return [*others, (b"allow", allowed)] if allowed else headers

    def _own_headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"x-request-id", self.request_id.encode()), (b"x-content-type-options", b"nosniff")]

    def _extend_deadline(self, seconds: float) -> None:
        if self.deadline is not None:
            self.deadline.reschedule(asyncio.get_running_loop().time() + seconds)


def _allow(methods: Collection[str]) -> bytes:
    """The value of Allow; HEAD is answered wherever GET is."""
    return ", ".join(sorted({*methods} | ({"HEAD"} if "GET" in methods else set()))).encode()


def is_draining(drain_file: Path | None) -> bool:
    """Whether the server was told to stop: the parent process leaves this file for its workers."""
    return drain_file is not None and drain_file.exists()
