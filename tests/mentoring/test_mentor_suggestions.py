"""Whom a project could get as a mentor, why, and who is left out."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import update

from incubator.accounts.models import RoleGrant
from incubator.ideas.calls.models import Sector
from incubator.ideas.models import IdeaMember
from incubator.ideas.reviews.models import ReviewerConflict
from incubator.mentoring.mentors.models import Language, Mentor
from incubator.mentoring.mentors.rules import Candidate, Wish, score, suggest
from incubator.mentoring.mentors.schemas import Distance, ReasonCode
from incubator.projects.models import Platform
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Caller, Make, MentorCaller, World
from tests.mentoring.rows import Rows
from tests.team import Team

HERE, PROVINCE = uuid4(), uuid4()

WISH = Wish(
    needs={Platform.capital: True, Platform.market: False},
    sectors=frozenset({Sector.tea}),
    languages=[Language.hmong],
    commune_id=HERE,
    province_id=PROVINCE,
)


def candidate(**more: Any) -> Candidate:
    """Somebody who knows nothing, lives nobody knows where and has all their capacity left."""
    columns: dict[str, Any] = {
        "mentor_id": uuid4(), "person_id": uuid4(), "full_name": "Lý Thị Mai", "account_id": uuid4(), "username": "mai",
        "organisation": None, "platforms": [], "sectors": [], "languages": [], "capacity": 4, "projects": 0,
        "commune_id": None, "province_id": None,
    }  # fmt: skip
    return Candidate(**{**columns, **more})


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({}, 0 + 10),
        ({"platforms": ["market"]}, 30 + 10),
        ({"platforms": ["capital"]}, 15 + 10),
        ({"platforms": ["digital"]}, 0 + 10),
        ({"platforms": ["digital", "market", "capital"]}, 30 + 15 + 10),
        ({"sectors": ["tea", "fish"]}, 20 + 10),
        ({"sectors": ["fish"]}, 0 + 10),
        ({"languages": ["hmn", "vi"]}, 15 + 10),
        ({"commune_id": HERE, "province_id": PROVINCE}, 10 + 10),
        ({"commune_id": uuid4(), "province_id": PROVINCE}, 6 + 10),
        ({"commune_id": uuid4(), "province_id": uuid4()}, 2 + 10),
        ({"projects": 1}, 7),
        ({"projects": 3}, 2),
    ],
)
def test_the_score_is_the_sum_of_the_table(more: dict[str, Any], points: int) -> None:
    suggestion = score(candidate(**more), WISH)
    assert suggestion.score == points == sum(reason.points for reason in suggestion.reasons)


def test_each_reason_says_what_it_is_for() -> None:
    mentor = candidate(platforms=["market"], sectors=["tea"], languages=["hmn"], projects=1)
    platform, sector, language, distance, load = score(mentor, WISH).reasons
    assert (platform.code, platform.platform, platform.consulted) == (ReasonCode.platform_needed, "market", False)
    assert (sector.code, sector.sector) == (ReasonCode.sector, "tea")
    assert (language.code, language.language) == (ReasonCode.language, "hmn")
    assert (distance.code, distance.distance) == (ReasonCode.distance, Distance.unknown)
    assert (load.code, load.projects, load.capacity) == (ReasonCode.load, 1, 4)
    assert {load.platform, load.consulted, load.sector, load.language, load.distance} == {None}


def test_a_language_asked_for_twice_counts_once() -> None:
    twice = msgspec.structs.replace(WISH, languages=[Language.hmong] * 2)
    assert score(candidate(languages=["hmn"]), twice).score == score(candidate(languages=["hmn"]), WISH).score


def test_equal_scores_go_by_load_and_then_by_id() -> None:
    low, high = sorted((uuid4(), uuid4()))
    # 10 · 9/10 and 10 · 19/20 both give nine points; one in twenty is the smaller load.
    first = candidate(mentor_id=high, capacity=20, projects=1)
    second, third = (candidate(mentor_id=one, capacity=10, projects=1) for one in (low, high))
    found = suggest([third, second, first], WISH, limit=3)
    assert [one.mentor_id for one in found] == [high, low, high]
    assert [one.capacity for one in found] == [20, 10, 10]
    assert len(suggest([third, second, first], WISH, limit=2)) == 2


def test_who_speaks_a_language_asked_for_comes_before_all_points() -> None:
    both = msgspec.structs.replace(WISH, languages=[Language.hmong, Language.tay])
    expert = candidate(platforms=["market", "capital"], sectors=["tea"], commune_id=HERE, province_id=PROVINCE)
    busy = candidate(languages=["hmn"], projects=3)
    free, fluent = candidate(languages=["tyz", "vi"]), candidate(languages=["hmn", "tyz"], projects=3)
    found = suggest([expert, busy, free, fluent], both, limit=4)
    assert [one.mentor_id for one in found] == [one.mentor_id for one in (fluent, free, busy, expert)]
    assert found[-1].score > found[0].score
    unasked = msgspec.structs.replace(WISH, languages=[])
    assert suggest([expert, fluent], unasked, limit=1)[0].mentor_id == expert.mentor_id


async def suggested(team: Team, project: dict[str, Any], query: str = "", caller: Caller | None = None) -> Any:
    answer = await (caller or team.staff).get(f"/v1/projects/{project['id']}/mentor-suggestions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def ids_of(team: Team, project: dict[str, Any], query: str = "") -> list[str]:
    return [item["mentor_id"] for item in await suggested(team, project, query)]


async def test_the_best_mentor_comes_first_with_the_reasons(team: Team, make: Make) -> None:
    project = await team.project()
    plain = await make.mentor(home=SA_PA)
    fitting = await make.mentor(home=BAC_HA, platforms=["market", "digital"], sectors=["tea"], languages=("vi", "hmn"))
    first, second = await suggested(team, project, "?language=hmn")
    assert (first["mentor_id"], second["mentor_id"]) == (str(fitting.mentor_id), str(plain.mentor_id))
    assert (first["username"], first["account_id"]) == (fitting.username, str(fitting.id))
    reasons = [(reason["code"], reason["points"]) for reason in first["reasons"]]
    assert reasons == [("platform_needed", 30), ("sector", 20), ("language", 15), ("distance", 10), ("load", 10)]
    assert [reason["distance"] for reason in first["reasons"] if reason["distance"]] == ["same_commune"]
    assert (first["score"], second["score"]) == (85, 6 + 10)
    assert await ids_of(team, project, "?limit=1") == [str(fitting.mentor_id)]
    speaker = await make.mentor(home=SA_PA, capacity=1, languages=("tyz",))
    assert await ids_of(team, project, "?language=tyz&limit=2") == [str(speaker.mentor_id), str(fitting.mentor_id)]
    assert await ids_of(team, project, "?platform=market") == [str(fitting.mentor_id)]


async def test_a_platform_that_was_consulted_counts_less(team: Team, make: Make, world: World) -> None:
    project = await team.old_project()
    market, capital = await make.mentor(platforms=["market"]), await make.mentor(platforms=["capital"])
    await Rows(world, team).consultation(project, market.mentor_id, "market")
    found = await suggested(team, project)
    assert [item["mentor_id"] for item in found] == [str(capital.mentor_id), str(market.mentor_id)]
    needs = [reason for item in found for reason in item["reasons"] if reason["code"] == "platform_needed"]
    assert [(need["platform"], need["consulted"]) for need in needs] == [("capital", False), ("market", True)]


async def test_who_cannot_come_is_not_suggested(team: Team, make: Make) -> None:
    project = await team.project()
    near = [await make.mentor(reach=(place,)) for place in (BAC_HA, LAO_CAI)]
    await make.mentor(reach=(SA_PA,))
    assert set(await ids_of(team, project)) == {str(mentor.mentor_id) for mentor in near}


async def test_who_has_no_room_or_takes_none_is_not_suggested(team: Team, make: Make) -> None:
    project, other = await team.project(), await team.project()
    full, room = await make.mentor(capacity=1), await make.mentor(capacity=2)
    for mentor in (full, room):
        await team.assign(other, mentor)
    await make.mentor(capacity=0)
    await make.mentor(status="paused")
    await make.mentor(status="retired")
    assert await ids_of(team, project) == [str(room.mentor_id)]
    assert await ids_of(team, other) == []


async def test_who_could_not_be_assigned_is_not_suggested(team: Team, make: Make, world: World) -> None:
    project = await team.project()
    without_account, revoked, able = await make.mentor(), await make.mentor(), await make.mentor()
    async with world.database.begin() as session:
        unlinked = update(Mentor).where(Mentor.id == without_account.mentor_id).values(account_id=None)
        await session.execute(unlinked)
        await session.execute(
            update(RoleGrant).where(RoleGrant.account_id == revoked.id).values(revoked_at=world.clock.now)
        )
    assert await ids_of(team, project) == [str(able.mentor_id)]


async def test_who_stands_behind_an_idea_is_not_suggested(team: Team, make: Make, world: World) -> None:
    idea = await team.idea()
    project = await team.project(idea)
    member, stranger = await make.mentor(), await make.mentor()
    async with world.database.begin() as session:
        session.add(IdeaMember(idea_id=UUID(idea["id"]), number=1, position=1, person_id=member.person_id))
    assert await ids_of(team, project) == [str(stranger.mentor_id)]


@pytest.mark.parametrize(("kind", "is_suggested"), [("family", False), ("business_ties", False), ("own_mentee", True)])
async def test_a_conflict_bars_except_that_of_having_mentored(
    team: Team, make: Make, world: World, kind: str, is_suggested: bool
) -> None:
    idea = await team.idea()
    project, mentor = await team.project(idea), await make.mentor()
    async with world.database.begin() as session:
        session.add(ReviewerConflict(idea_id=UUID(idea["id"]), account_id=mentor.id, kind=kind))
    assert await ids_of(team, project) == ([str(mentor.mentor_id)] if is_suggested else [])


async def test_who_ended_mentoring_the_project_may_come_back(team: Team, make: Make) -> None:
    project, mentor = await team.project(), await make.mentor()
    assignment = await team.assign(project, mentor)
    assert await ids_of(team, project) == []
    assert (await team.end(assignment)).status_code == 200
    assert await ids_of(team, project) == [str(mentor.mentor_id)]


async def test_suggestions_are_for_staff_who_see_the_project(team: Team, make: Make) -> None:
    project, mentor = await team.project(), await make.mentor()
    path = f"/v1/projects/{project['id']}/mentor-suggestions"
    await team.assign(project, mentor)
    for caller in (mentor, team.approver, await make.account("commune_staff", BAC_HA)):
        assert (await caller.get(path)).status_code == 403
    assert (await (await make.account("staff", SA_PA)).get(path)).status_code == 404
    in_commune = await make.account("staff", BAC_HA)
    other: MentorCaller = await make.mentor()
    assert [item["mentor_id"] for item in await suggested(team, project, caller=in_commune)] == [str(other.mentor_id)]


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=999999999999999999999", "language=xx", "platform=sea"])
async def test_bad_parameters_are_refused(team: Team, query: str) -> None:
    project = await team.project()
    answer = await team.staff.get(f"/v1/projects/{project['id']}/mentor-suggestions?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_failed")
