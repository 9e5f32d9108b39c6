"""What a phone takes along: every ticket of its event, in few bytes, and nothing by which to reach anybody."""

import base64
import gzip
import hashlib
import json
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.demo.dice import Dice
from incubator.demo.names import NAMINGS, new_name
from incubator.events.layout.models import EventMode
from incubator.events.registrations.models import Registration, Ticket, new_ticket_text, ticket_hash
from incubator.people.models import Person
from incubator.text import fold
from tests.events.stage import EventStage
from tests.factories import LONG_AGO, Y_TY, Caller

MEMBERS = 2_300
IDENTITY = {"accept-encoding": "identity"}


def path_of(events: EventStage) -> str:
    return f"/v1/events/{events.event_id}/check-in-manifest"


async def manifest(events: EventStage, caller: Caller) -> dict[str, Any]:
    answer = await caller.get(path_of(events))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def prefix(ticket: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(ticket.encode()).digest())[:16].decode()


async def test_it_holds_every_live_ticket_with_what_a_phone_may_have_to_say(events: EventStage) -> None:
    _, seated = await events.registered(await events.person("Bùi Thị An"))
    _, waiting = await events.registered(await events.person("Cứ A Chu"), status="waitlisted")
    _, gone = await events.registered(await events.person("Đặng Văn Đức"), status="cancelled")
    _, online = await events.registered(await events.person("Ly Go Mé"), "online")
    rolled_id, _ = await events.registered(await events.person("Vàng Seo Páo"))
    async with events.world.database.begin() as session:
        await session.execute(update(Ticket).where(Ticket.registration_id == rolled_id).values(revoked_at=LONG_AGO))
    other_event, _, _ = await events.simple_event()
    await events.registered(await events.person(), event_id=other_event)
    assert await manifest(events, await events.device(profile="scan")) == {
        "event_id": str(events.event_id),
        "hash": "sha256-96",
        "columns": ["ticket_prefix", "name", "mode", "status"],
        "rows": [
            [prefix(seated), "Bùi Thị An", "in_person", "confirmed"],
            [prefix(waiting), "Cứ A Chu", "in_person", "waitlisted"],
            [prefix(gone), "Đặng Văn Đức", "in_person", "cancelled"],
            [prefix(online), "Ly Go Mé", "online", "confirmed"],
        ],
    }


async def test_a_merged_person_stands_under_the_name_that_counts(events: EventStage) -> None:
    survivor = await events.person("Giàng A Páo")
    _, ticket = await events.registered(await events.person("Giang A Pao", survivor_id=survivor))
    rows = (await manifest(events, await events.device()))["rows"]
    assert rows == [[prefix(ticket), "Giàng A Páo", "in_person", "confirmed"]]


async def test_a_phone_of_a_bridge_point_is_told_the_names_of_its_commune(events: EventStage) -> None:
    """The others are let in by their tickets; neither names nor their order are told."""
    _, near = await events.registered(await events.person("Vàng Seo Páo", commune=Y_TY))
    far = [(await events.registered(await events.person(name)))[1] for name in ("Ma Văn Ất", "Bùi Thị An", "Lù A Sử")]
    for caller, sees_all in ((events.officer_there, False), (events.officer, True)):
        device = {"name": "Điểm cầu", "profile": "scan", "site_ids": [str(events.bridge)]}
        added = (await caller.post(f"/v1/events/{events.event_id}/devices", device)).json()
        assert added["sees_all"] is sees_all
        code = {"code": added["enrolment_code"], "client_nonce": str(uuid4())}
        token = (await events.world.http.post("/v1/devices/enrolments", json=code)).json()["token"]
        rows = (await manifest(events, Caller(events.world.http, token, uuid4(), "")))["rows"]
        if sees_all:
            assert [row[1] for row in rows] == ["Bùi Thị An", "Lù A Sử", "Ma Văn Ất", "Vàng Seo Páo"]
        else:
            assert rows[0] == [prefix(near), "Vàng Seo Páo", "in_person", "confirmed"]
            hashes = sorted(far, key=lambda ticket: hashlib.sha256(ticket.encode()).digest())
            assert rows[1:] == [[prefix(ticket), None, "in_person", "confirmed"] for ticket in hashes]


async def test_it_is_for_phones_that_scan_and_for_organisers(events: EventStage) -> None:
    leader = await events.leader()
    seen_by = {
        "staff": events.staff, "officer": events.officer, "scan": await events.device(profile="scan"),
        "approver": events.approver, "officer_there": events.officer_there, "leader": leader,
        "headcount": await events.device(profile="headcount"),
        "service": await events.world.make.token("check_in:write"),
    }  # fmt: skip
    statuses = {name: (await caller.get(path_of(events))).status_code for name, caller in seen_by.items()}
    assert statuses == {
        "staff": 200, "officer": 200, "scan": 200,
        "approver": 403, "officer_there": 403, "leader": 403, "headcount": 403, "service": 403,
    }  # fmt: skip
    stranger = await events.world.make.account("staff", "04")
    assert (await stranger.get(path_of(events))).status_code == 404


