"""The figures of attendance as an API: who counts what, what is hidden or refused, the forms, and the headlines."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from incubator.db import compile_statement
from tests.events.stage import ENDS_AT, NOON, EventStage, set_event_stage
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Y_TY, Caller, World
from tests.stats.test_attendance_figures import CLOSED, PATH, ask, crowd

OVERVIEW, DEFINITIONS = "/v1/stats/overview", "/v1/stats/definitions"
CSV = {"accept": "text/csv"}
XLSX = {"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEADLINES = (
    "activities", "activity_attendances", "conference_attendances", "digital_skills_classes", "people_trained",
)  # fmt: skip


@pytest.fixture
async def events(world: World) -> EventStage:
    """The conference alone: 2 named in the hall, 1 at the bridge point in Y Tý, 20 counted online."""
    stage = await set_event_stage(world)
    await crowd(stage, stage.morning, stage.hall, 2)
    await crowd(stage, stage.morning, stage.bridge, 1, Y_TY)
    await stage.headcount(stage.room, 20)
    return stage


async def wrong(caller: Caller, **asked: Any) -> dict[str, str]:
    answer = await caller.get(PATH, params=asked)
    assert answer.status_code == 400, answer.text
    return {error["parameter"]: error["code"] for error in answer.json()["errors"]}


async def headlines(caller: Caller, **asked: Any) -> dict[str, int]:
    answer = await caller.get(OVERVIEW, params=asked)
    assert answer.status_code == 200, answer.text
    return {one["code"]: one["n"] for one in answer.json()["figures"] if one["code"] in HEADLINES}


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"from": "2025-02-01", "to": "2025-02-01"}, {"to": "out_of_range"}),
        ({"from": "2025-02-01", "to": "2025-01-01"}, {"to": "out_of_range"}),
        ({"from": "today"}, {"from": "bad_format"}),
        ({"group_by": "sex"}, {"group_by": "not_in_enum"}),
        ({"kind": "party"}, {"kind": "not_in_enum"}),
        ({"event": "x"}, {"event": "bad_format"}),
        ({"locality": "99", "event": str(UUID(int=1))}, {"locality": "not_found", "event": "not_found"}),
        ({"as_of": "2025-01-01"}, {"as_of": "unknown_field"}),
    ],
)
async def test_wrong_questions_are_refused_by_name(
    events: EventStage, asked: dict[str, str], errors: dict[str, str]
) -> None:
    assert await wrong(events.staff, **asked) == errors


async def test_the_ends_of_the_calendar_are_no_trouble(events: EventStage) -> None:
    for period in ({"from": "0001-01-01", "to": "9999-12-31"}, {"from": "9999-12-30"}, {"to": "0001-01-02"}):
        for group_by in ({}, {"group_by": "month"}):
            await ask(events.staff, **period, **group_by)


async def test_everybody_counts_the_sites_of_their_own_localities(events: EventStage) -> None:
    names = ("events", "sites", "attendances")
    for caller, scope, numbers in (
        (events.staff, [LAO_CAI], (1, 3, 23)),
        (events.officer, [BAC_HA], (1, 2, 22)),
        (events.officer_there, [Y_TY], (1, 1, 1)),
    ):
        figure = await ask(caller)
        assert (figure["scope"], tuple(figure["totals"][name] for name in names)) == (scope, numbers)
    there = await ask(events.staff, locality=Y_TY)
    assert (there["filters"], there["totals"]["attendances"]) == ({"locality": Y_TY}, 1)
    for place in (SA_PA, LAO_CAI):
        assert await wrong(events.officer, locality=place) == {"locality": "not_found"}


async def test_one_event_is_counted_alone_and_only_where_it_is_seen(events: EventStage) -> None:
    event, session, site = await events.simple_event()
    await crowd(events, session, site, 4)
    figure = await ask(events.staff, event=event)
    assert (figure["filters"], figure["totals"]["attendances"]) == ({"event": str(event)}, 4)
    assert (await ask(events.officer, event=event))["totals"]["attendances"] == 4
    assert await wrong(events.officer_there, event=event) == {"event": "not_found"}
    assert (await ask(events.officer_there, event=events.event_id))["totals"]["attendances"] == 1


async def test_a_kind_is_counted_alone(events: EventStage) -> None:
    await events.simple_event(kind="contest")
    figure = await ask(events.staff, kind="conference")
    assert (figure["totals"]["events"], figure["filters"]) == (1, {"kind": "conference"})
    shown = {one["key"]["kind"]: one["events"] for one in (await ask(events.staff, group_by="kind"))["groups"]}
    assert len(shown) == 10
    assert {kind for kind, number in shown.items() if number} == {"conference", "contest"}


async def test_who_may_not_read_figures(events: EventStage) -> None:
    make = events.world.make
    for caller in (await make.account("reviewer"), await make.mentor(), events.admin):
        assert (await caller.get(PATH)).json()["code"] == "forbidden"
    token = await make.token("events:read")
    assert (await token.get(PATH)).json()["code"] == "insufficient_scope"
    assert (await (await events.device()).get(PATH)).status_code == 403


async def test_homes_of_few_people_are_hidden_from_analysts_and_programs(events: EventStage) -> None:
    """Bắc Hà 2, Y Tý 1, Sa Pa 6 and, of unknown home, 5 named and 20 counted."""
    _, session, site = await events.simple_event()
    await crowd(events, session, site, 6, SA_PA)
    await crowd(events, session, site, 5, None)
    make = events.world.make
    for caller in (await make.account("analyst"), await make.token("stats:read")):
        figure = await ask(caller, group_by="home_of")
        shown = {one["key"]["home_of"]: (one["named"], one["suppressed"]) for one in figure["groups"]}
        assert shown == {BAC_HA: (None, True), Y_TY: (None, True), SA_PA: (6, False), "unknown": (5, False)}
        hidden = [one for one in figure["groups"] if one["suppressed"]]
        told = {name for one in hidden for name, value in one.items() if value is not None}
        assert told == {"suppressed", "key", "ref"}
        assert (figure["totals"]["named"], figure["quality"]["unknown_home_n"]) == (14, 5)
        assert not any(one["suppressed"] for one in (await ask(caller, group_by="held_in"))["groups"])
    shown = (await ask(events.staff, group_by="home_of"))["groups"]
    assert [one["named"] for one in shown] == [1, 2, 6, 5]


async def test_a_hidden_home_hides_the_smallest_other_and_its_quality(events: EventStage) -> None:
    """Of one home three people came: what the others leave of the total would tell it."""
    await events.set(status="draft")
    _, session, site = await events.simple_event()
    for number, home in ((3, BAC_HA), (9, SA_PA), (6, None)):
        await crowd(events, session, site, number, home)
    analyst = await events.world.make.account("analyst")
    figure = await ask(analyst, group_by="home_of")
    assert [one["named"] for one in figure["groups"]] == [None, 9, None]
    assert figure["quality"]["unknown_home_n"] is None


async def test_what_adds_up_adds_up(events: EventStage) -> None:
    """Over every breakdown, the measures that are said to add up do."""
    event, session, site = await events.simple_event(**CLOSED)
    await events.site(await events.session(event, NOON, ENDS_AT), "Sân")
    await crowd(events, session, site, 3, SA_PA)
    for by in ("kind", "held_in", "home_of", "mode", "month"):
        figure = await ask(events.staff, group_by=by)
        for name in figure["additive"]:
            assert sum(one[name] for one in figure["groups"]) == figure["totals"][name], (by, name)
        assert not {"unique_min", "unique_max", "participations", "events", "expected"} & set(figure["additive"])
    assert "sessions" in (await ask(events.staff))["additive"]
    assert "sessions" not in (await ask(events.staff, group_by="mode"))["additive"]


async def test_a_figure_explains_itself_and_has_the_hash_alone_for_its_etag(events: EventStage) -> None:
    asked = {"from": "2025-01-01", "to": "2026-01-01", "group_by": "held_in"}
    first = await events.staff.get(PATH, params=asked)
    figure = first.json()
    about = {name: figure[name] for name in ("definition_id", "version", "as_of", "from", "to", "territory")}
    assert about == {
        "definition_id": "attendance", "version": 1, "as_of": "2025-11-30", "from": "2025-01-01", "to": "2026-01-01",
        "territory": "current",
    }  # fmt: skip
    for headers in ({}, CSV, XLSX):
        etag = (await events.staff.get(PATH, params=asked, headers=headers)).headers["etag"]
        again = await events.staff.get(PATH, params=asked, headers={**headers, "if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
    await events.headcount(events.hall, 9)
    again = await events.staff.get(PATH, params=asked, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 200


async def test_the_table_holds_the_same_numbers(events: EventStage) -> None:
    asked = {"group_by": "home_of", "final_only": "false"}
    answer = await events.staff.get(PATH, params=asked, headers=CSV)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    figure = (await events.staff.get(PATH, params=asked)).json()
    assert [row["group"] for row in rows] == ["total", Y_TY, BAC_HA, "unknown"]
    for row, measures in zip(rows, [figure["totals"], *figure["groups"]], strict=True):
        for name, value in measures.items():
            if name not in {"key", "ref", "suppressed"}:
                assert row[name] == ("" if value is None else str(value)), name
        assert (row["definition_id"], row["additive"], row["scope"]) == (
            "attendance", "attendances named anonymous", LAO_CAI,
        )  # fmt: skip
    workbook = await events.staff.get(PATH, headers=XLSX)
    assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")


async def test_every_measure_has_a_published_definition_in_both_languages(events: EventStage) -> None:
    published = {one["id"]: one for one in (await events.staff.get(DEFINITIONS)).json()["items"]}
    terms = {term["code"]: term["text"] for term in published["attendance"]["terms"]}
    figure = await ask(events.staff)
    assert {*figure["totals"], *figure["quality"], "additive", "as_of", "group_by", "final_only"} <= set(terms)
    assert all(text["en"] and text["vi"] for text in terms.values())
    assert set(HEADLINES) <= set(published)


async def test_the_headlines_agree_with_the_figure(events: EventStage) -> None:
    """Two activities, one of them twice a day; the conference; a class of two evenings; a day of a culture house."""
    forum, morning, hall = await events.simple_event()
    await crowd(events, morning, hall, 3)
    await events.headcount(await events.site(await events.session(forum, NOON, ENDS_AT), "Hội trường"), 8)
    await events.simple_event(kind="other")
    await events.headcount((await events.simple_event(kind="culture_house_day"))[2], 100)
    course, first, room = await events.simple_event(kind="digital_skills_class")
    people = await crowd(events, first, room, 4)
    second = await events.session(course, NOON, ENDS_AT)
    for person in people[:3]:
        await events.attendance(second, person, other := await events.site(second, f"Lớp {uuid4()}"))
    await events.headcount(other, 4)
    assert await headlines(events.staff) == dict(zip(HEADLINES, (2, 11, 23, 1, 6), strict=True))
    figure = await ask(events.staff, kind="digital_skills_class")
    assert figure["totals"]["participations"] == 6
    assert await headlines(events.officer_there) == dict(zip(HEADLINES, (0, 0, 1, 0, 0), strict=True))
    assert await headlines(events.staff, locality=Y_TY) == await headlines(events.officer_there)
    assert await headlines(events.staff, **{"to": "2025-11-29"}) == dict.fromkeys(HEADLINES, 0)
    assert await headlines(events.staff, as_of="2025-11-28") == dict.fromkeys(HEADLINES, 0)
    assert (await headlines(events.staff, **{"from": "2025-11-29"}))["activities"] == 2


async def test_an_hour_later_the_same_figure_is_the_same_bytes(events: EventStage) -> None:
    first = await events.staff.get(PATH)
    events.world.clock.now += timedelta(hours=1)
    again = await events.staff.get(PATH, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


async def test_a_figure_read_from_the_pool_sees_a_write_that_was_just_answered(committed: World) -> None:
    stage = await set_event_stage(committed)
    for number in (1, 2, 3):
        await crowd(stage, stage.morning, stage.hall, 1)
        for by in ({}, {"group_by": "kind"}, {"group_by": "home_of"}):
            assert (await ask(stage.staff, **by))["totals"]["named"] == number
        assert (await headlines(stage.staff))["conference_attendances"] == number


async def test_a_figure_is_planned_for_its_own_period_however_often_it_is_asked(committed: World) -> None:
    """A plan for any period is one for few rows: over a million attendances it is eight times as slow."""
    assert committed.database.reads is not None
    asked = compile_statement(select(func.current_setting("plan_cache_mode")))
    for seconds, mode in ((5.0, "force_custom_plan"), (None, "auto")):
        assert [tuple(row) for row in await committed.database.reads.rows(asked, {}, seconds=seconds)] == [(mode,)]
