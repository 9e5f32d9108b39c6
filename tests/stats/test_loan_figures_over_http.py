"""The figures of loans as an API: whose amounts are shown, what is hidden or refused, and the headline numbers."""

import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.factories import BAC_HA, LAO_CAI, SA_PA, Caller, World
from tests.loans.stage import LoanStage, set_loans
from tests.stats.history import grant
from tests.stats.test_loan_figures import BREAKDOWNS, BUCKETS, MILLION, PATH, RATIOS, VND, ask, groups

OVERVIEW = "/v1/stats/overview"
CSV = {"accept": "text/csv"}
XLSX = {"accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SHARES = ("inspected_share_ppm", "reconciled_share_ppm")
OF_AMOUNTS = (*VND, *(name for name in RATIOS if name not in SHARES))


@pytest.fixture
async def loans(world: World) -> LoanStage:
    return await set_loans(world)


async def lend(loans: LoanStage, households: int, vnd: int = MILLION, **borrower: Any) -> list[UUID]:
    """A loan paid out to each of so many new households."""
    lent = []
    for _ in range(households):
        household_id = await loans.home(head=False)
        borrower_id = await loans.person(**borrower)
        lent.append(await loans.disbursed(vnd, household_id=household_id, borrower_id=borrower_id))
    return lent


async def headlines(caller: Caller, **asked: Any) -> dict[str, tuple[int | None, bool]]:
    answer = await caller.get(OVERVIEW, params=asked)
    assert answer.status_code == 200, answer.text
    names = ("households_ever", "households_current", "capital_vnd")
    return {one["code"]: (one["n"], one["suppressed"]) for one in answer.json()["figures"] if one["code"] in names}


async def test_amounts_are_for_grants_that_open_sensitive_fields(loans: LoanStage) -> None:
    await lend(loans, 6)
    shown, hidden = await ask(loans.staff), await ask(loans.plain)
    assert (shown["amounts_hidden"], hidden["amounts_hidden"]) == (False, True)
    assert [hidden["totals"][name] for name in OF_AMOUNTS] == [None] * len(OF_AMOUNTS)
    assert None not in [shown["totals"][name] for name in OF_AMOUNTS]
    for name in ("households_ever", "households_current", "loans", "loans_current", "groups", "members", *SHARES):
        assert hidden["totals"][name] == shown["totals"][name] is not None
    assert hidden["totals"]["suppressed"] is False
    for name in ("programme", "group", "sex"):
        figure = await ask(loans.plain, group_by=name)
        assert all(group[measure] is None for group in figure["groups"] for measure in OF_AMOUNTS)


async def test_amounts_need_the_grant_over_all_that_is_counted(world: World, loans: LoanStage) -> None:
    """Staff of one commune with sensitive fields who counts in another without."""
    await grant(world, loans.officer, "staff", SA_PA)
    assert (await ask(loans.officer))["amounts_hidden"] is True
    assert (await ask(loans.officer, locality=BAC_HA))["amounts_hidden"] is False
    assert (await ask(loans.officer, locality=SA_PA))["amounts_hidden"] is True
    assert (await ask(loans.officer, group_by="ethnicity"))["amounts_hidden"] is False


async def test_ethnicity_and_poverty_are_for_sensitive_grants(loans: LoanStage) -> None:
    for name in ("ethnicity", "poverty_class"):
        assert (await loans.plain.get(PATH, params={"group_by": name})).status_code == 403
        assert (await ask(loans.staff, group_by=name))["group_by"] == name


async def test_who_may_ask(world: World, loans: LoanStage) -> None:
    for role in ("reviewer", "admin", "mentor"):
        assert (await (await world.make.account(role)).get(PATH)).json()["code"] == "forbidden"
    assert (await (await world.make.token("loans:read")).get(PATH)).json()["code"] == "insufficient_scope"
    assert (await ask(await world.make.token("stats:read")))["totals"]["loans"] == 0


async def test_a_credit_group_is_below_the_commune(world: World, loans: LoanStage) -> None:
    await lend(loans, 6)
    for caller in (await world.make.account("analyst", sensitive=True), await world.make.token("stats:read")):
        answer = await caller.get(PATH, params={"group_by": "group"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert groups(await ask(loans.plain, group_by="group"), "households_ever")[str(loans.group)] == [6]


async def test_few_households_are_hidden_from_analysts_and_programs(world: World, loans: LoanStage) -> None:
    """Six women, eight men and two of whom it is not known: the two are hidden, and that nobody is another sex."""
    await lend(loans, 6, sex="female")
    await lend(loans, 8, sex="male")
    await lend(loans, 2)
    names = ("households_ever", "loans_current", "outstanding_vnd", "suppressed")
    for caller in (
        await world.make.account("analyst", sensitive=True),
        await world.make.token("stats:read", locality=LAO_CAI, sensitive=True),
    ):
        figure = await ask(caller, group_by="sex")
        assert groups(figure, *names) == {
            "female": [6, 6, 6 * MILLION, False], "male": [8, 8, 8 * MILLION, False], "other": [None, None, None, True],
            "unknown": [None, None, None, True],
        }  # fmt: skip
        assert [figure["totals"][name] for name in names] == [16, 16, 16 * MILLION, False]
        assert figure["quality"]["unknown_n"] is None
    seen = groups(await ask(loans.staff, group_by="sex"), *names)
    assert seen["unknown"] == [2, 2, 2 * MILLION, False]


async def test_what_would_tell_a_hidden_group_is_hidden_with_it(world: World, loans: LoanStage) -> None:
    lent = await lend(loans, 12)
    programme = await loans.offer()
    for _ in range(3):
        await loans.disbursed(MILLION, programme_id=programme, household_id=await loans.home(head=False))
    names = ("households_ever", "loans", "disbursed_vnd", "suppressed")
    analyst = await world.make.account("analyst", sensitive=True)
    assert groups(await ask(analyst, group_by="programme"), *names) == {
        str(loans.programme): [None, None, None, True], str(programme): [None, None, None, True],
    }  # fmt: skip
    assert groups(await ask(loans.staff, group_by="programme"), "loans") == {
        str(loans.programme): [len(lent)], str(programme): [3],
    }  # fmt: skip


async def test_an_amount_of_few_households_is_hidden_with_what_would_tell_it(world: World, loans: LoanStage) -> None:
    lent = await lend(loans, 12)
    for loan_id in lent[:3]:
        await loans.entry(loan_id, "overdue_transfer", date(2025, 5, 1), -MILLION, MILLION)
    analyst = await world.make.account("analyst", sensitive=True)
    told = (await ask(analyst))["totals"]
    assert [told[name] for name in ("outstanding_vnd", "overdue_vnd", "overdue_ratio_ppm")] == [
        12 * MILLION,
        None,
        None,
    ]
    assert (
        sorted(name for name in BUCKETS if told[name] is None) == ["frozen_vnd", "overdue_vnd"]
        or told["normal_vnd"] is None
    )
    assert told["suppressed"] is True
    period = (await ask(analyst, **{"from": "2025-05-01"}))["totals"]
    assert (period["opening_vnd"], period["closing_vnd"]) == (12 * MILLION, 12 * MILLION)
    await loans.entry(lent[0], "repayment", date(2025, 6, 1), 0, -MILLION)
    period = (await ask(analyst, **{"from": "2025-05-01"}))["totals"]
    assert period["collected_vnd"] is None
    assert None in (period["opening_vnd"], period["closing_vnd"], period["disbursed_vnd"])
    assert (await ask(loans.staff))["totals"]["overdue_vnd"] == 2 * MILLION


async def test_a_whole_of_few_households_is_hidden_too(world: World, loans: LoanStage) -> None:
    await lend(loans, 3)
    analyst = await world.make.account("analyst")
    told = (await ask(analyst))["totals"]
    hidden = ("households_ever", "households_current", "loans", "loans_current", "members")
    assert [told[name] for name in hidden] == [None] * 5
    assert told["suppressed"] is True
    empty = (await ask(analyst, locality=SA_PA))["totals"]
    assert [empty[name] for name in hidden] == [0] * 5
    assert empty["suppressed"] is False


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"from": "2025-02-01", "to": "2025-02-01"}, {"to": "out_of_range"}),
        ({"to": "2025-12-02"}, {"to": "out_of_range"}),
        ({"as_of": "2025-06-30", "to": "2025-07-02"}, {"to": "out_of_range"}),
        ({"from": "2025-12-01"}, {"from": "out_of_range"}),
        ({"as_of": "2025-12-01"}, {"as_of": "out_of_range"}),
        ({"as_of": "9999-12-31", "to": "9999-12-31", "locality": "99"},
         {"as_of": "out_of_range", "locality": "not_found"}),
        ({"known_at": "2025-11-30T02:59:30Z"}, {"known_at": "out_of_range"}),
        ({"known_at": "9999-12-31T00:00:00Z"}, {"known_at": "out_of_range"}),
        ({"known_at": "2025-11-30T02:00:00"}, {"known_at": "bad_format"}),
        ({"known_at": "yesterday"}, {"known_at": "bad_format"}),
        ({"group_by": "borrower"}, {"group_by": "not_in_enum"}),
        ({"programme": str(UUID(int=7)), "lender": str(UUID(int=8))},
         {"programme": "not_found", "lender": "not_found"}),
        ({"lander": "x"}, {"lander": "unknown_field"}),
    ],
)  # fmt: skip
async def test_wrong_questions_are_refused_by_name(
    loans: LoanStage, asked: dict[str, str], errors: dict[str, str]
) -> None:
    answer = await loans.staff.get(PATH, params=asked)
    assert answer.status_code == 400, answer.text
    assert {error["parameter"]: error["code"] for error in answer.json()["errors"]} == errors


