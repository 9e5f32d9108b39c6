"""Phones: enrolled by a code, rolled, revoked, and in nothing but their own event."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from incubator.accounts.models import Token
from incubator.actor import Actor, Grant, Scope
from incubator.db import Database
from incubator.errors import DomainError
from incubator.events.devices.access import acting_device, note_contact
from incubator.events.devices.models import Device, DeviceContact, DeviceProfile
from tests.events.organising import edit, read, staged
from tests.events.stage import EventStage, set_event_stage
from tests.factories import Caller, World

REFUSED = "enrolment_code_refused"
FOLLOWING = "2026-01-12T10:00:00Z"
"""Thirty days after the end of late scans."""


def body(events: EventStage, **more: Any) -> dict[str, Any]:
    return {"name": " Cửa  Đông ", "profile": "scan_walk_in", "site_ids": [str(events.hall)], **more}


async def added(events: EventStage, caller: Caller | None = None, **more: Any) -> dict[str, Any]:
    path = f"/v1/events/{events.event_id}/devices"
    answer = await (caller or events.staff).post(path, body(events, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def enrol(world: World, code: str, nonce: UUID | None = None) -> httpx.Response:
    return await world.http.post("/v1/devices/enrolments", json={"code": code, "client_nonce": str(nonce or uuid4())})


async def enrolled(world: World, device: dict[str, Any], nonce: UUID | None = None) -> Caller:
    answer = await enrol(world, device["enrolment_code"], nonce)
    assert answer.status_code == 201, answer.text
    return Caller(world.http, answer.json()["token"], UUID(device["id"]), device["name"])


async def code_of(phone: Caller) -> str:
    answer = await phone.get("/v1/check-in/device")
    return "ok" if answer.status_code == 200 else str(answer.json()["code"])


async def etag(caller: Caller, device: dict[str, Any]) -> dict[str, str]:
    return {"if-match": (await caller.get(f"/v1/devices/{device['id']}")).headers["etag"]}


async def test_a_phone_is_added_with_a_code_that_is_shown_once(events: EventStage) -> None:
    path, key = f"/v1/events/{events.event_id}/devices", {"idempotency-key": str(uuid4())}
    answer = await events.staff.post(path, body(events), headers=key)
    device = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/devices/{device['id']}")
    assert (device["name"], device["status"], device["profile"]) == ("Cửa Đông", "waiting", "scan_walk_in")
    assert [site["label"] for site in device["sites"]] == ["Hội trường"]
    assert (device["expires_at"], device["sees_all"]) == (FOLLOWING, True)
    assert device["code_expires_at"] == "2025-12-01T03:00:00Z"
    assert len(device["enrolment_code"]) == 9
    again = await events.staff.post(path, body(events), headers=key)
    assert again.json() == {**device, "enrolment_code": None}
    read = await events.staff.get(f"/v1/devices/{device['id']}")
    assert "enrolment_code" not in read.json()
    listed = (await events.approver.get(path)).json()["items"]
    assert listed == [read.json()]


async def test_a_phone_enrols_and_learns_what_it_is(events: EventStage) -> None:
    device = await added(events, site_ids=[str(events.bridge), str(events.hall)])
    phone = await enrolled(events.world, device)
    told = await phone.get("/v1/check-in/device")
    own = told.json()
    assert told.status_code == 200
    assert own["device"] == {
        "id": device["id"], "name": "Cửa Đông", "profile": "scan_walk_in", "expires_at": device["expires_at"],
    }  # fmt: skip
    assert own["event"]["title"] == "Đại hội Hội Doanh nhân trẻ"
    assert (own["event"]["walk_in_policy"], own["event"]["late_sync_until"]) == ("allow", "2025-12-13T10:00:00Z")
    assert [(site["id"], site["session"]["number"]) for site in own["sites"]] == [
        (str(events.hall), 1), (str(events.bridge), 1),
    ]  # fmt: skip
    unchanged = await phone.get("/v1/check-in/device", headers={"if-none-match": told.headers["etag"]})
    assert unchanged.status_code == 304
    shown = (await events.staff.get(f"/v1/devices/{device['id']}")).json()
    assert (shown["status"], shown["last_seen_at"]) == ("enrolled", "2025-11-30T03:00:00Z")


@pytest.mark.parametrize("written", ["{0}", " {1} ", "{2}"])
async def test_a_code_is_read_as_people_write_it(events: EventStage, written: str) -> None:
    code = (await added(events))["enrolment_code"]
    forms = (code.replace("-", ""), code.lower().replace("-", " "), code.replace("0", "o").replace("1", "l"))
    assert (await enrol(events.world, written.format(*forms))).status_code == 201


async def test_the_phone_that_lost_its_answer_asks_again_and_nobody_else(events: EventStage) -> None:
    device, nonce = await added(events), uuid4()
    first = await enrolled(events.world, device, nonce)
    second = await enrolled(events.world, device, nonce)
    assert (await code_of(first), await code_of(second)) == ("token_revoked", "ok")
    other = (await enrol(events.world, device["enrolment_code"])).json()
    wrong = (await enrol(events.world, "0000-0000", nonce)).json()
    assert (other["status"], other["rule"]) == (422, REFUSED)
    assert {**other, "request_id": ""} == {**wrong, "request_id": ""}
    assert await code_of(second) == "ok"


async def test_a_code_runs_out_after_a_day_even_for_its_phone(events: EventStage) -> None:
    device, nonce = await added(events), uuid4()
    phone = await enrolled(events.world, device, nonce)
    events.world.clock.now += timedelta(hours=24)
    assert (await enrol(events.world, device["enrolment_code"], nonce)).json()["rule"] == REFUSED
    assert await code_of(phone) == "ok"


async def test_a_code_that_ran_out_unused_shows(events: EventStage) -> None:
    device, other = await added(events), await added(events)
    await enrolled(events.world, other)
    events.world.clock.now += timedelta(hours=24)
    later = await events.world.make.account("staff")
    for one, status in ((device, "code_expired"), (other, "enrolled")):
        assert (await later.get(f"/v1/devices/{one['id']}")).json()["status"] == status
    assert (await later.post(f"/v1/devices/{device['id']}/roll")).json()["status"] == "waiting"
    words = (await later.get("/v1/vocabularies")).json()
    assert "code_expired" in json.dumps(words)


async def test_a_phone_whose_time_is_over_comes_back_as_the_same_one(events: EventStage) -> None:
    device, nonce = await added(events, expires_at="2025-11-30T05:00:00Z"), uuid4()
    phone = await enrolled(events.world, device, nonce)
    events.world.clock.now += timedelta(hours=2)
    assert await code_of(phone) == "token_expired"
    assert (await enrol(events.world, device["enrolment_code"], nonce)).json()["rule"] == REFUSED
    later = await events.world.make.account("staff")
    assert (await later.get(f"/v1/devices/{device['id']}")).json()["status"] == "expired"
    rolled = (await later.post(f"/v1/devices/{device['id']}/roll")).json()
    assert (rolled["id"], rolled["status"], rolled["expires_at"]) == (device["id"], "waiting", FOLLOWING)
    assert await code_of(await enrolled(events.world, rolled)) == "ok"


async def test_a_phone_is_revived_for_a_week_long_after_its_event(events: EventStage) -> None:
    device = await added(events)
    events.world.clock.now += timedelta(days=60)
    later = await events.world.make.account("staff")
    rolled = (await later.post(f"/v1/devices/{device['id']}/roll")).json()
    assert rolled["expires_at"] == "2026-02-05T03:00:00Z"
    assert await code_of(await enrolled(events.world, rolled)) == "ok"


async def test_a_phone_follows_its_event_unless_it_has_an_end_of_its_own(events: EventStage) -> None:
    follower, own = await added(events), await added(events, expires_at="2025-12-20T00:00:00Z")
    phone, other = await enrolled(events.world, follower), await enrolled(events.world, own)
    answer = await edit(events.staff, await staged(events), late_sync_until="2026-03-01T00:00:00Z")
    assert answer.status_code == 200, answer.text
    ends = [(await one.get("/v1/check-in/device")).json()["device"]["expires_at"] for one in (phone, other)]
    assert ends == ["2026-03-31T00:00:00Z", "2025-12-20T00:00:00Z"]
    assert [(await one.get("/v1/me")).json()["expires_at"] for one in (phone, other)] == ends
    events.world.clock.now += timedelta(days=100)
    assert [await code_of(phone), await code_of(other)] == ["ok", "token_expired"]


async def test_postponing_an_event_revives_the_phones_that_follow_it(events: EventStage) -> None:
    phone = await enrolled(events.world, await added(events))
    events.world.clock.now += timedelta(days=45)
    assert await code_of(phone) == "token_expired"
    staff = await events.world.make.account("staff")
    event = await read(staff, events.event_id)
    later = await edit(staff, event, starts_at="2026-02-01T01:00:00Z", ends_at="2026-02-01T10:00:00Z")
    assert later.status_code == 200, later.text
    events.world.clock.now += timedelta(seconds=2)
    assert await code_of(phone) == "ok"


async def test_a_code_that_is_asked_for_tells_no_more_than_who_asks_may_know(events: EventStage) -> None:
    device = await added(events, site_ids=[str(events.bridge)])
    assert device["sees_all"]
    by_organiser = await events.officer.post(f"/v1/devices/{device['id']}/roll")
    by_other = await events.officer_there.post(f"/v1/devices/{device['id']}/roll")
    assert (by_organiser.json()["sees_all"], by_other.json()["sees_all"]) == (True, False)


async def test_a_rolled_phone_needs_its_new_code(events: EventStage) -> None:
    device = await added(events)
    phone = await enrolled(events.world, device)
    rolled = await events.staff.post(f"/v1/devices/{device['id']}/roll")
    assert (rolled.status_code, rolled.json()["status"]) == (200, "waiting")
    assert await code_of(phone) == "token_revoked"
    assert (await enrol(events.world, device["enrolment_code"])).json()["rule"] == REFUSED
    assert await code_of(await enrolled(events.world, rolled.json())) == "ok"


async def test_a_revoked_phone_is_out_for_good(events: EventStage) -> None:
    device = await added(events)
    phone, path = await enrolled(events.world, device), f"/v1/devices/{device['id']}"
    assert (await events.staff.request("DELETE", path)).status_code == 428
    match = await etag(events.staff, device)
    assert (await events.staff.request("DELETE", path, headers=match)).status_code == 204
    assert (await events.staff.request("DELETE", path, headers=match)).status_code == 412
    match = await etag(events.staff, device)
    assert (await events.staff.request("DELETE", path, headers=match)).status_code == 204
    assert await code_of(phone) == "token_revoked"
    assert (await events.staff.get(path)).json()["status"] == "revoked"
    assert (await events.staff.post(f"{path}/roll")).json()["rule"] == "device_ended"
    assert (await enrol(events.world, device["enrolment_code"])).json()["rule"] == REFUSED


async def test_a_phone_holds_no_longer_than_ninety_days_after_the_event(events: EventStage) -> None:
    path = f"/v1/events/{events.event_id}/devices"
    late = await events.staff.post(path, body(events, expires_at="2026-02-27T10:00:01Z"))
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (400, "/expires_at")
    assert (await added(events, expires_at="2026-02-27T10:00:00Z"))["expires_at"] == "2026-02-27T10:00:00Z"
    past = await events.staff.post(path, body(events, expires_at="2025-11-30T03:00:00Z"))
    assert (past.status_code, past.json()["rule"]) == (422, "expiry_in_the_past")


async def test_a_phone_is_for_sites_of_its_event_each_named_once(events: EventStage) -> None:
    _, _, elsewhere = await events.simple_event()
    sites = [str(events.hall), str(elsewhere), str(events.hall), str(uuid4())]
    answer = await events.staff.post(f"/v1/events/{events.event_id}/devices", body(events, site_ids=sites))
    assert answer.status_code == 400
    told = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert told == {"/site_ids/1": "not_found", "/site_ids/2": "duplicate", "/site_ids/3": "not_found"}


async def test_a_cancelled_event_takes_no_phone(events: EventStage) -> None:
    await events.set(status="cancelled")
    answer = await events.staff.post(f"/v1/events/{events.event_id}/devices", body(events))
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")


async def test_an_officer_adds_phones_for_sites_of_their_own_commune(events: EventStage) -> None:
    path, there = f"/v1/events/{events.event_id}/devices", events.officer_there
    own = await added(events, there, site_ids=[str(events.bridge)])
    both = await there.post(path, body(events, site_ids=[str(events.bridge), str(events.hall)]))
    assert (both.status_code, both.json()["code"]) == (403, "forbidden")
    organisers = await added(events, events.officer)
    assert (await there.post(f"/v1/devices/{organisers['id']}/roll")).status_code == 403
    revoked = await there.request("DELETE", f"/v1/devices/{organisers['id']}", headers={"if-match": "*"})
    assert revoked.status_code == 403
    assert (await there.post(f"/v1/devices/{own['id']}/roll")).status_code == 200
    assert (await events.officer.post(f"/v1/devices/{own['id']}/roll")).status_code == 200


async def test_who_does_not_see_the_event_sees_no_phone_of_it(events: EventStage) -> None:
    device = await added(events)
    stranger = await events.world.make.account("staff", "04")
    path = f"/v1/devices/{device['id']}"
    answers = [
        await stranger.get(path), await stranger.post(f"{path}/roll"),
        await stranger.request("DELETE", path, headers={"if-match": "*"}),
        await stranger.get(f"/v1/events/{events.event_id}/devices"),
        await stranger.post(f"/v1/events/{events.event_id}/devices", body(events)),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 5


async def test_no_token_is_made_for_what_phones_do(events: EventStage) -> None:
    await added(events)
    await events.device()
    refused = await events.admin.post("/v1/tokens", {"name": "Máy quét", "scopes": ["check_in:write"]})
    assert (refused.status_code, refused.json()["rule"]) == (422, "phones_are_enrolled")
    assert (await events.admin.get("/v1/tokens")).json()["items"] == []
    old = await events.world.make.token("check_in:write")
    assert (await old.get("/v1/check-in/device")).json()["code"] == "forbidden"


async def test_the_token_of_a_phone_is_not_an_administrators_to_read_or_roll(events: EventStage) -> None:
    await enrolled(events.world, await added(events))
    async with events.world.database.begin() as session:
        token_id = await session.scalar(select(Token.id).where(Token.kind == "device"))
    path = f"/v1/tokens/{token_id}"
    answers = [
        await events.admin.get(path), await events.admin.post(f"{path}/roll"),
        await events.admin.request("DELETE", path, headers={"if-match": "*"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 3


async def test_a_phone_reaches_its_own_event_and_reference_data(events: EventStage) -> None:
    phone = await enrolled(events.world, await added(events))
    other, _, _ = await events.simple_event()
    assert (await phone.get(f"/v1/events/{events.event_id}/check-in-manifest")).status_code == 200
    assert (await phone.get(f"/v1/events/{other}/check-in-manifest")).status_code == 404
    for path in ("/v1/localities", "/v1/vocabularies", "/v1/me"):
        assert (await phone.get(path)).status_code == 200, path
    me = (await phone.get("/v1/me")).json()
    assert (me["kind"], me["scopes"], me["expires_at"]) == ("token", ["check_in:write"], FOLLOWING)
    for path in (f"/v1/events/{events.event_id}/devices", f"/v1/events/{events.event_id}/headcounts", "/v1/people"):
        assert (await phone.get(path)).status_code == 403, path


async def test_a_whole_hall_enrols_from_one_address_at_once(events: EventStage) -> None:
    device, nonce = await added(events), uuid4()
    answers = [await enrol(events.world, device["enrolment_code"], nonce) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {201}


async def test_thirty_wrong_codes_a_minute_may_be_tried(events: EventStage) -> None:
    code = (await added(events))["enrolment_code"]
    answers = [await enrol(events.world, "0000-0000") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {422}
    refused = await enrol(events.world, code)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    events.world.clock.now += timedelta(minutes=1)
    assert (await enrol(events.world, code)).status_code == 201


async def test_of_two_phones_with_one_code_at_once_one_wins(committed: World) -> None:
    events = await set_event_stage(committed)
    device = await added(events)
    answers = await asyncio.gather(*(enrol(committed, device["enrolment_code"]) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[422] * 5]
    winner = next(answer.json()["token"] for answer in answers if answer.status_code == 201)
    assert await code_of(Caller(committed.http, winner, uuid4(), "")) == "ok"


async def test_one_phone_that_asks_many_times_at_once_ends_with_one_token(committed: World) -> None:
    events = await set_event_stage(committed)
    device, nonce = await added(events), uuid4()
    answers = await asyncio.gather(*(enrol(committed, device["enrolment_code"], nonce) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    codes = [await code_of(Caller(committed.http, answer.json()["token"], uuid4(), "")) for answer in answers]
    assert sorted(codes) == ["ok", *["token_revoked"] * 3]


async def _token_of(database: Database, device: Caller) -> Actor:
    async with database.begin() as session:
        token_id = await session.scalar(select(Device.token_id).where(Device.id == device.id))
    assert token_id is not None
    grant = Grant(holds=Scope.check_in_write, locality_id=None, level="country", sensitive=False)
    return Actor(kind="token", id=token_id, name="", grants=(grant,))


async def test_the_acting_device_knows_its_sites(events: EventStage, database: Database) -> None:
    phone = await events.device([events.hall, events.room], "scan")
    actor = await _token_of(database, phone)
    async with database.begin() as session:
        device = await acting_device(session, actor, lock=True)
    assert (device.id, device.event_id, device.profile) == (phone.id, events.event_id, DeviceProfile.scan)
    assert device.site_ids == {events.hall, events.room}


async def test_a_phone_that_has_just_been_sent_away_is_told_so(events: EventStage, database: Database) -> None:
    """Its token may be known to this process for a second longer."""
    rolled, revoked = await events.device(), await events.device()
    actors = [await _token_of(database, phone) for phone in (rolled, revoked)]
    await events.staff.post(f"/v1/devices/{rolled.id}/roll")
    await events.staff.request("DELETE", f"/v1/devices/{revoked.id}", headers={"if-match": "*"})
    for actor in actors:
        async with database.begin() as session:
            with pytest.raises(DomainError, match="token_revoked"):
                await acting_device(session, actor, lock=True)


async def test_a_contact_is_never_set_back_and_keeps_the_last_known_skew(
    events: EventStage, database: Database
) -> None:
    phone, now = await events.device(), events.world.clock.now
    async with database.begin() as session:
        await note_contact(session, phone.id, now, 840)
        await note_contact(session, phone.id, now - timedelta(hours=1), None)
        contact = (await session.scalars(select(DeviceContact).where(DeviceContact.device_id == phone.id))).one()
        assert (contact.last_seen_at, contact.last_skew_ms) == (now, 840)
