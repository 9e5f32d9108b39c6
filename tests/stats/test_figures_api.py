"""Figures as an API: who may ask what, what is refused, and the forms of the answer."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import BAC_HA, LAO_CAI, SA_PA, Caller, Make, World
from tests.stats.history import History

FUNNEL, OVERVIEW, DEFINITIONS = "/v1/stats/funnel", "/v1/stats/overview", "/v1/stats/definitions"
YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
CSV = {"accept": "text/csv"}
XLSX = {"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff")


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {error["parameter"]: error["code"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"mode": "cohort"}, {"from": "required", "to": "required"}),
        ({"mode": "throughput", "from": "2025-01-01"}, {"to": "required"}),
        ({"mode": "throughput", "from": "2025-02-01", "to": "2025-02-01"}, {"to": "out_of_range"}),
        ({"from": "2025-02-01", "to": "2025-01-01"}, {"to": "out_of_range"}),
        ({"from": "", "as_of": "2025-12-01"}, {"from": "bad_format"}),
        ({"as_of": "2025-12-01"}, {"as_of": "out_of_range"}),
        ({"mode": "cohort", **YEAR, "window_days": "0"}, {"window_days": "out_of_range"}),
        ({"mode": "cohort", **YEAR, "window_days": "3651"}, {"window_days": "out_of_range"}),
        ({"mode": "stock"}, {"mode": "not_in_enum"}),
        ({"group_by": "age"}, {"group_by": "not_in_enum"}),
        ({"locality": "99", "call": "none"}, {"locality": "not_found", "call": "not_found"}),
        ({"locality": "02839-001"}, {"locality": "bad_format"}),
        ({"as_of": "yesterday"}, {"as_of": "bad_format"}),
        ({"modus": "cohort"}, {"modus": "unknown_field"}),
    ],
)  # fmt: skip
async def test_wrong_questions_are_refused_by_name(
    staff: Caller, asked: dict[str, str], errors: dict[str, str]
) -> None:
    assert wrong(await staff.get(FUNNEL, params=asked)) == errors


async def test_only_one_breakdown_at_a_time(staff: Caller) -> None:
    answer = await staff.get(FUNNEL + "?group_by=sex&group_by=sector")
    assert (answer.status_code, answer.json()["code"]) == (400, "repeated_parameter")


async def test_the_ends_of_the_calendar_are_no_trouble(staff: Caller, small: History) -> None:
    for path in (FUNNEL, OVERVIEW):
        answer = await staff.get(path, params={"from": "0001-01-01", "to": "9999-12-31", "as_of": "2025-11-30"})
        assert answer.status_code == 200
        answer = await staff.get(path, params={"as_of": "0001-01-01"})
        assert answer.status_code == 200
    far = {"mode": "cohort", "from": "0001-01-01", "to": "9999-12-31", "window_days": 3650}
    assert (await staff.get(FUNNEL, params=far)).status_code == 200


async def test_an_officer_counts_the_own_commune_alone(make: Make, history: History) -> None:
    for place in (BAC_HA, BAC_HA, SA_PA):
        await history.idea("2025-01-10", locality=place)
    officer = await make.account("commune_staff", BAC_HA)
    figure = (await officer.get(FUNNEL)).json()
    assert (figure["steps"][0]["n"], figure["scope"]) == (2, [BAC_HA])
    assert (await officer.get(OVERVIEW)).json()["figures"][0]["n"] == 2
    groups = (await officer.get(FUNNEL, params={"group_by": "locality"})).json()["groups"]
    assert [group["key"]["locality"] for group in groups] == [BAC_HA, "unknown"]


async def test_a_place_out_of_scope_is_not_there(make: Make, history: History) -> None:
    """The province around the own commune too: its figure would pass for the whole province's."""
    officer = await make.account("commune_staff", BAC_HA)
    for path in (FUNNEL, OVERVIEW):
        assert (await officer.get(path, params={"locality": BAC_HA})).status_code == 200
        sibling = await officer.get(path, params={"locality": SA_PA})
        unknown = await officer.get(path, params={"locality": "99999"})
        assert wrong(sibling) == wrong(unknown) == {"locality": "not_found"}
        assert wrong(await officer.get(path, params={"locality": LAO_CAI})) == {"locality": "not_found"}


async def test_who_may_not_read_figures(make: Make) -> None:
    for caller in (await make.account("reviewer"), await make.account("admin")):
        for path in (FUNNEL, OVERVIEW, DEFINITIONS):
            assert (await caller.get(path)).json()["code"] == "forbidden"
    token = await make.token("ideas:read")
    assert (await token.get(FUNNEL)).json()["code"] == "insufficient_scope"


