"""Answers: one resource with its ETag, one page of a list, and the If-Match of a write."""

import hashlib
import re
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from incubator.api.entry import JSON, media_of
from incubator.api.tables import export
from incubator.db import Reads
from incubator.errors import DomainError
from incubator.paging import Listing, Page, PageQuery, fetch_page

T = TypeVar("T")

TAG = re.compile(r'"[!#-~]*"')
CACHE = {"cache-control": "private, no-cache", "vary": "authorization, accept, accept-language"}


def resource(request: Request[Any, Any, Any], out: T) -> Response[T]:
    """A single resource or figure: 304 where If-None-Match holds this very body."""
    body = msgspec.json.encode(out)
    etag = etag_of(out, body)
    headers = {**CACHE, "etag": etag}
    if request.method == "GET" and etag in _tags(request.headers.get("if-none-match")):
        return Response(content=b"", status_code=304, headers=headers)  # type: ignore[arg-type]
    return Response(content=body, media_type=JSON, headers=headers)  # type: ignore[arg-type]


async def listed(
    request: Request[Any, Any, Any], reads: Reads, listing: Listing[T], filters: PageQuery
) -> Response[Page[T]]:
    """A list: one page as JSON, or the whole filtered set as a table where Accept asks for one."""
    if media_of(request) != JSON:
        return await export(request, reads, listing)  # type: ignore[return-value]
    page = await fetch_page(reads, listing, filters, path=request.scope["path"])
    headers = dict(CACHE)
    if page.next_cursor:
        query = _with_cursor(request, page.next_cursor)
        headers["link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
    return Response(content=msgspec.json.encode(page), media_type=JSON, headers=headers)  # type: ignore[arg-type]


def etag_of(out: Any, body: bytes) -> str:
    """`"<version>.<hash of this body>"`; a figure, which has no version, has the hash alone."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    version = getattr(out, "version", None) if hasattr(out, "id") else None
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
