"""What HTTP asks of every answer: methods, languages, caching, CORS, request ids, deadlines and the log."""

import asyncio
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from tests.conftest import copy_of, world_at
from tests.factories import Caller, Make, World
from tests.log_lines import as_written

ORIGIN = "https://khoinghiep.laocai.example"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told = dict(answer.json())
    assert (answer.status_code, told["code"]) == (status, code), told
    assert answer.headers["content-type"] == "application/problem+json"
    return told


async def test_every_answer_carries_its_request_id(make: Make, world: World) -> None:
    staff = await make.account("staff")
    answers = [await staff.get("/v1/ideas"), await staff.get("/nowhere"), await world.http.get("/v1/me")]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    for answer in answers:
        assert answer.headers.get_list("x-request-id") == [answer.headers["x-request-id"]]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert [answer.json()["request_id"] for answer in answers[1:]] == ids[1:]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/v1", "/v1/", "/v1/ideas/x", "/%00", "/v1/%ff", "/..%2f"])
async def test_what_is_not_there_is_a_problem(world: World, path: str) -> None:
    assert problem(await world.http.get(path), 404, "not_found")["instance"]


async def test_a_method_that_is_unknown_is_not_allowed(world: World) -> None:
    for method in ("BREW", "TRACE", "PROPFIND"):
        answer = await world.http.request(method, "/v1/ideas")
        problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_options_names_every_method_of_an_address(make: Make) -> None:
    staff = await make.account("staff")
    for path, methods in (("/v1/ideas", "GET, HEAD, OPTIONS, POST"), ("/v1/auth/login", "OPTIONS, POST")):
        answer = await staff.request("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (204, methods)


async def test_headers_have_an_end(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.get("/v1/ideas", headers={"accept-language": "vi," * 67, "if-none-match": "x" * 1001})
    told = problem(answer, 400, "validation_failed")
    assert [(error["header"], error["code"]) for error in told["errors"]] == [
        ("Accept-Language", "too_long"),
        ("If-None-Match", "too_long"),
    ]


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("vi", "vi"), ("en", "en"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("en;q=0.2,vi;q=0.3", "vi"),
        ("fr", "en"), ("", "en"), ("*", "en"), ("vi;q=x", "en"), ("VI", "vi"),
    ],
)  # fmt: skip
async def test_a_problem_speaks_the_language_of_its_reader(world: World, wanted: str, language: str) -> None:
    answer = await world.http.get("/nowhere", headers={"accept-language": wanted})
    assert answer.json()["title"] == {"vi": "Không tìm thấy", "en": "Not found"}[language]
    assert answer.headers["content-language"] == language


async def test_a_detail_is_sent_again_only_when_it_changed(make: Make) -> None:
    staff = await make.account("staff")
    path = f"/v1/ideas/{(await make.idea(staff))['id']}"
    first = await staff.get(path)
    tag = first.headers["etag"]
    assert tag.startswith(f'"{first.json()["version"]}.')
    for known in (tag, f'"x", {tag}', f"{tag},W/{tag}"):
        same = await staff.get(path, headers={"if-none-match": known})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == tag
        assert "content-length" not in same.headers or same.headers["content-length"] == "0"
    for unknown in ('"1"', tag.strip('"'), f'"{first.json()["version"]}.0000000000000000"'):
        assert (await staff.get(path, headers={"if-none-match": unknown})).status_code == 200
    changed = await staff.patch(path, {"title": "Mận Tam Hoa"}, headers={"if-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] == (await staff.get(path)).headers["etag"] != tag


async def test_what_is_cached_is_the_callers_own(make: Make, world: World) -> None:
    staff = await make.account("staff")
    path = f"/v1/ideas/{(await make.idea(staff))['id']}"
    for answer in (await staff.get(path), await staff.get("/v1/ideas")):
        assert answer.headers["cache-control"] == "private, no-cache"
        assert {"authorization", "accept"} <= {word.strip() for word in answer.headers["vary"].split(",")}
    assert "etag" not in (await staff.get("/v1/ideas")).headers
    assert (await world.http.get(path)).headers["cache-control"] == "no-store"


async def test_the_link_leads_through_the_whole_list(make: Make) -> None:
    staff = await make.account("staff")
    ids = {(await make.idea(staff))["id"] for _ in range(5)}
    met, address = [], "/v1/ideas?limit=2&status=submitted&status=screening"
    while address:
        answer = await staff.get(address)
        met += [item["id"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        address = link.removeprefix("<").removesuffix('>; rel="next"')
        assert not urlsplit(address).netloc
    assert len(met) == 5
    assert set(met) == ids


# Uploads that break off


async def exchange(service: Any, messages: list[dict[str, Any]], **scope: Any) -> list[dict[str, Any]]:
    """One request straight through ASGI, as a server would make it of a connection that misbehaves."""
    sent: list[dict[str, Any]] = []
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(waiting, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    whole = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "query_string": b"",
        "raw_path": scope["path"].encode(), "root_path": "", "client": ("127.0.0.1", 1), "server": ("test", 80),
        **scope,
    }  # fmt: skip
    await service(whole, receive, send)
    return sent


async def test_an_upload_that_breaks_off_is_the_callers_fault(make: Make, world: World) -> None:
    staff = await make.account("staff")
    headers = [
        (b"authorization", f"Bearer {staff.token}".encode()),
        (b"content-type", b"application/json"),
        (b"content-length", b"1000"),
    ]
    part = {"type": "http.request", "body": b'{"title": ', "more_body": True}
    for messages in ([part], [], [part, part]):
        with capture_logs() as logs:
            sent = await exchange(world.service, messages, method="POST", path="/v1/ideas", headers=headers)
        assert sent[0]["status"] == 400
        assert b"bad_request" in sent[1]["body"]
        assert [line for line in logs if line["log_level"] == "error"] == []


async def test_an_address_is_measured_in_bytes(world: World) -> None:
    for path in ("/v1/ideas?q=" + "x" * 8190, "/" + "x" * 8200, "/" + "%E1%BA%A1" * 1000):
        problem(await world.http.get(path), 414, "uri_too_long")


# CORS


@pytest.fixture
async def shared_world(server_url: str, template: str) -> Any:
    """An application that another origin's pages may call."""
    async with copy_of(server_url, template, "cors") as url, world_at(url, cors_origins=(ORIGIN,)) as world:
        yield world


async def test_pages_of_the_origins_that_are_named_may_call(shared_world: World) -> None:
    asked = {
        "origin": ORIGIN, "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type, idempotency-key, if-match",
    }  # fmt: skip
    preflight = await shared_world.http.options("/v1/ideas", headers=asked)
    assert preflight.status_code in {200, 204}, preflight.text
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "idempotency-key", "if-match"))
    staff = await shared_world.make.account("staff")
    answer = await staff.get("/v1/ideas", headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "origin" in answer.headers["vary"].lower()
    assert "etag" in answer.headers["access-control-expose-headers"].lower()
    refusal = await shared_world.http.get("/v1/ideas", headers={"origin": ORIGIN})
    assert (refusal.status_code, refusal.headers["access-control-allow-origin"]) == (401, ORIGIN)
    stranger = await staff.get("/v1/ideas", headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in stranger.headers


async def test_without_a_setting_no_other_origin_may_call(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.get("/v1/ideas", headers={"origin": ORIGIN})
    assert not [name for name in answer.headers if name.startswith("access-control")]


# Deadlines and the log


async def test_a_request_that_takes_too_long_is_ended_and_leaves_nothing_running(
    server_url: str, template: str
) -> None:
    async with copy_of(server_url, template, "deadline") as url, world_at(url, request_deadline=0.5) as world:
        staff = await world.make.account("staff")
        idea = await world.make.idea(staff)
        path = f"/v1/ideas/{idea['id']}"
        blocker = await asyncpg.connect(url)
        try:
            async with blocker.transaction():
                await blocker.execute("LOCK TABLE idea IN ACCESS EXCLUSIVE MODE")
                tag = {"if-match": f'"{idea["version"]}"'}
                slow = await asyncio.gather(staff.get(path), staff.patch(path, {"title": "Chè"}, headers=tag))
                for answer in slow:
                    problem(answer, 504, "deadline_exceeded")
                    assert answer.headers["retry-after"]
                await asyncio.sleep(0.3)
                assert await _waiting(blocker) == 0
        finally:
            await blocker.close()
        assert (await staff.get(path)).json()["title"] == idea["title"]


async def test_a_mistake_of_ours_is_one_line_without_personal_values(committed: World) -> None:
    """A column that the code does not know, as after a botched change of the database."""
    staff = await committed.make.account("staff")
    name = committed.service.litestar.state.settings.database_url
    connection = await asyncpg.connect(name)
    await connection.execute("ALTER TABLE person ADD COLUMN shoe_size integer NOT NULL DEFAULT NULL")
    await connection.close()
    body = committed.make.idea_body()
    with capture_logs() as captured:
        answer = await staff.post("/v1/ideas", body)
    told = problem(answer, 500, "internal_error")
    assert told["retryable"] is False
    (line,) = [line for line in captured if line["log_level"] == "error"]
    written = as_written(line)
    assert told["request_id"].encode() in written
    assert b"incubator/people/actions.py" in written
    assert b"NotNullViolation" in written
    for secret in (body["leader"]["full_name"], body["title"], staff.token, "Failing row"):
        assert secret.encode() not in written
        assert secret not in answer.text


async def _waiting(connection: asyncpg.Connection) -> int:
    """Backends of this database that wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return int(await connection.fetchval(query))


async def test_a_key_with_an_upper_case_scheme_is_a_token_too(make: Make, world: World) -> None:
    staff: Caller = await make.account("staff")
    answer = await world.http.get("/v1/me", headers={"authorization": f"BEARER  {staff.token} "})
    assert answer.status_code == 200
    assert UUID(answer.json()["id"]) == staff.id


async def test_a_vietnamese_field_error_is_vietnamese_throughout(make: Make) -> None:
    staff = await make.account("staff")
    body = make.idea_body(title=7)
    answer = await staff.post("/v1/ideas", body, headers={"accept-language": "vi"})
    assert [error["detail"] for error in answer.json()["errors"]] == ["phải là chuỗi ký tự, không phải số nguyên"]