async def test_the_ends_of_the_calendar_are_no_trouble(loans: LoanStage) -> None:
    await lend(loans, 1)
    for asked in ({"from": "0001-01-01"}, {"as_of": "0001-01-01"}, {"to": "0001-01-01"},
                  {"known_at": "0001-01-02T00:00:00Z"}, {"as_of": "2025-11-30", "to": "2025-12-01"}):  # fmt: skip
        for name in BREAKDOWNS:
            await ask(loans.staff, **asked, group_by=name)


async def test_no_number_is_text_and_none_is_a_fraction(loans: LoanStage) -> None:
    await lend(loans, 3)
    for name in BREAKDOWNS:
        figure = await ask(loans.staff, group_by=name)
        for part in (figure["totals"], *figure["groups"]):
            told = {key: value for key, value in part.items() if key not in {"key", "ref"}}
            assert {type(value) for value in told.values()} <= {int, bool, type(None)}


async def test_the_figure_explains_itself(loans: LoanStage) -> None:
    asked = {"from": "2025-03-01", "to": "2025-05-01", "as_of": "2025-06-30", "known_at": "2025-11-01T00:00:00Z"}
    first = await loans.staff.get(PATH, params={**asked, "group_by": "group"})
    figure = first.json()
    about = ("definition_id", "version", "from", "to", "as_of", "known_at", "territory", "scope", "group_by")
    assert [figure[name] for name in about] == [
        "loans", 1, "2025-03-01", "2025-05-01", "2025-06-30", "2025-11-01T00:00:00Z", "current", [LAO_CAI], "group",
    ]  # fmt: skip
    published = (await loans.staff.get("/v1/stats/definitions")).json()["items"]
    (definition,) = [one for one in published if one["id"] == "loans"]
    terms = {term["code"] for term in definition["terms"]}
    assert {*figure["totals"], *figure["quality"], "as_of", "known_at", "register_basis", "amounts_hidden"} <= terms
    assert all(text[language] for text in (definition["title"], definition["text"]) for language in ("en", "vi"))
    again = await loans.staff.get(
        PATH, params={**asked, "group_by": "group"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_the_table_holds_the_same_numbers(loans: LoanStage) -> None:
    await lend(loans, 3, sex="female")
    for name in BREAKDOWNS:
        answer = await loans.staff.get(PATH, params={"group_by": name}, headers=CSV)
        total, *rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        figure = await ask(loans.staff, group_by=name)
        assert (total["group"], total["disbursed_vnd"], total["households_ever"]) == ("total", str(3 * MILLION), "3")
        assert [row["disbursed_vnd"] for row in rows] == [str(group["disbursed_vnd"]) for group in figure["groups"]]
        assert {(row["group_by"], row["definition_id"], row["as_of"], row["scope"]) for row in rows} <= {
            (name, "loans", "2025-11-30", LAO_CAI)
        }
    workbook = await loans.staff.get(PATH, headers=XLSX)
    assert (workbook.status_code, workbook.content[:2]) == (200, b"PK")


async def test_the_overview_tells_capital_to_all_who_read_it(world: World, loans: LoanStage) -> None:
    lent = await lend(loans, 6, 400 * MILLION)
    await loans.entry(lent[0], "repayment", date(2025, 6, 1), -400 * MILLION)
    callers = (loans.staff, loans.plain, await world.make.account("analyst"), await world.make.token("stats:read"))
    for caller in callers:
        vnd = 2_400 * MILLION if caller is loans.staff else 2_000 * MILLION
        assert await headlines(caller) == {
            "households_ever": (6, False), "households_current": (5, False), "capital_vnd": (vnd, False),
        }  # fmt: skip
        told = (await ask(caller))["totals"]
        assert [told["households_ever"], told["households_current"]] == [6, 5]
        period = await headlines(caller, **{"from": "2025-06-01", "to": "2025-07-01"})
        assert period["capital_vnd"] == (vnd, False)
    assert (await headlines(loans.plain, as_of="2025-05-31"))["households_current"] == (6, False)
    assert (await headlines(loans.plain, as_of="2025-01-01"))["capital_vnd"] == (0, False)


async def test_no_two_days_and_no_commune_tell_the_amount_of_a_loan(world: World, loans: LoanStage) -> None:
    """A tranche is paid out on the 21st. Only who may read it may work it out; analysts and programs never."""
    await lend(loans, 5, 410 * MILLION)
    tranche = await loans.granted(123_456_789, household_id=await loans.home(head=False))
    await loans.entry(tranche, "disbursement", date(2025, 1, 21), 123_456_789)
    days = ("2025-01-20", "2025-01-21")

    async def lent(caller: Caller, **asked: str) -> list[int | None]:
        return [(await headlines(caller, as_of=day, **asked))["capital_vnd"][0] for day in days]

    exact, coarse = [2_050 * MILLION, 2_050 * MILLION + 123_456_789], [2_000 * MILLION] * 2
    for asked in ({}, {"locality": BAC_HA}):
        assert await lent(loans.staff, **asked) == exact
        for caller in (
            loans.plain,
            await world.make.account("analyst", sensitive=True),
            await world.make.token("stats:read", locality=LAO_CAI, sensitive=True),
        ):
            assert await lent(caller, **asked) == coarse
    await grant(world, loans.officer, "staff", SA_PA)
    assert await lent(loans.officer) == coarse
    assert await lent(loans.officer, locality=BAC_HA) == exact
    published = (await loans.plain.get("/v1/stats/definitions")).json()["items"]
    (about,) = [one["text"] for one in published if one["id"] == "capital_vnd"]
    assert "rounded down to whole billions" in about["en"]
    assert "làm tròn xuống đến tỷ đồng" in about["vi"]


async def test_the_overview_hides_the_capital_of_few_households(world: World, loans: LoanStage) -> None:
    await lend(loans, 4)
    shown = {"households_ever": (4, False), "households_current": (4, False), "capital_vnd": (None, True)}
    assert await headlines(loans.plain) == shown
    assert await headlines(loans.staff) == {**shown, "capital_vnd": (4 * MILLION, False)}
    hidden = dict.fromkeys(shown, (None, True))
    assert await headlines(await world.make.token("stats:read")) == hidden
    assert await headlines(loans.plain, locality=SA_PA) == dict.fromkeys(shown, (0, False))


async def test_the_overview_of_today_and_of_a_past_day_agree(world: World, loans: LoanStage) -> None:
    """As of the database's own day the kept sums are read, before it the ledger."""
    lent = await lend(loans, 7)
    await loans.entry(lent[0], "write_off", date(2025, 6, 1), -MILLION)
    past = await headlines(loans.plain)
    world.clock.now = world.clock.now.replace(year=2098)
    token = await world.make.token("stats:read")
    assert await headlines(token, as_of="2098-11-30") == past


async def test_what_is_written_through_the_pool_is_in_the_figure_at_once(committed: World) -> None:
    loans = await set_loans(committed)
    for number in (1, 2):
        await lend(loans, 1)
        for asked in ({}, {"group_by": "locality"}, {"group_by": "poverty_class", "from": "2025-01-01"}):
            assert (await ask(loans.staff, **asked))["totals"]["households_ever"] == number
        assert (await headlines(loans.staff))["households_ever"] == (number, False)
