"""The steps that projects take: consulted, consulted on all that they need, graduated. Counted a second time here."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, literal, select

from incubator.mentoring.queries import is_consulted, is_fully_consulted
from incubator.projects.models import Project
from tests.factories import SA_PA, Caller, Make, World
from tests.stats.history import History
from tests.stats.story import PLATFORMS, Founded, Story, day_of

EVER = {"mode": "throughput", "from": "0001-01-01"}
YEAR = {"mode": "cohort", "from": "2025-01-01", "to": "2026-01-01"}
CODES = ["consulted_any", "consulted_all_needed", "graduated"]


@pytest.fixture
async def staff(make: Make) -> Caller:
    return await make.account("staff")


async def funnel(caller: Caller, **asked: Any) -> dict[str, Any]:
    answer = await caller.get("/v1/stats/funnel", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def of_projects(figure: dict[str, Any], name: str) -> list[Any]:
    return [step[name] for step in figure["steps"] if step["unit"] == "project"]


async def by(caller: Caller, day: str) -> dict[str, Any]:
    """Everything up to a day, as of that day."""
    return await funnel(caller, **EVER, to=str(day_of(day) + timedelta(1)), as_of=day)


async def test_the_steps_are_of_projects_and_follow_the_founding(staff: Caller, story: Story) -> None:
    project = await story.project("2025-01-10", "2025-02-01", "capital", "market")
    met = await story.session("2025-03-01", await story.mentor())
    await story.advise(project, met, "capital")
    figure = await funnel(staff)
    assert [step["code"] for step in figure["steps"]][5:] == CODES
    assert [step["step"] for step in figure["steps"]] == list(range(1, 9))
    assert of_projects(figure, "n") == [1, 0, 0]
    assert figure["steps"][4]["ideas_n"] == 1
    assert figure["steps"][4]["projects_n"] == 0
    assert figure["version"] == 2


async def test_each_day_sees_what_had_happened_by_then(staff: Caller, story: Story) -> None:
    project, mentor = await story.project("2025-01-10", "2025-02-01", "capital", "market"), await story.mentor()
    await story.advise(project, await story.session("2025-03-01", mentor), "digital", "capital")
    await story.advise(project, await story.session("2025-04-01", mentor), "market", "capital")
    await story.move(project, "graduate", "graduated", "2025-05-01")
    expected = {
        "2025-02-28": [0, 0, 0], "2025-03-01": [1, 0, 0], "2025-03-31": [1, 0, 0], "2025-04-01": [1, 1, 0],
        "2025-05-01": [1, 1, 1],
    }  # fmt: skip
    for day, numbers in expected.items():
        assert of_projects(await by(staff, day), "n") == numbers, day
        assert of_projects(await by(staff, day), "imputed_n") == [0, 0, 0]


async def test_what_does_not_count_moves_nobody(staff: Caller, story: Story) -> None:
    """Under 15 minutes, voided, not held, and a mentor who was not the one with the minutes."""
    project, mentor, other = (
        await story.project("2025-01-10", "2025-02-01"), await story.mentor(), await story.mentor("Lý")
    )  # fmt: skip
    await story.advise(project, await story.session("2025-03-01", mentor, minutes=(14, 60, 60)), "capital")
    await story.advise(project, await story.session("2025-03-02", mentor), "capital", voided=True)
    for status in ("planned", "cancelled", "mentor_absent", "guests_absent"):
        met = await story.session("2025-03-03", mentor, status=status)
        await story.advise(project, met, "capital", mentor_id=mentor)
    assert of_projects(await funnel(staff), "n") == [0, 0, 0]
    await story.advise(project, await story.session("2025-03-04", mentor, other, minutes=(15, 0, 0)), "capital")
    assert of_projects(await funnel(staff), "n") == [0, 1, 0]


async def test_needing_nothing_is_met_by_the_first_consultation(staff: Caller, story: Story) -> None:
    project = await story.project("2025-01-10", "2025-02-01")
    await story.advise(project, await story.session("2025-03-01", await story.mentor()), "digital")
    assert of_projects(await by(staff, "2025-03-01"), "n") == [1, 1, 0]


async def test_a_graduation_by_exception_imputes_what_was_skipped_until_it_happens(staff: Caller, story: Story) -> None:
    project, mentor = await story.project("2025-01-10", "2025-02-01", "capital", "market"), await story.mentor()
    await story.advise(project, await story.session("2025-03-01", mentor), "capital")
    await story.move(project, "graduate", "graduated", "2025-04-01")
    figure = await by(staff, "2025-05-31")
    assert of_projects(figure, "n") == [1, 1, 1]
    assert of_projects(figure, "imputed_n") == [0, 1, 0]
    await story.advise(project, await story.session("2025-06-01", mentor), "market")
    assert of_projects(await by(staff, "2025-05-31"), "imputed_n") == [0, 1, 0]
    assert of_projects(await by(staff, "2025-06-01"), "imputed_n") == [0, 0, 0]


async def test_what_comes_after_its_window_does_not_change_a_cohort(staff: Caller, story: Story) -> None:
    """Ninety days after entry it had graduated and skipped the seventh step; that stays so."""
    project, mentor = await story.project("2025-01-10", "2025-01-20", "capital", "market"), await story.mentor()
    await story.advise(project, await story.session("2025-02-01", mentor), "capital")
    await story.move(project, "graduate", "graduated", "2025-03-01")
    asked = {**YEAR, "window_days": 90}
    before = await funnel(staff, **asked)
    assert of_projects(before, "reached_n") == [1, 1, 1]
    assert of_projects(before, "imputed_n") == [0, 1, 0]
    assert of_projects(before, "median_days") == [22.0, 50.0, 50.0]
    await story.advise(project, await story.session("2025-06-01", mentor), "market")
    assert (await funnel(staff, **asked))["steps"] == before["steps"]


async def test_a_cohort_of_projects_tells_who_waits_and_who_closed(staff: Caller, story: Story) -> None:
    mentor = await story.mentor()
    met = await story.session("2025-02-10", mentor)
    waits, gone, consulted_and_gone, _ = [await story.project("2025-01-10", "2025-02-01", "capital") for _ in range(4)]
    await story.advise(consulted_and_gone, met, "market")
    await story.advise(waits, met, "capital")
    for project in (gone, consulted_and_gone):
        await story.move(project, "close", "closed", "2025-03-01")
    await story.project("2025-01-10", "2025-10-01", "capital")
    figure = await funnel(staff, **YEAR, window_days=90)
    assert figure["steps"][4]["projects_n"] == 4
    assert of_projects(figure, "mature_n") == [4, 4, 4]
    assert of_projects(figure, "reached_n") == [2, 1, 0]
    assert of_projects(figure, "rate") == [0.5, 0.25, 0.0]
    assert of_projects(figure, "open_n") == [1, 1, 2]
    nobody = {"rejected": None, "deferred": None, "withdrawn": None, "lapsed": None}
    assert of_projects(figure, "drop_offs") == [{**nobody, "closed": n} for n in (1, 0, 0)]


async def test_a_reopened_project_waits_again_and_a_voided_closing_never_was(staff: Caller, story: Story) -> None:
    reopened = await story.project("2025-01-10", "2025-02-01", "capital")
    await story.move(reopened, "close", "closed", "2025-03-01")
    await story.move(reopened, "reopen", "active", "2025-03-10")
    voided = await story.project("2025-01-10", "2025-02-01", "capital")
    await story.move(voided, "activate", "active", "2025-02-02")
    await story.move(voided, "close", "closed", "2025-03-01", voided=True)
    assert of_projects(await funnel(staff, **YEAR, window_days=90), "open_n") == [2, 2, 2]
    assert of_projects(await funnel(staff, **YEAR, window_days=55), "open_n") == [1, 1, 1]


async def test_a_graduation_taken_back_never_was_and_a_later_one_counts(staff: Caller, story: Story) -> None:
    project = await story.project("2025-01-10", "2025-02-01")
    await story.advise(project, await story.session("2025-02-10", await story.mentor()), "digital")
    await story.move(project, "graduate", "graduated", "2025-03-01", voided=True)
    assert of_projects(await by(staff, "2025-03-31"), "n") == [1, 1, 0]
    await story.move(project, "graduate", "graduated", "2025-04-01")
    assert of_projects(await by(staff, "2025-03-31"), "n") == [1, 1, 0]
    assert of_projects(await by(staff, "2025-04-01"), "n") == [1, 1, 1]


async def test_a_project_of_two_ideas_counts_once_at_the_earlier_one(
    staff: Caller, story: Story, history: History
) -> None:
    later = await history.idea("2025-03-01", ("accept", "2025-03-10"), sector="fruit")
    earlier = await history.idea("2025-01-01", ("accept", "2025-03-10"), sector="tea", locality=SA_PA)
    project = await story.project("2025-01-01", "2025-03-20", "capital", ideas=(later, earlier))
    await story.advise(project, await story.session("2025-04-01", await story.mentor()), "capital")
    figure = await funnel(staff, group_by="sector")
    found = {group["key"]["sector"]: of_projects(group, "n") for group in figure["groups"]}
    assert (found["tea"], found["fruit"]) == ([0, 1, 0], [0, 0, 0])
    assert of_projects(await funnel(staff, locality=SA_PA), "n") == [0, 1, 0]
    entered = {**YEAR, "from": "2025-03-01", "window_days": 120}
    assert of_projects(await funnel(staff, **entered), "n") == [0, 0, 0]


async def test_the_funnel_the_predicates_and_a_count_by_hand_agree_on_every_day(
    staff: Caller, story: Story, world: World
) -> None:
    await fill(story, Random(3))
    for day in (day_of("2025-02-01") + timedelta(days) for days in range(0, 300, 23)):
        consulted = [p for p in story.projects if story.is_consulted(p, day)]
        full = [p for p in story.projects if story.is_fully_consulted(p, day)]
        graduated = [p for p in story.projects if p.graduated_on and p.graduated_on <= day]
        figure = await by(staff, day.isoformat())
        reached = [number - imputed for number, imputed in zip(*_numbers(figure), strict=True)]
        assert reached == [len(consulted), len(full), len(graduated)], day
        assert of_projects(figure, "n") == [
            len({*consulted, *graduated}), len({*full, *graduated}), len(graduated),
        ], day  # fmt: skip
        assert await predicates(world, day) == reached[:2], day
        stock = await funnel(staff, as_of=day.isoformat())
        assert of_projects(stock, "n") == stock_by_hand(consulted, full, graduated), day


async def test_a_cohort_agrees_with_a_count_by_hand(staff: Caller, story: Story) -> None:
    await fill(story, Random(5))
    for window in (60, 120, 200):
        until = {p: p.entered_on + timedelta(window) for p in story.projects}
        entered = [p for p in story.projects if p.founded_on <= min(until[p], day_of("2025-11-30"))]
        mature = [p for p in entered if until[p] <= day_of("2025-11-30")]
        graduated = [p for p in mature if p.graduated_on and p.graduated_on <= until[p]]
        consulted = {p for p in mature if story.is_consulted(p, until[p])} | {*graduated}
        full = {p for p in mature if story.is_fully_consulted(p, until[p])} | {*graduated}
        figure = await funnel(staff, **YEAR, window_days=window)
        assert of_projects(figure, "n") == [len(entered)] * 3
        assert of_projects(figure, "mature_n") == [len(mature)] * 3
        assert of_projects(figure, "reached_n") == [len(consulted), len(full), len(graduated)]


async def test_small_numbers_of_projects_are_hidden_like_those_of_ideas(make: Make, story: Story) -> None:
    """All leaders are women, and 5 of 6 projects are consulted."""
    met = await story.session("2025-03-01", await story.mentor())
    for number in range(6):
        project = await story.project("2025-01-10", "2025-02-01", "capital")
        if number < 5:
            await story.advise(project, met, "capital")
    analyst = await make.account("analyst")
    flow = {"mode": "throughput", "from": "2025-01-01", "to": "2026-01-01", "group_by": "sex"}
    women = (await funnel(analyst, **flow))["groups"][0]["steps"]
    assert [(step["n"], step["projects_n"]) for step in women[4:]] == [(6, 6), (5, None), (5, None), (None, None)]
    stock = (await funnel(analyst, mode="snapshot", group_by="sex"))["groups"][0]["steps"]
    assert [step["n"] for step in stock[5:]] == [None, 5, None]
    assert (stock[4]["n"], stock[4]["projects_n"], stock[4]["suppressed"]) == (6, None, True)


async def fill(story: Story, dice: Random) -> None:
    """Projects, sessions that were held and others, short and voided advice, and graduations before and after it."""
    mentors = [await story.mentor(f"Người {number}") for number in range(3)]
    for _ in range(14):
        entered = day_of("2025-01-01") + timedelta(dice.randrange(90))
        needs = dice.sample(PLATFORMS, dice.randrange(4))
        await story.project(str(entered), str(entered + timedelta(dice.randrange(5, 90))), *needs)
    for _ in range(30):
        day = day_of("2025-03-01") + timedelta(dice.randrange(200))
        met = await story.session(
            str(day), *dice.sample(mentors, 2), minutes=(dice.choice([5, 14, 15, 60]), 10, 30),
            status=dice.choice(["held", "held", "held", "cancelled", "planned"]),
        )  # fmt: skip
        founded = [project for project in story.projects if project.founded_on <= day]
        for project in dice.sample(founded, min(2, len(founded))):
            for mentor in met.parts:
                await story.advise(
                    project, met, *dice.sample(PLATFORMS, 2), mentor_id=mentor, voided=dice.random() < 0.2
                )
    for project in dice.sample(story.projects, 5):
        day = project.founded_on + timedelta(dice.randrange(20, 180))
        await story.move(project, "graduate", "graduated", str(day), voided=dice.random() < 0.3)


def stock_by_hand(consulted: list[Founded], full: list[Founded], graduated: list[Founded]) -> list[int]:
    last = {*graduated}
    seventh = {*full} - last
    return [len({*consulted} - seventh - last), len(seventh), len(last)]


async def predicates(world: World, day: date) -> list[int]:
    async with world.database.begin() as session:
        return [
            (await session.scalars(select(func.count()).select_from(Project).where(one(literal(day))))).one()
            for one in (is_consulted, is_fully_consulted)
        ]


def _numbers(figure: dict[str, Any]) -> tuple[list[int], list[int]]:
    return of_projects(figure, "n"), of_projects(figure, "imputed_n")
