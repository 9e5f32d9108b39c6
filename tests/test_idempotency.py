"""Idempotency-Key: one effect however often a request is sent, and the same answer each time."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import func, select, update

from incubator.accounts.models import RoleGrant
from incubator.ideas.models import Idea
from incubator.idempotency import KEPT_DAYS, StoredAnswer
from incubator.jobs import run_jobs
from tests.conftest import world_at
from tests.factories import BAC_HA, Y_TY, Caller, Make, World

KEY = {"idempotency-key": "7b0c6d1e-5f43-4c55-9f2a-0d5a6c1b8e90"}


async def count(world: World, table: Any) -> int:
    async with world.database.begin() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def is_replay(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotency-replayed") == "true"


async def test_twenty_parallel_repeats_have_one_effect(committed: World) -> None:
    officer = await committed.make.account("staff")
    body = committed.make.idea_body()
    answers = await asyncio.gather(*(officer.post("/v1/ideas", body, headers=KEY) for _ in range(20)))
    assert await count(committed, Idea) == 1
    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(waiting) == 20
    assert {code(answer) for answer in waiting} <= {"idempotency_in_progress"}
    assert {answer.headers["retry-after"] for answer in waiting} <= {"1"}
    assert Counter(map(is_replay, done))[False] == 1
    assert len({answer.content for answer in done}) == 1


async def test_a_replay_is_the_first_answer_to_the_byte(make: Make) -> None:
    officer, body = await make.account("staff"), make.idea_body()
    first = await officer.post("/v1/ideas", body, headers=KEY)
    again = await officer.post("/v1/ideas", body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert not is_replay(first)
    assert is_replay(again)
    assert again.content == first.content
    for name in ("etag", "location", "content-type", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert (await officer.get(first.headers["location"])).headers["etag"] == first.headers["etag"]


async def test_a_key_belongs_to_one_request(make: Make) -> None:
    officer, body = await make.account("staff"), make.idea_body()
    assert (await officer.post("/v1/ideas", body, headers=KEY)).status_code == 201
    other_body = await officer.post("/v1/ideas", {**body, "title": "Khác"}, headers=KEY)
    other_path = await officer.post("/v1/panels", {**_panel(), "locality_code": "03006"}, headers=KEY)
    for answer in (other_body, other_path):
        assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")


async def test_a_key_belongs_to_one_caller(make: Make, world: World) -> None:
    one, other, body = await make.account("staff"), await make.account("staff"), make.idea_body()
    first = await one.post("/v1/ideas", body, headers=KEY)
    second = await other.post("/v1/ideas", body, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert not is_replay(second)
    assert first.json()["id"] != second.json()["id"]
    assert await count(world, Idea) == 2


async def test_a_failed_request_frees_its_key(make: Make, world: World) -> None:
    officer, body = await make.account("staff"), make.idea_body()
    late = await officer.post("/v1/ideas", {**body, "leader": {"full_name": "Vàng Seo Sử"}}, headers=KEY)
    assert late.status_code == 400, late.text
    assert await count(world, StoredAnswer) == 0
    assert (await officer.post("/v1/ideas", body, headers=KEY)).status_code == 201


async def test_a_secret_is_told_once_and_is_not_kept(make: Make, world: World) -> None:
    admin = await make.account("admin")
    body = {"name": "Kiosk", "scopes": ["ideas:submit"]}
    first = await admin.post("/v1/tokens", body, headers=KEY)
    again = await admin.post("/v1/tokens", body, headers=KEY)
    assert first.json()["token"].startswith("inc_service_")
    assert is_replay(again)
    assert again.json() == {**first.json(), "token": None}
    async with world.database.begin() as session:
        kept = await session.scalar(select(StoredAnswer.body))
    assert kept is not None
    assert first.json()["token"].encode() not in kept


async def test_a_replay_asks_again_whether_the_caller_may(make: Make, world: World) -> None:
    officer, body = await make.account("commune_staff", BAC_HA), make.idea_body()
    first = await officer.post("/v1/ideas", body, headers=KEY)
    assert first.status_code == 201, first.text
    staff, path = await make.account("staff"), f"/v1/ideas/{first.json()['id']}"
    away = await staff.patch(path, {"locality_code": Y_TY}, headers={"if-match": first.headers["etag"]})
    assert away.status_code == 200, away.text
    moved = await officer.post("/v1/ideas", body, headers=KEY)
    assert (moved.status_code, code(moved)) == (404, "not_found")
    async with world.database.begin() as session:
        ended = update(RoleGrant).where(RoleGrant.account_id == officer.id).values(revoked_at=datetime.now(UTC))
        await session.execute(ended.execution_options(synchronize_session=False))
    revoked = await officer.post("/v1/ideas", body, headers=KEY)
    assert (revoked.status_code, code(revoked)) == (403, "forbidden")


async def test_a_replay_comes_before_the_version_is_compared(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    path = f"/v1/ideas/{idea['id']}/transitions"
    headers = {**KEY, "if-match": f'"{idea["version"]}"'}
    first = await staff.post(path, {"action": "start_screening"}, headers=headers)
    assert first.status_code == 200, first.text
    again = await staff.post(path, {"action": "start_screening"}, headers=headers)
    assert (again.status_code, is_replay(again)) == (200, True)
    assert again.content == first.content
    stale = await staff.post(path, {"action": "start_screening"}, headers={"if-match": headers["if-match"]})
    assert (stale.status_code, code(stale)) == (412, "version_conflict")


async def test_a_key_outlives_the_process(committed: World) -> None:
    officer, body = await committed.make.account("staff"), committed.make.idea_body()
    first = await officer.post("/v1/ideas", body, headers=KEY)
    url = committed.service.litestar.state.settings.database_url
    async with world_at(url) as restarted:
        again = await Caller(restarted.http, officer.token, officer.id, officer.username).post(
            "/v1/ideas", body, headers=KEY
        )
    assert (again.status_code, is_replay(again)) == (201, True)
    assert again.content == first.content


async def test_keys_are_kept_for_thirty_days(committed: World) -> None:
    officer, body = await committed.make.account("staff"), committed.make.idea_body()
    assert (await officer.post("/v1/ideas", body, headers=KEY)).status_code == 201
    written = datetime.now(UTC)
    await run_jobs(committed.database, written + timedelta(days=KEPT_DAYS, minutes=-5))
    assert await count(committed, StoredAnswer) == 1
    await run_jobs(committed.database, written + timedelta(days=KEPT_DAYS, minutes=5))
    assert await count(committed, StoredAnswer) == 0


def _panel() -> dict[str, Any]:
    return {"minutes_number": "1/BB", "held_on": "2025-11-30", "members": [{"full_name": "Nguyễn Thị Hoa"}] * 3}