async def test_ethnicity_needs_a_sensitive_grant(make: Make, small: History) -> None:
    asked = {"group_by": "ethnicity"}
    for caller in (await make.account("staff"), await make.token("stats:read")):
        assert (await caller.get(FUNNEL, params=asked)).status_code == 403
    staff = await make.account("staff", sensitive=True)
    figure = (await staff.get(FUNNEL, params=asked)).json()
    assert len(figure["groups"]) == 55
    assert sum(step["n"] for group in figure["groups"] for step in group["steps"]) == 6


async def test_small_cells_of_people_are_hidden_from_analysts_and_programs(make: Make, history: History) -> None:
    for sex, number in (("female", 6), ("male", 3)):
        for _ in range(number):
            await history.idea("2025-01-10", sex=sex, channel="zalo")
    asked = {"mode": "throughput", **YEAR, "group_by": "sex"}
    for caller in (await make.account("analyst"), await make.token("stats:read")):
        figure = (await caller.get(FUNNEL, params=asked)).json()
        shown = {group["key"]["sex"]: group["steps"][0] for group in figure["groups"]}
        assert {sex: (step["n"], step["suppressed"]) for sex, step in shown.items()} == {
            "female": (6, False), "male": (None, True), "other": (None, True), "unknown": (None, True),
        }  # fmt: skip
        assert (figure["steps"][0]["n"], figure["quality"]["unknown_n"]) == (9, None)
        by_channel = (await caller.get(FUNNEL, params=asked | {"group_by": "sector"})).json()
        assert not any(step["suppressed"] for group in by_channel["groups"] for step in group["steps"])
    staff = await make.account("staff")
    figure = (await staff.get(FUNNEL, params=asked)).json()
    assert [group["steps"][0]["n"] for group in figure["groups"]] == [6, 3, 0, 0]


async def test_hidden_cells_hide_every_number_in_every_mode(make: Make, small: History) -> None:
    analyst = await make.account("analyst")
    for mode in ("snapshot", "throughput", "cohort"):
        figure = (await analyst.get(FUNNEL, params={"mode": mode, **YEAR, "group_by": "sex"})).json()
        for group in figure["groups"]:
            assert group["statuses"] is None
            for step in group["steps"]:
                kept = {name for name, value in step.items() if value is not None}
                assert kept == {"step", "code", "unit", "suppressed"}


