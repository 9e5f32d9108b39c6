"""The figures of mentoring, against a story worked out by hand and against a second count of a random one."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.stats.history import grant
from tests.stats.story import PLATFORMS, Advice, Story, day_of
from tests.stats.test_funnel_projects import fill

PATH = "/v1/stats/mentoring"
SPRING = {"from": "2025-03-01", "to": "2025-05-01"}
CSV = {"accept": "text/csv"}
XLSX = {"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
BREAKDOWNS = ("locality", "programme", "mentor", "month", "platform", "kind")


class Scene:
    """What the small story is made of."""

    def __init__(self, mai: UUID, lan: UUID, coffee: UUID) -> None:
        self.mai = mai
        self.lan = lan
        self.coffee = coffee


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff")


@pytest.fixture
async def small(story: Story, staff: Caller) -> Scene:
    """Three projects, two mentors, a coffee at which two projects sat, a session in another commune, and failures."""
    mai, lan = await story.mentor("Vàng Thị Mai"), await story.mentor("Lý Thị Lan")
    coffee = await story.programme()
    tea, plums, trout = (
        await story.project("2025-01-05", "2025-02-01", "capital", "market"),
        await story.project("2025-01-06", "2025-02-01", "digital", place=SA_PA),
        await story.project("2025-01-07", "2025-02-01"),
    )
    anna, bao = await story.person("Anna"), await story.person("Bảo")
    table = await story.session("2025-03-10", mai, lan, programme_id=coffee, kind="startup_coffee", guests=(anna, bao))
    await story.advise(tea, table, "capital", "market", mentor_id=mai)
    await story.advise(tea, table, "capital", mentor_id=lan)
    await story.advise(plums, table, "market", mentor_id=lan)
    visit = await story.session("2025-04-02", mai, minutes=(30, 0, 90), place=SA_PA, guests=(anna,), reported_after=31)
    await story.advise(plums, visit, "digital")
    short = await story.session("2025-04-20", lan, minutes=(10, 5, 0), reported_after=30)
    await story.advise(trout, short, "market")
    for status in ("cancelled", "mentor_absent", "guests_absent", "planned"):
        await story.session("2025-04-25", mai, status=status, guests=(anna,))
    await story.action(tea, "2025-03-10", "2025-04-10", session_id=table.id, mentor_id=mai, platform="capital")
    await story.action(tea, "2025-03-10", "2025-12-10", session_id=table.id, mentor_id=mai)
    await story.action(plums, "2025-04-02", "2025-04-20", mentor_id=lan, status="done", closed_on="2025-04-15")
    await story.action(plums, "2025-04-02", "2025-04-20", status="dropped", closed_on="2025-04-15")
    return Scene(mai, lan, coffee)


async def ask(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def measures(part: dict[str, Any], *names: str) -> list[Any]:
    return [part[name] for name in names]


def groups(figure: dict[str, Any], *names: str) -> dict[str, list[Any]]:
    return {next(iter(group["key"].values())): measures(group, *names) for group in figure["groups"]}


async def test_the_totals_of_everything(staff: Caller, small: Scene) -> None:
    figure = await ask(staff)
    totals = figure["totals"]
    assert measures(totals, "sessions_held", "sessions_cancelled", "mentors_absent", "guests_absent") == [3, 1, 1, 1]
    assert measures(totals, "contact_minutes", "preparation_minutes", "travel_minutes") == [160, 45, 170]
    assert totals["mentor_hours"] == round(205 / 60, 2)
    assert measures(totals, "distinct_mentors", "distinct_mentees", "distinct_projects") == [2, 2, 2]
    assert totals["consultations"] == 4
    assert measures(totals, "consulted_projects", "fully_consulted_projects") == [2, 2]
    assert totals["projects_by_platforms"] == {"0": 1, "1": 0, "2": 2, "3": 0}
    assert measures(totals, "actions_open", "actions_overdue", "actions_done") == [2, 1, 1]
    assert figure["quality"] == {"awaiting_report_n": 1, "late_n": 1, "short_contact_n": 1}
    assert totals["suppressed"] is False


async def test_consultations_by_platform_and_month_show_every_cell(staff: Caller, small: Scene) -> None:
    totals = (await ask(staff))["totals"]
    assert [tuple(one.values()) for one in totals["by_platform"]] == [
        ("capital", 1, 1), ("market", 2, 2), ("digital", 1, 1),
    ]  # fmt: skip
    assert [tuple(one.values()) for one in totals["by_month"]] == [("2025-03", 3, 2), ("2025-04", 1, 1)]
    assert [tuple(one.values()) for one in totals["by_platform_and_month"]] == [
        ("2025-03", "capital", 1, 1), ("2025-03", "market", 2, 2), ("2025-03", "digital", 0, 0),
        ("2025-04", "capital", 0, 0), ("2025-04", "market", 0, 0), ("2025-04", "digital", 1, 1),
    ]  # fmt: skip


async def test_a_quiet_month_between_is_a_zero(staff: Caller, story: Story) -> None:
    project, mentor = await story.project("2024-01-01", "2024-02-01"), await story.mentor()
    for day in ("2024-11-30", "2025-02-01"):
        await story.advise(project, await story.session(day, mentor), "market")
    figure = await ask(staff, group_by="month")
    assert [one["month"] for one in figure["totals"]["by_month"]] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert groups(figure, "consultations", "sessions_held", "contact_minutes") == {
        "2024-11": [1, 1, 60], "2024-12": [0, 0, 0], "2025-01": [0, 0, 0], "2025-02": [1, 1, 60],
    }  # fmt: skip


async def test_minutes_count_once_however_many_projects_and_platforms_sat_at_the_table(
    staff: Caller, story: Story
) -> None:
    mentor = await story.mentor()
    met = await story.session("2025-03-01", mentor, minutes=(90, 30, 45), guests=(await story.person(),))
    for _ in range(5):
        await story.advise(await story.project("2025-01-01", "2025-02-01"), met, *PLATFORMS)
    for asked in ({}, {"mentor": str(mentor)}, {"locality": BAC_HA}):
        totals = (await ask(staff, **asked))["totals"]
        assert measures(totals, "contact_minutes", "preparation_minutes", "travel_minutes") == [90, 30, 45]
        assert measures(totals, "consultations", "mentor_hours", "sessions_held") == [15, 2.0, 1]
    for name in set(BREAKDOWNS) - {"platform"}:
        figure = await ask(staff, group_by=name)
        assert sum(group["contact_minutes"] for group in figure["groups"]) == 90, name


async def test_a_stand_in_earns_the_minutes_and_who_did_not_come_none(staff: Caller, story: Story) -> None:
    absent, came = await story.mentor("Vắng"), await story.mentor("Thay")
    met = await story.session("2025-03-01", came, minutes=(60, 10, 0))
    await story.seat(met, absent, attendance="replaced")
    figure = await ask(staff, group_by="mentor")
    assert groups(figure, "contact_minutes", "sessions_held") == {str(came): [60, 1], "none": [0, 0]}
    assert measures(figure["totals"], "distinct_mentors", "mentors_absent") == [1, 0]


async def test_the_period_is_of_days_and_stocks_are_of_the_day(staff: Caller, small: Scene) -> None:
    april = await ask(staff, **{"from": "2025-04-01", "to": "2025-05-01"})
    assert measures(april["totals"], "sessions_held", "consultations", "contact_minutes") == [2, 1, 40]
    assert measures(april["totals"], "consulted_projects", "actions_open", "actions_done") == [2, 2, 1]
    assert measures(april["totals"], "distinct_projects", "distinct_mentees") == [1, 1]
    march = await ask(staff, as_of="2025-03-31")
    assert measures(march["totals"], "sessions_held", "sessions_cancelled", "consultations") == [1, 0, 3]
    assert march["totals"]["projects_by_platforms"] == {"0": 1, "1": 1, "2": 1, "3": 0}
    assert measures(march["totals"], "fully_consulted_projects", "actions_open", "actions_overdue") == [1, 2, 0]
    mid_april = await ask(staff, as_of="2025-04-14")
    assert measures(mid_april["totals"], "actions_open", "actions_overdue", "actions_done") == [4, 1, 0]
    assert (await ask(staff, as_of="2025-01-31"))["totals"]["projects_by_platforms"]["0"] == 0


async def test_what_failed_later_was_still_ahead_on_an_earlier_day(staff: Caller, story: Story) -> None:
    mentor = await story.mentor()
    await story.session("2025-03-10", mentor, status="cancelled", ended_on="2025-03-20")
    on_the_15th = await ask(staff, as_of="2025-03-15")
    assert on_the_15th["totals"]["sessions_cancelled"] == 0
    assert on_the_15th["quality"]["awaiting_report_n"] == 1
    later = await ask(staff, as_of="2025-03-20")
    assert (later["totals"]["sessions_cancelled"], later["quality"]["awaiting_report_n"]) == (1, 0)
    on_its_day = await ask(staff, as_of="2025-03-10")
    assert on_its_day["quality"]["awaiting_report_n"] == 0


async def test_sessions_belong_to_their_own_commune_and_consultations_to_the_project(
    staff: Caller, small: Scene
) -> None:
    figure = await ask(staff, group_by="locality")
    names = ("sessions_held", "contact_minutes", "consultations", "consulted_projects", "actions_open")
    assert groups(figure, *names) == {BAC_HA: [2, 130, 2, 1, 2], SA_PA: [1, 30, 2, 1, 0]}
    assert groups(figure, "projects_by_platforms") == {
        BAC_HA: [{"0": 1, "1": 0, "2": 1, "3": 0}], SA_PA: [{"0": 0, "1": 0, "2": 1, "3": 0}],
    }  # fmt: skip
    assert figure["groups"][0]["ref"]["name"]
    sa_pa = await ask(staff, locality=SA_PA)
    assert measures(sa_pa["totals"], *names) == [1, 30, 2, 1, 0]
    assert sa_pa["filters"] == {"locality": SA_PA}


async def test_by_mentor_each_has_what_was_shared(staff: Caller, small: Scene) -> None:
    figure = await ask(staff, group_by="mentor")
    names = ("sessions_held", "sessions_cancelled", "contact_minutes", "consultations", "distinct_mentees",
             "actions_open", "actions_done")  # fmt: skip
    assert groups(figure, *names) == {
        str(small.lan): [2, 0, 70, 2, 2, 0, 1], str(small.mai): [2, 1, 90, 3, 2, 2, 0],
        "none": [0, 0, 0, 0, 0, 0, 0],
    }  # fmt: skip
    assert [group["ref"] and group["ref"]["name"] for group in figure["groups"]] == [
        "Lý Thị Lan", "Vàng Thị Mai", None,
    ]  # fmt: skip
    assert groups(figure, "projects_by_platforms")[str(small.mai)] == [None]
    mai = await ask(staff, mentor=str(small.mai))
    assert measures(mai["totals"], *names) == [2, 1, 90, 3, 2, 2, 0]
    assert mai["totals"]["consulted_projects"] == 2
    assert measures(mai["totals"], "projects_by_platforms", "fully_consulted_projects") == [None, None]


async def test_by_programme_and_kind(staff: Caller, small: Scene) -> None:
    names = ("sessions_held", "sessions_cancelled", "contact_minutes", "consultations", "actions_open", "actions_done")
    by_programme = await ask(staff, group_by="programme")
    assert groups(by_programme, *names) == {str(small.coffee): [1, 0, 120, 3, 2, 0], "none": [2, 1, 40, 1, 0, 1]}
    by_kind = groups(await ask(staff, group_by="kind"), *names)
    assert by_kind["startup_coffee"] == [1, 0, 120, 3, 2, 0]
    assert by_kind["one_to_one"] == [2, 1, 40, 1, 0, 0]
    assert by_kind["clinic"] == [0] * 6
    assert by_kind["none"] == [0, 0, 0, 0, 0, 1]
    coffee = await ask(staff, programme=str(small.coffee))
    assert measures(coffee["totals"], *names) == [1, 0, 120, 3, 2, 0]
    assert coffee["filters"] == {"programme": str(small.coffee)}


async def test_by_platform_sessions_are_not_measured(staff: Caller, small: Scene) -> None:
    figure = await ask(staff, group_by="platform")
    names = ("consultations", "consulted_projects", "actions_open", "sessions_held", "contact_minutes", "mentor_hours",
             "distinct_mentees")  # fmt: skip
    assert groups(figure, *names) == {
        "capital": [1, 1, 1, None, None, None, None], "market": [2, 2, 0, None, None, None, None],
        "digital": [1, 1, 0, None, None, None, None], "none": [0, 0, 1, None, None, None, None],
    }  # fmt: skip


async def test_by_month_stocks_are_not_measured(staff: Caller, small: Scene) -> None:
    figure = await ask(staff, group_by="month")
    names = ("sessions_held", "consultations", "actions_done", "actions_open", "actions_overdue", "consulted_projects")
    assert groups(figure, *names) == {"2025-03": [1, 3, 0, None, None, None], "2025-04": [2, 1, 1, None, None, None]}


async def test_every_number_agrees_with_a_count_by_hand(staff: Caller, story: Story) -> None:
    await fill(story, Random(11))
    for since, until in (("2025-01-01", "2025-12-01"), ("2025-04-01", "2025-07-01")):
        figure = await ask(staff, **{"from": since, "to": until})
        first, last = day_of(since), day_of(until)
        held = [met for met in story.sessions if met.status == "held" and first <= met.day < last]
        minutes = [part for met in held for part in met.parts.values()]
        given = [one for one in story.advice if story.counts(one) and first <= one.met.day < last]
        totals = figure["totals"]
        assert totals["sessions_held"] == len(held)
        assert totals["contact_minutes"] == sum(part[0] for part in minutes)
        assert totals["travel_minutes"] == sum(part[2] for part in minutes)
        assert totals["consultations"] == distinct(given, lambda one: (one.met, one.project, one.platform))
        assert totals["distinct_projects"] == distinct(given, lambda one: one.project)
        for cell in totals["by_platform_and_month"]:
            there = [
                one for one in given
                if one.platform == cell["platform"] and one.met.day.isoformat().startswith(cell["month"])
            ]  # fmt: skip
            assert cell["consultations"] == distinct(there, lambda one: (one.met, one.project))
        day = day_of("2025-11-30")
        platforms = [len(story.platforms_of(project, day)) for project in story.projects]
        assert list(totals["projects_by_platforms"].values()) == [platforms.count(number) for number in range(4)]
        full = [project for project in story.projects if story.is_fully_consulted(project, day)]
        assert totals["fully_consulted_projects"] == len(full)
        assert totals["consulted_projects"] == sum(number > 0 for number in platforms)


def distinct(given: list[Advice], key: Callable[[Advice], Any]) -> int:
    return len({key(one) for one in given})


async def test_groups_that_share_nothing_add_up_to_the_total(staff: Caller, story: Story) -> None:
    await fill(story, Random(13))
    totals = (await ask(staff))["totals"]
    additive = ("contact_minutes", "preparation_minutes", "sessions_held", "sessions_cancelled", "consultations")
    for name in ("locality", "programme", "month", "kind"):
        figure = await ask(staff, group_by=name)
        for measure in additive:
            assert sum(group[measure] for group in figure["groups"]) == totals[measure], (name, measure)
        assert figure["totals"] == totals
    by_mentor = await ask(staff, group_by="mentor")
    assert sum(group["contact_minutes"] for group in by_mentor["groups"]) == totals["contact_minutes"]


async def test_consulted_projects_are_those_of_the_funnel_and_the_overview_on_any_day(
    staff: Caller, story: Story
) -> None:
    await fill(story, Random(17))
    for day in (day_of("2025-03-15") + timedelta(days) for days in range(0, 250, 50)):
        totals = (await ask(staff, as_of=str(day)))["totals"]
        overview = (await staff.get("/v1/stats/overview", params={"as_of": str(day)})).json()
        headlines = {one["code"]: one["n"] for one in overview["figures"]}
        assert headlines["projects_consulted"] == totals["consulted_projects"]
        assert headlines["projects_fully_consulted"] == totals["fully_consulted_projects"]
        assert headlines["projects_graduated"] == len(
            [project for project in story.projects if project.graduated_on and project.graduated_on <= day]
        )
        assert headlines["sessions_held"] == totals["sessions_held"]
        assert headlines["mentor_minutes"] == totals["contact_minutes"] + totals["preparation_minutes"]


async def test_an_officer_counts_the_own_commune(make: Make, small: Scene) -> None:
    officer = await make.account("commune_staff", SA_PA)
    figure = await ask(officer)
    assert measures(figure["totals"], "sessions_held", "contact_minutes", "consultations") == [1, 30, 2]
    assert figure["scope"] == [SA_PA]
    assert figure["totals"]["projects_by_platforms"] == {"0": 0, "1": 0, "2": 1, "3": 0}
    assert (await ask(await make.account("commune_staff", Y_TY)))["totals"]["sessions_held"] == 0


async def test_who_may_ask(make: Make, small: Scene) -> None:
    for role in ("reviewer", "admin"):
        assert (await (await make.account(role)).get(PATH)).json()["code"] == "forbidden"
    token = await make.token("ideas:read")
    assert (await token.get(PATH)).json()["code"] == "insufficient_scope"


async def test_only_who_reads_mentors_may_single_one_out(make: Make, small: Scene) -> None:
    callers = (await make.account("analyst"), await make.account("commune_staff"), await make.token("stats:read"))
    for caller in callers:
        for asked in ({"group_by": "mentor"}, {"mentor": str(small.mai)}):
            assert (await caller.get(PATH, params=asked)).status_code == 403
        assert (await caller.get(PATH, params={"group_by": "programme"})).status_code == 200
    assert (await (await make.account("approver")).get(PATH, params={"group_by": "mentor"})).status_code == 200


async def test_mentors_are_named_only_where_they_are_read(make: Make, world: World, small: Scene) -> None:
    """Analyst of the province and staff of one commune: a breakdown by mentor is of that commune."""
    caller = await make.account("analyst")
    await grant(world, caller, "staff", SA_PA)
    assert (await ask(caller))["totals"]["sessions_held"] == 3
    figure = await ask(caller, group_by="mentor")
    assert (figure["scope"], figure["totals"]["sessions_held"]) == ([SA_PA], 1)


async def test_a_mentor_who_never_was_here_is_not_there(make: Make, story: Story, small: Scene) -> None:
    """Staff of one commune: who held a session in it is known, who did not is as unknown as nobody."""
    caller = await make.account("staff", SA_PA)
    assert measures((await ask(caller, mentor=str(small.mai)))["totals"], "sessions_held", "contact_minutes") == [1, 30]
    for mentor_id in (small.lan, UUID(int=8)):
        answer = await caller.get(PATH, params={"mentor": str(mentor_id)})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_found")


async def test_a_mentor_counts_the_own_part_and_nothing_else(make: Make, story: Story, small: Scene) -> None:
    mentor = await make.account("mentor")
    own = await story.mentor("Hoàng", account_id=mentor.id)
    met = await story.session("2025-05-05", own, small.mai, minutes=(45, 15, 0), place=SA_PA)
    await story.advise(await story.project("2025-01-05", "2025-02-01"), met, "market", mentor_id=own)
    figure = await ask(mentor)
    assert measures(figure["totals"], "sessions_held", "contact_minutes", "mentor_hours", "consultations") == [
        1, 45, 1.0, 1,
    ]  # fmt: skip
    assert figure["filters"] == {"mentor": str(own)}
    assert await ask(mentor, mentor=str(own)) == figure
    by_mentor = await ask(mentor, group_by="mentor")
    assert [group["key"] for group in by_mentor["groups"]] == [{"mentor": str(own)}]
    other = await mentor.get(PATH, params={"mentor": str(small.mai)})
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    for closed in ("funnel", "overview"):
        assert (await mentor.get(f"/v1/stats/{closed}")).status_code == 403
    assert (await mentor.get("/v1/stats/definitions")).status_code == 200


async def test_a_mentor_who_is_not_entered_yet_has_zeros(make: Make, small: Scene) -> None:
    figure = await ask(await make.account("mentor"), group_by="locality")
    assert measures(figure["totals"], "sessions_held", "consultations", "actions_open", "mentor_hours") == [0, 0, 0, 0]
    assert figure["groups"] == []


async def test_a_mentor_who_is_an_analyst_too_sees_both(make: Make, world: World, story: Story, small: Scene) -> None:
    both = await make.account("mentor")
    await grant(world, both, "analyst", "15")
    own = await story.mentor("Hoàng", account_id=both.id)
    assert (await ask(both))["totals"]["sessions_held"] == 3
    assert (await ask(both, mentor=str(own)))["totals"]["sessions_held"] == 0
    assert (await both.get(PATH, params={"mentor": str(small.mai)})).status_code == 403


async def test_few_mentees_are_hidden_from_analysts_and_programs(make: Make, story: Story, staff: Caller) -> None:
    mentor = await story.mentor()
    people = [await story.person(f"Khách {number}") for number in range(9)]
    await story.session("2025-03-01", mentor, guests=tuple(people[:6]))
    await story.session("2025-03-01", mentor, guests=tuple(people[6:]), place=SA_PA)
    for caller in (await make.account("analyst"), await make.token("stats:read")):
        figure = await ask(caller, group_by="locality")
        assert groups(figure, "distinct_mentees", "suppressed", "sessions_held") == {
            BAC_HA: [None, True, 1], SA_PA: [None, True, 1],
        }  # fmt: skip
        assert measures(figure["totals"], "distinct_mentees", "suppressed") == [9, False]
        one = await ask(caller, locality=SA_PA)
        assert measures(one["totals"], "distinct_mentees", "suppressed") == [None, True]
        by_platform = await ask(caller, group_by="platform")
        assert not any(group["suppressed"] for group in by_platform["groups"])
    seen = groups(await ask(staff, group_by="locality"), "distinct_mentees", "suppressed")
    assert seen == {BAC_HA: [6, False], SA_PA: [3, False]}


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"from": "2025-02-01", "to": "2025-02-01"}, {"to": "out_of_range"}),
        ({"as_of": "2025-12-01"}, {"as_of": "out_of_range"}),
        ({"as_of": "9999-12-31", "locality": "99"}, {"as_of": "out_of_range", "locality": "not_found"}),
        ({"group_by": "sex"}, {"group_by": "not_in_enum"}),
        ({"mentor": "me"}, {"mentor": "bad_format"}),
        (
            {"programme": str(UUID(int=7)), "mentor": str(UUID(int=8))},
            {"programme": "not_found", "mentor": "not_found"},
        ),
        ({"programe": "x"}, {"programe": "unknown_field"}),
    ],
)
async def test_wrong_questions_are_refused_by_name(
    staff: Caller, asked: dict[str, str], errors: dict[str, str]
) -> None:
    answer = await staff.get(PATH, params=asked)
    assert answer.status_code == 400, answer.text
    assert {error["parameter"]: error["code"] for error in answer.json()["errors"]} == errors


async def test_the_ends_of_the_calendar_are_no_trouble(staff: Caller, small: Scene) -> None:
    for asked in ({"from": "0001-01-01", "to": "9999-12-31"}, {"as_of": "0001-01-01"}, {"from": "9999-12-30"}):
        for name in BREAKDOWNS:
            await ask(staff, **asked, group_by=name)


async def test_an_empty_database_gives_zeros(staff: Caller) -> None:
    for name in BREAKDOWNS:
        figure = await ask(staff, group_by=name)
        assert figure["totals"]["mentor_hours"] == 0
        assert figure["totals"]["projects_by_platforms"] == {"0": 0, "1": 0, "2": 0, "3": 0}
        assert figure["totals"]["by_month"] == []
        assert [group["key"][name] for group in figure["groups"]][-1:] in ([], ["none"])


async def test_no_number_is_text(staff: Caller, small: Scene) -> None:
    for name in BREAKDOWNS:
        figure = await ask(staff, group_by=name)
        for part in (figure["totals"], *figure["groups"]):
            texts = [key for key, value in part.items() if isinstance(value, str)]
            assert not texts


async def test_the_figure_explains_itself(staff: Caller, small: Scene) -> None:
    first = await staff.get(PATH, params={**SPRING, "group_by": "kind"})
    figure = first.json()
    about = ("definition_id", "version", "as_of", "from", "to", "territory", "scope", "filters", "group_by")
    assert measures(figure, *about) == [
        "mentoring", 1, "2025-11-30", "2025-03-01", "2025-05-01", "current", ["15"], {}, "kind",
    ]  # fmt: skip
    published = (await staff.get("/v1/stats/definitions")).json()["items"]
    terms = {term["code"] for one in published if one["id"] == "mentoring" for term in one["terms"]}
    told = {*figure["totals"], *figure["quality"]} - {"by_platform", "by_month", "by_platform_and_month"}
    assert told <= terms
    again = await staff.get(
        PATH, params={**SPRING, "group_by": "kind"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_the_table_holds_the_same_numbers(staff: Caller, small: Scene) -> None:
    for name in BREAKDOWNS:
        answer = await staff.get(PATH, params={"group_by": name}, headers=CSV)
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        figure = await ask(staff, group_by=name)
        total, *cells = [row for row in rows if row["group"] == "total"]
        assert (total["contact_minutes"], total["mentor_hours"], total["projects_on_2"]) == ("160", "3.42", "2")
        assert [row["consultations"] for row in cells] == [
            str(cell["consultations"])
            for table in ("by_platform", "by_month", "by_platform_and_month")
            for cell in figure["totals"][table]
        ]
        of_groups = [row for row in rows if row["group"] != "total"]
        assert [row["consultations"] for row in of_groups] == [
            str(group["consultations"]) for group in figure["groups"]
        ]
        assert {(row["group_by"], row["definition_id"], row["as_of"], row["scope"]) for row in rows} == {
            (name, "mentoring", "2025-11-30", "15")
        }
    workbook = await staff.get(PATH, headers=XLSX)
    assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")
