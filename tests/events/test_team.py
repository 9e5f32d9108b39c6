"""Who leads, teaches and helps at a session of an event."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tests.events.organising import EVENTS, NOBODYS, change, found, moved, read, refused, staged
from tests.events.stage import EventStage
from tests.factories import BAC_HA, SA_PA, Y_TY, Caller


async def put(
    events: EventStage, person_id: Any, part: str = "lead", caller: Caller | None = None, session_id: Any = None
) -> httpx.Response:
    event = await staged(events)
    path = f"/sessions/{session_id or events.morning}/team/{person_id}"
    return await change(caller or events.staff, event, "PUT", path, {"part": part})


async def listed(caller: Caller, event_id: UUID, query: str = "") -> list[tuple[int, str, str]]:
    answer = await caller.get(f"{EVENTS}/{event_id}/team?{query}")
    assert answer.status_code == 200, answer.text
    return [(row["session_number"], row["full_name"], row["part"]) for row in answer.json()["items"]]


async def test_a_team_is_put_together_session_by_session(events: EventStage) -> None:
    mai, pao = await events.person("Lý Thị Mai"), await events.person("Giàng A Páo")
    answer = await put(events, mai)
    assert answer.status_code == 200, answer.text
    member = answer.json()
    assert (member["person_id"], member["full_name"], member["part"]) == (str(mai), "Lý Thị Mai", "lead")
    assert member["session_id"] == str(events.morning)
    assert answer.headers["etag"].startswith('"2.')
    await put(events, pao, "support")
    await put(events, mai, "trainer", session_id=events.afternoon)
    everybody = [(1, "Lý Thị Mai", "lead"), (1, "Giàng A Páo", "support"), (2, "Lý Thị Mai", "trainer")]
    assert sorted(await listed(events.officer, events.event_id)) == sorted(everybody)
    for query, rows in {
        f"session_id={events.afternoon}": everybody[2:],
        f"person_id={pao}": everybody[1:2],
        "part=lead": everybody[:1],
    }.items():
        assert await listed(events.officer, events.event_id, query) == rows
    assert (await put(events, mai, "support")).json()["part"] == "support"
    version = (await staged(events))["version"]
    assert (await put(events, mai, "support")).headers["etag"].startswith(f'"{version}.')
    assert (await staged(events))["version"] == version
    path = f"/sessions/{events.morning}/team/{mai}"
    assert (await change(events.staff, await staged(events), "DELETE", path)).status_code == 204
    assert await listed(events.officer, events.event_id, f"session_id={events.morning}") == everybody[1:2]
    assert refused(await change(events.staff, await staged(events), "DELETE", path)) == (404, "not_found")


async def test_who_leads_sees_the_event_from_then_on(events: EventStage) -> None:
    mentor = await events.world.make.mentor(home=BAC_HA)
    assert await found(mentor) == []
    assert (await put(events, mentor.person_id, "support")).status_code == 200
    assert await found(mentor) == []
    assert (await put(events, mentor.person_id)).status_code == 200
    assert await found(mentor) == [str(events.event_id)]
    assert (await read(mentor, events.event_id))["id"] == str(events.event_id)
    assert await listed(mentor, events.event_id, "part=lead") == await listed(events.staff, events.event_id)
    path = f"/sessions/{events.morning}/team/{mentor.person_id}"
    await change(events.staff, await staged(events), "DELETE", path)
    assert await found(mentor) == []


async def test_who_leads_under_another_row_of_the_same_person_sees_the_event_too(events: EventStage) -> None:
    mentor, other = await events.world.make.mentor(home=BAC_HA), await events.person()
    assert (await put(events, other)).status_code == 200
    assert await found(mentor) == []
    for absorbed, survivor in ((other, mentor.person_id), (mentor.person_id, other)):
        await merge(events, absorbed, survivor)
        assert await found(mentor) == [str(events.event_id)]


async def test_who_was_merged_since_has_one_part_and_can_be_taken_out(events: EventStage) -> None:
    first, second = await events.person("Lý Thị Mai"), await events.person("Ly Thi Mai")
    morning = f"session_id={events.morning}"
    for person, part in ((first, "lead"), (second, "support")):
        await put(events, person, part)
    await merge(events, second, first)
    assert len(await listed(events.staff, events.event_id, morning)) == 2
    assert (await put(events, second, "lead")).json()["person_id"] == str(first)
    assert await listed(events.staff, events.event_id, morning) == [(1, "Lý Thị Mai", "lead")]
    await merge(events, first, second)
    assert (await put(events, first, "lead")).json()["person_id"] == str(second)
    assert await listed(events.staff, events.event_id, morning) == [(1, "Ly Thi Mai", "lead")]
    await merge(events, second, first)
    path = f"/sessions/{events.morning}/team/{first}"
    assert (await change(events.staff, await staged(events), "DELETE", path)).status_code == 204
    assert await listed(events.staff, events.event_id, morning) == []


async def merge(events: EventStage, absorbed: Any, survivor: Any) -> None:
    """The only merge there is from then on."""
    async with events.world.database.begin() as session:
        await session.execute(text("UPDATE person SET survivor_id = NULL WHERE survivor_id IS NOT NULL"))
        query = text("UPDATE person SET survivor_id = :survivor WHERE id = :absorbed")
        await session.execute(query, {"survivor": survivor, "absorbed": absorbed})


async def test_only_people_whom_one_sees_and_sessions_of_the_event_are_named(events: EventStage) -> None:
    stranger = await events.person(commune=Y_TY)
    assert refused(await put(events, stranger, caller=events.officer)) == (404, "not_found")
    assert refused(await put(events, NOBODYS)) == (404, "not_found")
    assert (await put(events, stranger)).status_code == 200
    _, elsewhere, _ = await events.simple_event()
    assert refused(await put(events, stranger, session_id=elsewhere)) == (404, "not_found")


async def test_only_who_organises_puts_a_team_together(events: EventStage) -> None:
    person = await events.person(commune=Y_TY)
    for caller in (events.officer_there, events.approver, await events.leader()):
        assert refused(await put(events, person, caller=caller)) == (403, "forbidden")
    path = f"{EVENTS}/{events.event_id}/team"
    assert await listed(events.officer_there, events.event_id) != []
    elsewhere = await events.world.make.account("commune_staff", SA_PA)
    assert refused(await elsewhere.get(path)) == (404, "not_found")
    for scope in ("events:read", "events:register"):
        assert refused(await (await events.world.make.token(scope)).get(path)) == (403, "forbidden")


async def test_a_team_may_be_completed_after_the_lists_are_closed(events: EventStage) -> None:
    event = await moved(events.staff, await staged(events), "close_attendance")
    answer = await put(events, await events.person())
    assert answer.status_code == 200, answer.text
    assert (await staged(events))["sequence"] == event["sequence"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_team_is_changed_by_the_version_of_the_event(events: EventStage, method: str) -> None:
    person, event = await events.person(), await staged(events)
    await put(events, person)
    path = f"/sessions/{events.morning}/team/{person}"
    json = {"part": "support"} if method == "PUT" else None
    assert refused(await change(events.staff, event, method, path, json)) == (412, "version_conflict")
    unsaid = await events.staff.request(method, f"{EVENTS}/{event['id']}{path}", json=json)
    assert refused(unsaid) == (428, "precondition_required")


async def test_who_was_merged_takes_part_as_the_person_who_counts(events: EventStage) -> None:
    survivor = await events.person("Lý Thị Mai")
    absorbed = await events.person("Ly Thi Mai", survivor_id=survivor)
    assert (await put(events, absorbed)).json()["person_id"] == str(survivor)
    assert await listed(events.staff, events.event_id) == [(1, "Lý Thị Mai", "lead")]
