"""What happens to a request before its handler: who asks, in which form, and may they.

The order of refusals is part of the API: 401, then 406, 415 and 413, then 403; 400 and the rest follow.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.datastructures.headers import Accept
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from incubator.actor import ANONYMOUS, Actor, Permission
from incubator.api.encodings import GZIP
from incubator.errors import DomainError

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG = "image/svg+xml"
PNG = "image/png"

Authenticate = Callable[[State, str], Awaitable[Actor]]
"""From the application's state and the text of a bearer token to the actor, or 401."""

LIST: dict[str, Any] = {"produces": (JSON, CSV, XLSX)}
FIGURE: dict[str, Any] = {"produces": (JSON, CSV, XLSX), "figure": True}
PUBLIC: dict[str, Any] = {"public": True}
KEYED: dict[str, Any] = {"key_required": True}
MAKES_THE_FIRST: dict[str, Any] = {"makes_the_first": True}
GZIP_BODY: dict[str, Any] = {"gzip_body": True}
"""The body may come with Content-Encoding: gzip."""


def enter(authenticate: Authenticate, max_body: int, figure_deadline: float) -> Guard:
    """The guard of the whole application, run before each handler's own."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        opt = handler.opt
        actor = ANONYMOUS if opt.get("public") else await authenticate(connection.app.state, _bearer(connection))
        connection.scope["incubator.actor"] = actor  # type: ignore[typeddict-unknown-key]
        connection.scope["incubator.media"] = _negotiate(connection, opt.get("produces", (JSON,)))  # type: ignore[typeddict-unknown-key]
        _check_body_headers(connection, handler, max_body)
        if actor.must_change_password and not opt.get("before_password_change"):
            raise DomainError("password_change_required")
        if opt.get("figure"):
            extend_deadline(connection, figure_deadline)

    return guard


class Requires:
    """The guard of one route: some grant must hold one of the permissions."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        actor_of(connection).require(*self.permissions)


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    return connection.scope["incubator.actor"]  # type: ignore[typeddict-item, no-any-return]


def media_of(request: Request[Any, Any, Any]) -> str:
    """The media type that was agreed on for the answer."""
    return request.scope["incubator.media"]  # type: ignore[typeddict-item, no-any-return]


def at_end_of(request: Request[Any, Any, Any]) -> AsyncExitStack:
    """What shall happen when the exchange is over, however it ends: answered, refused, or the client gone."""
    return request.scope["incubator.at_end"]  # type: ignore[typeddict-item, no-any-return]


def extend_deadline(connection: ASGIConnection[Any, Any, Any, Any], seconds: float) -> None:
    """So many seconds more from now on, for what is known to take longer than other requests."""
    extend: Any = connection.scope.get("incubator.extend_deadline")
    if extend is not None:
        extend(seconds)


def _bearer(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise DomainError("unauthenticated")
    return token.strip()


def _negotiate(connection: ASGIConnection[Any, Any, Any, Any], produces: tuple[str, ...]) -> str:
    wanted = connection.headers.get("accept", "*/*")
    if wanted in {"*/*", produces[0]}:
        return produces[0]
    best = Accept(wanted).best_match(list(produces))
    if best is None:
        raise DomainError("not_acceptable", available=list(produces))
    return best


def _check_body_headers(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler, max_body: int
) -> None:
    if "data" not in handler.parsed_fn_signature.parameters:
        return
    headers = connection.headers
    media, _, parameters = headers.get("content-type", "").partition(";")
    expected = handler.opt.get("consumes", JSON)
    charset = parameters.replace('"', "").strip().lower()
    if media.strip().lower() != expected or charset not in {"", "charset=utf-8"}:
        raise DomainError("unsupported_media_type", expected=expected)
    if headers.get("content-encoding", "identity").lower() not in _encodings_of(handler):
        raise DomainError("unsupported_media_type", expected=expected)
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > max_body:
        raise DomainError("body_too_large", max=max_body)


def _encodings_of(handler: BaseRouteHandler) -> set[str]:
    return {"identity", GZIP} if "gzip_body" in handler.opt else {"identity"}