async def test_a_figure_explains_itself_and_has_the_hash_alone_for_its_etag(staff: Caller, small: History) -> None:
    asked = {"mode": "cohort", **YEAR, "window_days": 90, "group_by": "sector"}
    first = await staff.get(FUNNEL, params=asked)
    figure = first.json()
    assert {name: figure[name] for name in ("definition_id", "version", "mode", "as_of", "from", "to")} == {
        "definition_id": "funnel", "version": 2, "mode": "cohort", "as_of": "2025-11-30", **YEAR,
    }  # fmt: skip
    assert (figure["window_days"], figure["territory"], figure["unit"]) == (90, "current", "idea")
    etag = first.headers["etag"]
    assert "." not in etag
    again = await staff.get(FUNNEL, params=asked, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    await small.idea("2025-02-02")
    assert (await staff.get(FUNNEL, params=asked, headers={"if-none-match": etag})).status_code == 200


async def test_an_hour_later_the_same_figure_is_the_same_bytes(staff: Caller, small: History, world: World) -> None:
    for headers in ({}, CSV, XLSX):
        first = await staff.get(FUNNEL, headers=headers)
        world.clock.now += timedelta(hours=1)
        again = await staff.get(FUNNEL, headers={**headers, "if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)


async def test_the_table_holds_the_same_numbers(staff: Caller, small: History) -> None:
    asked = {"mode": "cohort", **YEAR, "window_days": 90, "group_by": "sector"}
    answer = await staff.get(FUNNEL, params=asked, headers=CSV)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    figure = (await staff.get(FUNNEL, params=asked)).json()
    total = [row for row in rows if row["group"] == "total"]
    assert [row["reached_n"] for row in total] == [str(step["reached_n"]) for step in figure["steps"]]
    assert len(rows) == 8 * (1 + len(figure["groups"]))
    assert {row["definition_id"] for row in rows} == {"funnel"}
    assert {row["from"] for row in rows} == {"2025-01-01"}


async def test_a_snapshot_as_a_table_lists_the_statuses_too(staff: Caller, small: History) -> None:
    answer = await staff.get(FUNNEL, headers=CSV)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["code"]: row["n"] for row in rows if row["code"] in {"accepted", "withdrawn"} and not row["step"]} == {
        "accepted": "3", "withdrawn": "1",
    }  # fmt: skip


async def test_figures_come_as_a_workbook_too(staff: Caller, small: History) -> None:
    for path in (FUNNEL, OVERVIEW):
        answer = await staff.get(path, headers=XLSX)
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")


async def test_the_overview_agrees_with_the_funnel(staff: Caller, small: History) -> None:
    overview = (await staff.get(OVERVIEW)).json()
    assert {one["code"]: (one["n"], one["unit"]) for one in overview["figures"]} == {
        "ideas_received": (6, "idea"), "ideas_accepted": (3, "idea"), "projects_founded": (1, "project"),
        "projects_consulted": (0, "project"), "projects_fully_consulted": (0, "project"),
        "projects_graduated": (0, "project"), "sessions_held": (0, "session"), "mentor_minutes": (0, "minute"),
        "households_ever": (0, "household"), "households_current": (0, "household"), "capital_vnd": (0, "VND"),
        "activities": (0, "event"), "activity_attendances": (0, "attendance"),
        "conference_attendances": (0, "attendance"), "digital_skills_classes": (0, "event"),
        "people_trained": (0, "person"),
    }  # fmt: skip
    assert overview["quality"]["merged_n"] == 1
    spring = (await staff.get(OVERVIEW, params={"from": "2025-02-01", "to": "2025-04-01"})).json()
    assert [one["n"] for one in spring["figures"]][:3] == [2, 3, 1]


async def test_every_number_has_a_published_definition_in_both_languages(staff: Caller, small: History) -> None:
    answer = await staff.get(DEFINITIONS)
    published = {(one["id"], one["version"]): one for one in answer.json()["items"]}
    overview = (await staff.get(OVERVIEW)).json()
    figure = (await staff.get(FUNNEL)).json()
    used = {(one["definition_id"], one["version"]) for one in [*overview["figures"], figure]}
    assert used <= set(published)
    for one in published.values():
        assert all(one[name][language] for name in ("title", "text") for language in ("en", "vi"))
    terms = {term["code"] for term in published["funnel", 2]["terms"]}
    assert {step["code"] for step in figure["steps"]} <= terms
    assert {"n", "imputed_n", "mature_n", "reached_n", "rate", "median_days", "open_n", "suppressed"} <= terms
    again = await staff.get(DEFINITIONS, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_what_was_done_through_the_api_is_in_the_figures_at_once(make: Make, staff: Caller) -> None:
    approver = await make.account("approver")
    await make.accepted_idea(staff, approver)
    await make.idea(staff)
    figure = (await staff.get(FUNNEL)).json()
    assert [step["n"] for step in figure["steps"]] == [1, 0, 0, 1, 0, 0, 0, 0]
    assert [one["n"] for one in (await staff.get(OVERVIEW)).json()["figures"]][:3] == [2, 1, 0]


async def test_a_figure_read_from_the_pool_sees_a_write_that_was_just_answered(committed: World) -> None:
    staff = await committed.make.account("staff")
    for number in (1, 2):
        await committed.make.idea(staff)
        for group_by in ({}, {"group_by": "sector"}):
            figure = (await staff.get(FUNNEL, params=group_by)).json()
            assert figure["steps"][0]["n"] == number
        assert (await staff.get(OVERVIEW)).json()["figures"][0]["n"] == number


async def test_an_account_that_is_only_an_analyst_sees_no_small_personal_cells(make: Make) -> None:
    staff, analyst = await make.account("staff"), await make.account("analyst")
    await make.idea(staff)
    figure = await analyst.get("/v1/stats/funnel?mode=snapshot&group_by=sex")
    cells = [step for group in figure.json()["groups"] for step in group["steps"] if step["step"] == 1]
    assert cells
    assert all(cell["n"] is None and cell["suppressed"] for cell in cells)


async def test_a_wrong_period_is_told_without_gaps(make: Make) -> None:
    staff = await make.account("staff")
    for query in ("mode=cohort&from=2025-01-01&to=2025-01-01", "as_of=2999-01-01"):
        answer = await staff.get(f"/v1/stats/funnel?{query}")
        assert answer.status_code == 400
        assert "{" not in answer.json()["errors"][0]["detail"]