async def test_a_phone_asks_again_and_gets_nothing_until_something_changes(events: EventStage) -> None:
    phone = await events.device()
    await events.registered(await events.person("Bùi Thị An"))
    first = await phone.get(path_of(events), headers=IDENTITY)
    again = await phone.get(path_of(events), headers={**IDENTITY, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    await events.registered(await events.person("Cứ A Chu"))
    changed = await phone.get(path_of(events), headers={**IDENTITY, "if-none-match": first.headers["etag"]})
    assert (changed.status_code, len(changed.json()["rows"])) == (200, 2)


async def test_gzip_is_a_representation_with_a_tag_of_its_own(events: EventStage) -> None:
    phone = await events.device()
    await events.registered(await events.person("Bùi Thị An"))
    plain = await phone.get(path_of(events), headers=IDENTITY)
    assert "content-encoding" not in plain.headers
    wished = {"accept-encoding": "br;q=1.0, gzip;q=0.8, *;q=0.1"}
    packed = await phone.get(path_of(events), headers=wished)
    assert (packed.headers["content-encoding"], packed.json()) == ("gzip", plain.json())
    assert packed.headers["etag"] != plain.headers["etag"]
    assert not packed.headers["etag"].startswith("W/")
    for answer in (plain, packed):
        assert "accept-encoding" in answer.headers["vary"]
    same = await phone.get(path_of(events), headers={**wished, "if-none-match": packed.headers["etag"]})
    assert (same.status_code, same.headers["vary"]) == (304, packed.headers["vary"])
    assert "content-encoding" not in same.headers
    other = await phone.get(path_of(events), headers={**wished, "if-none-match": plain.headers["etag"]})
    assert other.status_code == 200


async def test_head_says_what_get_would(events: EventStage) -> None:
    phone = await events.device()
    for headers in (IDENTITY, {"accept-encoding": "gzip"}):
        got = await phone.get(path_of(events), headers=headers)
        head = await phone.request("HEAD", path_of(events), headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "vary", "content-length", "content-type", "content-encoding"):
            assert head.headers.get(name) == got.headers.get(name), name


async def test_who_took_the_names_along_is_in_the_trail_but_not_who_took_nothing(events: EventStage) -> None:
    phone = await events.device()
    tag = (await phone.get(path_of(events))).headers["etag"]
    assert (await phone.get(path_of(events), headers={"if-none-match": tag})).status_code == 304
    async with events.world.database.begin() as session:
        query = select(AuditEntry.actor_kind).where(AuditEntry.subject_type == "check_in_manifest")
        assert list(await session.scalars(query)) == ["token"]


async def test_two_thousand_three_hundred_people_are_far_below_a_hundred_kilobytes(events: EventStage) -> None:
    await _register_members(events)
    phone = await events.device()
    answer = await phone.get(path_of(events), headers={"accept-encoding": "gzip"})
    packed, sent = int(answer.headers["content-length"]), answer.json()
    assert len(sent["rows"]) == MEMBERS
    assert packed < 60_000
    assert packed == len(gzip.compress(answer.content, 6, mtime=0))
    assert "+84" not in json.dumps(sent)
    assert all(len(row) == len(sent["columns"]) for row in sent["rows"])


async def _register_members(events: EventStage) -> None:
    """Members of all groups of the province, nine in ten of whom come in person."""
    dice, place = Dice(2300), await events.place("02839")
    groups = sorted(NAMINGS)
    names = [new_name(dice, dice.pick(groups), dice.pick(("female", "male"))) for _ in range(MEMBERS)]
    people = [
        {
            "full_name": name, "name_key": fold(name), "phone": f"+84912{number:06}", **place,
            "entered_by_kind": "system", "entered_by_id": NOBODY,
        }
        for number, name in enumerate(names)
    ]  # fmt: skip
    async with events.world.database.begin() as session:
        await session.execute(update(EventMode).values(capacity=None))
        ids = (await session.scalars(insert(Person).returning(Person.id), people)).all()
        registrations = [
            {
                "event_id": events.event_id, "mode": "in_person" if dice.chance(0.9) else "online", "person_id": id_,
                **place, "status": "confirmed", "source": "staff", "registered_by_kind": "system",
                "registered_by_id": NOBODY,
            }
            for id_ in ids
        ]  # fmt: skip
        made = (await session.scalars(insert(Registration).returning(Registration.id), registrations)).all()
        tickets = [
            {"hash": ticket_hash(new_ticket_text()), "registration_id": id_, "event_id": events.event_id}
            for id_ in made
        ]
        await session.execute(insert(Ticket), tickets)
