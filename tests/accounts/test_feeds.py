"""Personal calendar feeds: their addresses, their end, and that nobody else gets hold of them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select, text, update
from structlog.testing import capture_logs

from incubator.accounts.feeds.models import SECRET_TEXT, CalendarFeed
from incubator.accounts.models import Account, RoleGrant
from incubator.audit import AuditEntry
from incubator.idempotency import StoredAnswer
from tests.factories import Caller, World
from tests.log_lines import as_written
from tests.team import Team

CALENDARS = ("/v1/calendar/sessions.ics", "/v1/calendar/events.ics")
FEEDS = "/v1/calendar/feeds"
UNLIKE = {"request_id": "", "instance": ""}


async def add_feed(caller: Caller, name: str = "Điện thoại") -> dict[str, Any]:
    answer = await caller.post(FEEDS, {"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def revoke(caller: Caller, feed: dict[str, Any], version: int = 1) -> httpx.Response:
    return await caller.request("DELETE", f"{FEEDS}/{feed['id']}", headers={"if-match": f'"{version}"'})


async def test_the_address_of_a_feed_is_shown_once(world: World, team: Team) -> None:
    headers = {"idempotency-key": str(uuid4())}
    first = await team.staff.post(FEEDS, {"name": "  Điện   thoại "}, headers=headers)
    assert first.status_code == 201
    feed = first.json()
    assert feed.keys() == {"id", "version", "name", "created_at", "path", "events_path"}
    assert (feed["name"], feed["version"]) == ("Điện thoại", 1)
    assert first.headers["location"] == f"{FEEDS}/{feed['id']}"
    secret = feed["path"].split("/")[-2]
    assert SECRET_TEXT.fullmatch(secret)
    assert feed["events_path"] == feed["path"].replace("sessions.ics", "events.ics")
    replay = await team.staff.post(FEEDS, {"name": "  Điện   thoại "}, headers=headers)
    assert replay.headers["idempotency-replayed"] == "true"
    assert replay.json() == {**feed, "path": None, "events_path": None}
    shown = {name: feed[name] for name in ("id", "version", "name", "created_at")}
    assert (await team.staff.get(f"{FEEDS}/{feed['id']}")).json() == shown
    assert (await team.staff.get(FEEDS)).json()["items"] == [shown]
    async with world.database.begin() as session:
        stored = (await session.scalars(select(StoredAnswer.body))).all()
        hashes = (await session.scalars(select(CalendarFeed.hash))).all()
        audited = await session.scalars(select(AuditEntry.details).where(AuditEntry.subject_id == UUID(feed["id"])))
        assert secret not in str([*stored, *hashes, *audited])
        assert [len(digest) for digest in hashes] == [32]


async def test_a_revoked_feed_is_dead_at_once(world: World, team: Team) -> None:
    feed = await add_feed(team.staff)
    for path in (feed["path"], feed["events_path"]):
        assert (await world.http.get(path)).status_code == 200
    unsaid = await team.staff.request("DELETE", f"{FEEDS}/{feed['id']}")
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "precondition_required")
    assert (await revoke(team.staff, feed, version=7)).json()["code"] == "version_conflict"
    read = await team.staff.get(f"{FEEDS}/{feed['id']}")
    gone = await team.staff.request("DELETE", f"{FEEDS}/{feed['id']}", headers={"if-match": read.headers["etag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    for path in (feed["path"], feed["events_path"]):
        assert (await world.http.get(path)).status_code == 404
    assert (await team.staff.get(FEEDS)).json()["items"] == []
    assert (await revoke(team.staff, feed, version=2)).status_code == 404
    async with world.database.begin() as session:
        done = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(feed["id"])).order_by(AuditEntry.id)
        assert (await session.scalars(done)).all() == ["add_calendar_feed", "revoke_calendar_feed"]


async def test_feeds_are_ones_own(team: Team) -> None:
    feed = await add_feed(team.staff)
    assert (await team.approver.get(FEEDS)).json()["items"] == []
    assert (await team.approver.get(f"{FEEDS}/{feed['id']}")).status_code == 404
    assert (await revoke(team.approver, feed)).status_code == 404
    assert (await team.staff.get(f"{FEEDS}/{feed['id']}")).status_code == 200


async def test_an_account_has_at_most_ten_live_feeds(team: Team) -> None:
    feeds = [await add_feed(team.staff, f"Máy {number}") for number in range(10)]
    refused = await team.staff.post(FEEDS, {"name": "Máy 11"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "too_many_calendar_feeds")
    await add_feed(team.approver)
    assert (await revoke(team.staff, feeds[0])).status_code == 204
    await add_feed(team.staff)


async def test_requests_at_once_do_not_make_an_eleventh_feed(committed: World) -> None:
    staff = await committed.make.account("staff")
    for number in range(9):
        await add_feed(staff, f"Máy {number}")
    answers = await asyncio.gather(*(staff.post(FEEDS, {"name": "Cùng lúc"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]


async def test_a_feed_ends_with_its_account_and_role(world: World, team: Team) -> None:
    mine, other = await add_feed(team.mentor), await add_feed(team.staff)
    unknown = (await world.http.get(f"{FEEDS}/inc_calendar_{'x' * 43}/sessions.ics")).json() | UNLIKE
    async with world.database.begin() as session:
        lost = update(RoleGrant).where(RoleGrant.account_id == team.mentor.id)
        await session.execute(lost.values(revoked_at=world.clock.now))
        off = update(Account).where(Account.id == team.staff.id)
        await session.execute(off.values(status="disabled", disabled_at=world.clock.now))
    for path in (mine["path"], mine["events_path"], other["path"], other["events_path"]):
        answer = await world.http.get(path)
        assert answer.status_code == 404
        assert answer.json() | UNLIKE == unknown


async def test_a_feed_opens_nothing_but_its_calendar(world: World, team: Team) -> None:
    secret = (await add_feed(team.staff))["path"].split("/")[-2]
    for path in (*CALENDARS, "/v1/me", FEEDS):
        answer = await world.http.get(path, headers={"authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    for other in (team.staff.token, secret + "x", secret[:-1], secret.upper(), secret.replace("calendar", "session")):
        for calendar in ("sessions.ics", "events.ics"):
            assert (await world.http.get(f"{FEEDS}/{other}/{calendar}")).status_code == 404
    assert (await world.http.get(f"{FEEDS}/{secret}")).status_code == 404


async def test_nobody_guesses_a_feed(world: World, team: Team) -> None:
    feed = await add_feed(team.staff)
    calendars = ("sessions.ics", "events.ics")
    answers = [await world.http.get(f"{FEEDS}/inc_calendar_{i:043}/{calendars[i % 2]}") for i in range(31)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert (await world.http.get(feed["path"])).status_code == 200, "who knows the address is not kept out"
    world.clock.now += timedelta(minutes=1)
    assert (await world.http.get(f"{FEEDS}/wrong/sessions.ics")).status_code == 404


async def test_the_secret_of_a_feed_is_repeated_nowhere(world: World, team: Team) -> None:
    feed = await add_feed(team.staff)
    secret = feed["path"].split("/")[-2]
    assert (await world.http.get(feed["path"])).status_code == 200
    refusals = [
        await world.http.get(feed["path"], headers={"accept": "image/png"}),
        await world.http.get(feed["path"] + "?x=1"),
        await world.http.post(feed["path"]),
        await world.http.get(feed["path"].removesuffix("/sessions.ics")),
        await world.http.get(feed["path"] + "?x=" + "x" * 9000),
    ]
    assert [answer.status_code for answer in refusals] == [406, 400, 405, 404, 414]
    async with world.database.begin() as session:
        await session.execute(text("ALTER TABLE calendar_feed RENAME COLUMN hash TO hashed"))
    with capture_logs() as logs:
        refusals.append(await world.http.get(feed["path"]))
    assert refusals[-1].status_code == 500
    (line,) = logs
    metrics = (await world.http.get("/metrics")).text
    assert "/v1/calendar/feeds/{secret}/sessions.ics" in metrics
    assert secret not in metrics + as_written(line).decode() + "".join(answer.text for answer in refusals)
    assert refusals[0].json()["instance"] == f"{FEEDS}/***/sessions.ics"


async def test_feeds_are_counted_for_each_account_alone(world: World, team: Team) -> None:
    await add_feed(team.staff)
    await add_feed(team.mentor)
    async with world.database.begin() as session:
        assert await session.scalar(select(func.count(func.distinct(CalendarFeed.account_id)))) == 2
