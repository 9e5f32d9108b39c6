"""The funnel's numbers, against a small history worked out by hand (tests/stats/conftest.py)."""

from typing import Any

import pytest

from tests.factories import BAC_HA, SA_PA, Y_TY, Caller, Make, World
from tests.stats.conftest import NEXT_YEAR
from tests.stats.history import History, grant

COHORT = {"mode": "cohort", "from": "2025-01-01", "to": "2025-07-01"}
FLOW = {"mode": "throughput", "from": "2025-02-01", "to": "2025-04-01"}


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff")


async def funnel(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.get("/v1/stats/funnel", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def column(figure: dict[str, Any], name: str) -> list[Any]:
    """Of the steps that count ideas; those of projects are in test_funnel_projects.py."""
    return [step[name] for step in figure["steps"] if step["unit"] == "idea"]


def statuses(figure: dict[str, Any]) -> dict[str, int]:
    return {one["status"]: one["n"] for one in figure["statuses"] if one["n"]}


def group(figure: dict[str, Any], value: str) -> dict[str, Any]:
    (found,) = [group for group in figure["groups"] if value in group["key"].values()]
    return dict(found)


async def test_a_cohort_counts_what_each_idea_did_in_its_own_window(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=90)
    assert column(figure, "code") == ["submitted", "screened_in", "reviewed", "accepted", "project_founded"]
    assert column(figure, "n") == [5] * 5
    assert column(figure, "mature_n") == [5] * 5
    assert column(figure, "reached_n") == [5, 2, 2, 2, 2]
    assert column(figure, "rate") == [1.0, 0.4, 0.4, 0.4, 0.4]
    assert column(figure, "imputed_n") == [0, 0, 1, 0, 0]
    assert column(figure, "median_days") == [None, 10.0, 35.5, 45.0, 59.0]
    assert column(figure, "open_n") == [0, 2, 2, 2, 2]
    assert figure["steps"][0]["drop_offs"] == {
        "rejected": 0,
        "deferred": 0,
        "withdrawn": 1,
        "lapsed": 0,
        "closed": None,
    }
    assert (figure["steps"][4]["ideas_n"], figure["steps"][4]["projects_n"]) == (2, 1)


async def test_only_mature_entrants_are_in_the_denominator(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=180)
    assert (column(figure, "n")[0], column(figure, "mature_n")[0]) == (5, 4)
    assert column(figure, "reached_n") == [4, 3, 2, 2, 2]
    assert column(figure, "rate")[1] == 0.75


async def test_reconsidering_does_not_restart_the_clock(staff: Caller, small: History) -> None:
    """Reached 98 days after entry: within 98 and not within 97."""
    reached = [column(await funnel(staff, **COHORT, window_days=days), "reached_n")[1] for days in (97, 98)]
    assert reached == [2, 3]


async def test_a_cohort_that_is_immature_has_no_rate(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=3650)
    assert column(figure, "mature_n") == [0] * 5
    assert column(figure, "rate") == [None] * 5
    assert column(figure, "median_days") == [None] * 5


async def test_an_earlier_day_sees_only_what_had_happened(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=90, as_of="2025-05-01")
    assert (column(figure, "n")[0], column(figure, "mature_n")[0]) == (4, 2)


async def test_an_exit_at_the_end_of_the_window_is_a_drop_off(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=60)
    assert figure["steps"][0]["drop_offs"] == {
        "rejected": 1,
        "deferred": 0,
        "withdrawn": 1,
        "lapsed": 0,
        "closed": None,
    }
    assert column(figure, "open_n")[1] == 1


async def test_a_flow_counts_who_came_to_a_step_in_the_period(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **FLOW)
    assert column(figure, "n") == [2, 0, 2, 3, 2]
    assert column(figure, "imputed_n") == [0, 0, 1, 0, 0]
    assert figure["steps"][4]["projects_n"] == 1
    assert figure["statuses"] is None
    assert column(figure, "rate") == [None] * 5


async def test_the_period_ends_before_the_day_to(staff: Caller, small: History) -> None:
    until = await funnel(staff, mode="throughput", **{"from": "2025-02-28", "to": "2025-03-01"})
    since = await funnel(staff, mode="throughput", **{"from": "2025-03-01", "to": "2025-03-02"})
    assert (column(until, "n")[3], column(since, "n")[3]) == (0, 2)


async def test_a_voided_move_never_happened(staff: Caller, small: History) -> None:
    december = await funnel(staff, mode="throughput", **{"from": "2024-12-01", "to": "2025-01-01"})
    january = await funnel(staff, mode="throughput", **{"from": "2025-01-01", "to": "2025-01-10"})
    assert (column(december, "n")[:2], column(january, "n")[:2]) == ([1, 0], [0, 1])


async def test_a_snapshot_counts_each_idea_once_where_it_stands(staff: Caller, small: History) -> None:
    figure = await funnel(staff, mode="snapshot")
    assert figure["as_of"] == "2025-11-30"
    assert column(figure, "n") == [2, 1, 0, 1, 2]
    assert figure["steps"][4]["projects_n"] == 1
    assert statuses(figure) == {"accepted": 3, "in_review": 1, "withdrawn": 1, "screening": 1}
    assert column(figure, "rate") == [None] * 5


async def test_a_snapshot_of_the_past_shows_the_statuses_of_then(staff: Caller, small: History) -> None:
    figure = await funnel(staff, mode="snapshot", as_of="2025-02-15")
    assert column(figure, "n") == [1, 1, 1, 1, 0]
    assert statuses(figure) == {"rejected": 1, "in_review": 1, "review_closed": 1, "accepted": 1}


async def test_merged_ideas_count_only_as_merged(staff: Caller, small: History) -> None:
    after = await funnel(staff, mode="snapshot", as_of="2025-01-20")
    before = await funnel(staff, mode="snapshot", as_of="2025-01-19")
    assert (after["quality"]["merged_n"], before["quality"]["merged_n"]) == (1, 0)
    assert sum(column(before, "n")) == 3
    cohort = await funnel(staff, **COHORT)
    assert (cohort["quality"]["merged_n"], cohort["steps"][0]["n"]) == (1, 5)


async def test_quality_tells_what_is_late_and_unknown(staff: Caller, small: History) -> None:
    assert (await funnel(staff, **COHORT))["quality"] == {"unknown_n": 1, "late_n": 1, "merged_n": 1}


async def test_decisions_that_are_unpublished_to_the_caller_are_not_counted(make: Make, small: History) -> None:
    officer = await make.account("commune_staff", BAC_HA)
    analyst = await make.account("analyst")
    token = await make.token("stats:read")
    for caller in (officer, analyst, token):
        assert column(await funnel(caller, **FLOW), "n")[3] == 2
        figure = await funnel(caller, mode="snapshot")
        assert column(figure, "n") == [2, 1, 1, 0, 2]
        assert statuses(figure)["review_closed"] == 1
    assert column(await funnel(await make.account("approver"), **FLOW), "n")[3] == 3


async def test_seeing_unpublished_decisions_of_two_communes_shows_none_of_a_third(
    make: Make, world: World, history: History
) -> None:
    """Three communes to count and two of them unpublished: to the SQL both are "some communes"."""
    for place in (BAC_HA, SA_PA):
        await history.idea("2025-01-10", ("accept", "2025-02-01"), publish_at=NEXT_YEAR, locality=place)
    officer = await make.account("commune_staff", BAC_HA)
    for place in (SA_PA, Y_TY):
        await grant(world, officer, "staff", place)
    assert column(await funnel(officer), "n") == [1, 0, 0, 1, 0]


async def test_breakdowns_show_every_value_and_unknown_and_count_totals_alone(staff: Caller, small: History) -> None:
    figure = await funnel(staff, **COHORT, window_days=90, group_by="sex")
    assert [group["key"]["sex"] for group in figure["groups"]] == ["female", "male", "other", "unknown"]
    assert column(group(figure, "female"), "n")[0] == 4
    assert column(group(figure, "unknown"), "n")[0] == 1
    assert column(group(figure, "male"), "n")[0] == 0
    assert column(figure, "n")[0] == 5
    assert figure["quality"]["unknown_n"] == 1


async def test_every_breakdown_answers_and_has_unknown(staff: Caller, make: Make, small: History) -> None:
    sensitive = await make.account("staff", sensitive=True)
    for name in ("locality", "sector", "sex", "ethnicity", "age_band", "channel", "call"):
        for mode in (COHORT, FLOW, {"mode": "snapshot"}):
            figure = await funnel(sensitive, **mode, group_by=name)
            assert figure["groups"][-1]["key"] == {name: "unknown"}
            assert sum(column(one, "n")[0] for one in figure["groups"]) == column(figure, "n")[0]


async def test_ages_fall_into_bands(staff: Caller, history: History) -> None:
    for age in (17, 18, 24, 25, 30, 31, 35, 36, None):
        await history.idea("2025-01-10", age=age)
    figure = await funnel(staff, group_by="age_band")
    counted = {one["key"]["age_band"]: column(one, "n")[0] for one in figure["groups"]}
    assert counted == {"under_18": 1, "18_24": 2, "25_30": 2, "31_35": 2, "over_35": 1, "unknown": 1}


async def test_a_call_is_named_by_code_or_id(staff: Caller, history: History) -> None:
    call_id = await history.call("thi-2025")
    await history.idea("2025-01-10", call="thi-2025")
    await history.idea("2025-01-11")
    for name in ("thi-2025", str(call_id)):
        figure = await funnel(staff, call=name)
        assert (column(figure, "n")[0], figure["filters"]) == (1, {"call": "thi-2025"})
    groups = (await funnel(staff, group_by="call"))["groups"]
    assert [one["key"]["call"] for one in groups] == ["open", "thi-2025", "unknown"]
    assert groups[1]["ref"] == {"id": str(call_id), "name": "Cuộc thi thi-2025"}


async def test_old_communes_are_mapped_or_kept(staff: Caller, history: History) -> None:
    old = await history.old_commune()
    await history.idea("2025-01-10", recorded_id=old.id)
    await history.idea("2025-01-11")
    current = await funnel(staff, group_by="locality")
    assert [(one["key"]["locality"], column(one, "n")[0]) for one in current["groups"]] == [
        (BAC_HA, 2), ("unknown", 0),
    ]  # fmt: skip
    recorded = await funnel(staff, group_by="locality", territory="as_recorded")
    assert recorded["territory"] == "as_recorded"
    kept = [one for one in recorded["groups"] if one["ref"] and one["ref"]["id"] == str(old.id)]
    assert [(one["key"]["locality"], column(one, "n")[0]) for one in kept] == [(old.code, 1)]


async def test_a_project_is_counted_under_its_earliest_idea(staff: Caller, small: History) -> None:
    figure = await funnel(staff, mode="snapshot", group_by="sector")
    counted = {name: group(figure, name)["steps"][4] for name in ("tea", "fruit")}
    assert {name: (step["ideas_n"], step["projects_n"]) for name, step in counted.items()} == {
        "tea": (1, 1), "fruit": (1, 0),
    }  # fmt: skip
    late = await funnel(staff, mode="cohort", **{"from": "2025-01-20", "to": "2025-02-01"}, window_days=90)
    assert (late["steps"][4]["ideas_n"], late["steps"][4]["projects_n"]) == (1, 0)


async def test_filters_limit_the_figure_and_are_named(staff: Caller, small: History) -> None:
    figure = await funnel(staff, sector="fruit", locality="15", call="open")
    assert figure["filters"] == {"locality": "15", "call": "open", "sector": "fruit"}
    assert column(figure, "n") == [0, 0, 0, 0, 1]
    assert sum(column(await funnel(staff, locality=SA_PA), "n")) == 0


async def test_an_empty_database_gives_zeros_and_no_rate(staff: Caller, history: History) -> None:
    figure = await funnel(staff, **COHORT)
    assert column(figure, "n") == [0] * 5
    assert column(figure, "rate") == [None] * 5
    assert figure["quality"] == {"unknown_n": 0, "late_n": 0, "merged_n": 0}


async def test_no_number_of_a_figure_is_text(staff: Caller, small: History) -> None:
    for mode in (COHORT, FLOW, {"mode": "snapshot"}):
        figure = await funnel(staff, **mode, group_by="sector")
        for step in [*figure["steps"], *(step for one in figure["groups"] for step in one["steps"])]:
            texts = {name for name, value in step.items() if isinstance(value, str)}
            assert texts == {"code", "unit"}
