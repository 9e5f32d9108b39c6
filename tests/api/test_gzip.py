"""Compressed bodies in and out: read within bounds, and never mistaken for one another."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State

from incubator.actor import ANONYMOUS, Actor
from incubator.api.answers import packed_resource
from incubator.api.body import JsonBody
from incubator.api.encodings import accepts_gzip, deflate, inflate
from incubator.api.entry import GZIP_BODY, PUBLIC, enter
from incubator.api.given import JSONBody
from incubator.api.problems import handle_exception
from incubator.api.service import Service
from incubator.errors import DomainError
from incubator.settings import Settings

MOST = 10_000
JSON = {"content-type": "application/json"}
PACKED = {**JSON, "content-encoding": "gzip"}


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: Annotated[str, msgspec.Meta(max_length=MOST)]


class SaidOut(msgspec.Struct, frozen=True):
    words: str


@post("/packed", opt={**PUBLIC, **GZIP_BODY}, sync_to_thread=False)
def take_packed(data: JSONBody[Said]) -> dict[str, int]:
    return {"length": len(data.words)}


@post("/plain", opt=PUBLIC, sync_to_thread=False)
def take_plain(data: JSONBody[Said]) -> dict[str, int]:
    return {"length": len(data.words)}


@get("/words", opt=PUBLIC)
async def give(request: Request[Any, Any, Any]) -> Response[SaidOut]:
    return await packed_resource(request, SaidOut("điểm danh " * 300))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A service of two doors, of which one takes gzip."""
    settings = Settings(secret_key="0" * 64, data_dir=Path(), max_body=MOST)

    async def nobody(_: State, __: str) -> Actor:
        return ANONYMOUS

    litestar = Litestar(
        [take_packed, take_plain, give],
        state=State({"settings": settings}),
        guards=[enter(nobody, MOST, 30.0)],
        dto=JsonBody,
        return_dto=None,
        exception_handlers={Exception: handle_exception},
        openapi_config=None,
        request_max_body_size=MOST,
    )
    transport = httpx.ASGITransport(app=Service(litestar, settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def body(letters: int = 5) -> bytes:
    return json.dumps({"words": "x" * letters}).encode()


async def send(http: httpx.AsyncClient, content: bytes, path: str = "/packed", **headers: str) -> tuple[int, str]:
    answer = await http.post(path, content=content, headers={**PACKED, **headers})
    return answer.status_code, answer.json().get("code", "")


async def test_a_compressed_body_is_read(http: httpx.AsyncClient) -> None:
    for encoding in ("gzip", "GZIP"):
        answer = await http.post(
            "/packed", content=gzip.compress(body(900)), headers={**PACKED, "content-encoding": encoding}
        )
        assert (answer.status_code, answer.json()) == (201, {"length": 900})
    plain = await http.post("/packed", content=body(), headers=JSON)
    assert plain.json() == {"length": 5}
    named = await http.post("/packed", content=body(), headers={**JSON, "content-encoding": "identity"})
    assert named.json() == {"length": 5}


async def test_other_encodings_and_other_doors_are_refused(http: httpx.AsyncClient) -> None:
    for encoding in ("br", "deflate", "gzip, gzip", "gzip, identity", "zstd", "", "*"):
        told = await send(http, gzip.compress(body()), **{"content-encoding": encoding})
        assert told == (415, "unsupported_media_type"), encoding
    assert await send(http, gzip.compress(body()), "/plain") == (415, "unsupported_media_type")


async def test_a_bomb_is_put_out_at_the_limit(http: httpx.AsyncClient) -> None:
    bomb = gzip.compress(b" " * 9_000_000, 9)
    assert len(bomb) < MOST
    assert await send(http, bomb) == (413, "body_too_large")
    assert await send(http, gzip.compress(gzip.compress(body()))) == (400, "malformed_json")


async def test_what_is_sent_is_bounded_like_any_body(http: httpx.AsyncClient) -> None:
    noise = b"".join(zlib.crc32(str(n).encode()).to_bytes(4, "big") for n in range(5_000))
    assert await send(http, gzip.compress(noise)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x1f\x8b", body(), gzip.compress(body())[:-9], gzip.compress(body())[:-1], gzip.compress(body()) + b"x",
        gzip.compress(body()) * 2, zlib.compress(body()), gzip.compress(b""), gzip.compress(b"\xff\xfe"),
        gzip.compress(body())[:-8] + bytes(8),
    ],
    ids=[
        "empty", "magic", "plain", "cut", "cut by one", "more behind", "two members", "zlib", "of nothing", "no UTF-8",
        "wrong checksum",
    ],
)  # fmt: skip
async def test_what_is_no_whole_stream_is_malformed(http: httpx.AsyncClient, content: bytes) -> None:
    assert await send(http, content) == (400, "malformed_json")


async def test_the_rules_of_a_body_hold_inside(http: httpx.AsyncClient) -> None:
    assert await send(http, gzip.compress(b'{"words": 1}')) == (400, "validation_failed")
    assert await send(http, gzip.compress(b'{"words": "\\u0000"}')) == (400, "invalid_characters")
    assert await send(http, gzip.compress(b"[" * 9_000)) == (400, "too_deep")


def test_inflating_makes_no_more_than_it_may() -> None:
    exact = b"x" * MOST
    assert inflate(gzip.compress(exact), MOST) == exact
    with pytest.raises(DomainError, match="body_too_large"):
        inflate(gzip.compress(exact + b"x"), MOST)


def test_deflating_twice_gives_the_same_bytes() -> None:
    assert deflate(b"abc" * 100) == deflate(b"abc" * 100)
    assert gzip.decompress(deflate(b"abc")) == b"abc"


@pytest.mark.parametrize(
    ("header", "wished"),
    [
        ("", False), ("gzip", True), ("GZIP", True), ("br, gzip", True), ("br", False), ("identity", False),
        ("*", True), ("*;q=0", False), ("*;q=0, gzip;q=0.1", True), ("*, gzip;q=0", False), ("gzip;q=0", False),
        ("gzip;q=0.000", False), ("gzip; q=1.0 , br", True), ("gzip;q=x", False), ("x-gzip2", False),
        ("gzip;q=nan", False), ("gzip;q=", False), (";;,,", False), ("gzip;q=-1", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_where_it_is_wished_for(header: str, wished: bool) -> None:
    assert accepts_gzip(header) is wished


async def test_an_answer_is_packed_under_a_tag_of_its_own(http: httpx.AsyncClient) -> None:
    plain = await http.get("/words", headers={"accept-encoding": "identity"})
    packed = await http.get("/words", headers={"accept-encoding": "gzip"})
    assert plain.json() == packed.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    tags = plain.headers["etag"], packed.headers["etag"]
    assert (tags[0] != tags[1], [tag[0] + tag[-1] for tag in tags]) == (True, ['""', '""'])
    weak = await http.get("/words", headers={"accept-encoding": "gzip", "if-none-match": f"W/{tags[1]}"})
    assert (weak.status_code, weak.content) == (304, b"")


async def test_many_are_packed_at_once(http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(http.get("/words", headers={"accept-encoding": "gzip"}) for _ in range(8)))
    assert len({(answer.headers["etag"], answer.content) for answer in answers}) == 1
