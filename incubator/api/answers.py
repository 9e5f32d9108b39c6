"""Answers: one resource with its ETag, one page of a list, and the If-Match of a write."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.types import ASGIApp, Receive, Scope, Send

from incubator.api.encodings import GZIP, accepts_gzip, deflate
from incubator.api.entry import JSON, media_of
from incubator.api.tables import export
from incubator.db import Reads
from incubator.errors import DomainError
from incubator.paging import Listing, Page, PageQuery, fetch_page

T = TypeVar("T")
Row = TypeVar("Row", bound=msgspec.Struct)

TAG = re.compile(r'"[!#-~]*"')
CACHE = {"cache-control": "private, no-cache", "vary": "authorization, accept, accept-language"}


class Answer(Response[T]):
    """A body that is bytes already: it is sent as it is, past all that Litestar would still look for."""

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        body: Any = self.content
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        if self.status_code != 304:
            media = (self.media_type or JSON).encode()
            headers += [(b"content-type", media), (b"content-length", str(len(body)).encode())]
        start = {"type": "http.response.start", "status": self.status_code, "headers": headers}

        async def send_both(_: Scope, __: Receive, send: Send) -> None:
            await send(cast(Any, start))
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return send_both


def resource(request: Request[Any, Any, Any], out: T, *, version: int | None = None) -> Response[T]:
    """A single resource or figure: 304 where If-None-Match holds this very body. `version` is for what has one but no
    id of its own."""
    body = msgspec.json.encode(out)
    return _tagged(request, body, etag_of(out, body, version), JSON)  # type: ignore[return-value]


async def packed_resource(request: Request[Any, Any, Any], out: T) -> Response[T]:
    """The same for what is large and asked for over thin lines: as gzip where that is wished for, under a tag of its
    own, because it is other bytes. In a thread, because a long one would keep others waiting."""
    body = await asyncio.to_thread(msgspec.json.encode, out)
    is_packed = accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = etag_of(out, body)
    answer: Response[Any] = _tagged(request, body, f'{etag[:-1]}-{GZIP}"' if is_packed else etag, JSON)
    answer.headers["vary"] = f"{CACHE['vary']}, accept-encoding"
    if is_packed and answer.status_code == 200:
        answer.content = await asyncio.to_thread(deflate, body)
        answer.headers["content-encoding"] = GZIP
    return answer


def text_resource(
    request: Request[Any, Any, Any], body: bytes, media: str, *, cache: Mapping[str, str] = CACHE
) -> Response[bytes]:
    """The same for a text that is no JSON, such as a calendar. It is UTF-8. `cache` says who else may keep it."""
    return _tagged(request, body, etag_of(None, body), f"{media}; charset=utf-8", cache)


async def lasting_text(
    request: Request[Any, Any, Any],
    said: Any,
    make: Callable[[], bytes],
    media: str,
    *,
    cache: Mapping[str, str] = CACHE,
) -> Response[bytes]:
    """The same for a text that takes a good part of a second to make, which is done in a thread. Its tag is that of all
    that it says, so that it is not made for whoever has it already."""
    etag = etag_of(None, msgspec.json.encode(said))
    if _is_unchanged(request, etag):
        return _tagged(request, b"", etag, media, cache)
    return _tagged(request, await asyncio.to_thread(make), etag, f"{media}; charset=utf-8", cache)


async def listed(
    request: Request[Any, Any, Any], reads: Reads, listing: Listing[Row], filters: PageQuery
) -> Response[Page[Row]]:
    """A list: one page as JSON, or the whole filtered set as a table where Accept asks for one."""
    if media_of(request) != JSON:
        return await export(request, reads, listing)  # type: ignore[return-value]
    page = await fetch_page(reads, listing, filters, path=request.scope["path"])
    headers = dict(CACHE)
    if page.next_cursor:
        query = _with_cursor(request, page.next_cursor)
        headers["link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
    return Answer(content=msgspec.json.encode(page), status_code=200, headers=headers)  # type: ignore[arg-type]


def _tagged(
    request: Request[Any, Any, Any], body: bytes, etag: str, media: str, cache: Mapping[str, str] = CACHE
) -> Response[bytes]:
    headers = {**cache, "etag": etag}
    if _is_unchanged(request, etag):
        return Answer(content=b"", status_code=304, headers=headers)
    return Answer(content=body, status_code=200, headers=headers, media_type=media)


def _is_unchanged(request: Request[Any, Any, Any], etag: str) -> bool:
    return request.method == "GET" and _is_known(etag, request.headers.get("if-none-match"))


def _is_known(etag: str, if_none_match: str | None) -> bool:
    """Compared weakly, as RFC 9110 has it: a proxy that compresses makes our strong tag a weak one."""
    if if_none_match is None:
        return False
    sent = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in sent or sent == ["*"]


def etag_of(out: Any, body: bytes, version: int | None = None) -> str:
    """`"<version>.<hash of this body>"`; a figure, which has no version, has the hash alone."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    if hasattr(out, "id"):
        version = getattr(out, "version", None)
    return f'"{digest}"' if version is None else f'"{version}.{digest}"'


class IfMatch:
    """The If-Match of a PATCH, DELETE or transition, compared with the row that the action has locked."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def check(self, version: int) -> None:
        if self._header is None:
            raise DomainError("precondition_required")
        sent = [tag.strip('"').split(".")[0] for tag in _tags(self._header)]
        if self._header.strip() != "*" and str(version) not in sent:
            raise DomainError("version_conflict", current=version, sent=", ".join(sent)[:80] or self._header[:80])


def if_match(request: Request[Any, Any, Any]) -> IfMatch:
    return IfMatch(request.headers.get("if-match"))


def _tags(header: str | None) -> list[str]:
    """Strong entity tags only: a weak one never matches, and neither does what is no tag."""
    return [] if not header else [tag.strip() for tag in header.split(",") if TAG.fullmatch(tag.strip())]


def _with_cursor(request: Request[Any, Any, Any], cursor: str) -> str:
    kept = [
        part for part in request.scope["query_string"].decode().split("&") if part and not part.startswith("cursor=")
    ]
    return "&".join([*kept, f"cursor={cursor}"])
