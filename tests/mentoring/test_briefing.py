"""What the next mentor is told, and what not."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from incubator.db import Reads, Statement
from incubator.people.models import Person
from tests.factories import BAC_HA, Y_TY, Caller, Make, World
from tests.mentoring.rows import TODAY, Rows
from tests.people.alike import merged, undone
from tests.team import Team

PHONE = "+84912345678"


async def briefing(caller: Caller, project: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.get(f"/v1/projects/{project['id']}/briefing")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def by_platform(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {platform["platform"]: platform for platform in told["platforms"]}


async def advice(caller: Caller, project: dict[str, Any], platform: str = "market") -> str | None:
    """The text of the advice that the caller is told of."""
    last = by_platform(await briefing(caller, project))[platform]["last_advice"]
    return None if last is None else str(last["advice"])


async def test_a_project_without_mentoring_is_told_by_its_baseline(team: Team) -> None:
    project = await team.active_project()
    told = await briefing(team.mentor, project)
    (leader,) = project["leaders"]
    assert told == {
        "project": {
            "id": project["id"], "title": project["title"], "status": "active", "locality": project["locality"],
            "founded_on": "2025-11-30", "team_size": 1,
        },
        "leaders": [{**leader, "phone": None}],
        "mentors": project["mentors"],
        "platforms": [
            {
                "platform": platform, **project["baseline"][platform], "is_consulted": False,
                "first_consulted_on": None, "consultations": 0, "last_advice": None,
            }
            for platform in ("capital", "market", "digital")
        ],
        "open_actions": [], "open_actions_count": 0, "outcomes": [], "outcomes_count": 0,
        "last_session": None, "next_session": None,
    }  # fmt: skip


async def test_the_leader_can_be_called_and_the_team_is_counted(world: World, team: Team) -> None:
    member = {"full_name": "Lù Văn Quẩy", "birth_year": 1997}
    project = await team.project(await team.idea(team=[member]))
    async with world.database.begin() as session:
        leader_id = UUID(project["leaders"][0]["person_id"])
        await session.execute(update(Person).where(Person.id == leader_id).values(phone=PHONE))
    told = await briefing(team.staff, project)
    assert told["leaders"] == [{**project["leaders"][0], "phone": PHONE}]
    assert told["project"]["team_size"] == 2


async def test_who_leads_two_ideas_of_a_project_is_named_once(team: Team) -> None:
    first = await team.idea()
    second = await team.idea(leader={"person_id": first["leader"]["person_id"]})
    told = await briefing(team.staff, await team.project(first, second))
    assert [leader["person_id"] for leader in told["leaders"]] == [first["leader"]["person_id"]]
    assert told["project"]["team_size"] == 1


async def test_a_member_who_was_entered_twice_counts_once_after_the_merge(team: Team) -> None:
    project = await team.project(await team.idea(), await team.idea())
    one, other = ({"id": leader["person_id"]} for leader in project["leaders"])
    sizes = [(await briefing(team.staff, project))["project"]["team_size"]]
    merge = await merged(team.staff, one, other)
    sizes.append((await briefing(team.staff, project))["project"]["team_size"])
    await undone(team.staff, merge)
    sizes.append((await briefing(team.staff, project))["project"]["team_size"])
    assert sizes == [2, 1, 2]


async def test_a_platform_tells_what_was_done_on_it(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    mentor_id = await rows.mentor(team.mentor, "Vàng Thị Mai")
    await rows.consultation(project, mentor_id, day=date(2025, 9, 1), advice="Chụp ảnh sản phẩm.")
    latest = await rows.consultation(project, mentor_id, day=date(2025, 10, 1), advice="Chào hàng ở chợ phiên.")
    await rows.consultation(project, mentor_id, day=date(2025, 8, 1), minutes=14, advice="Gọi lại sau.")
    told = by_platform(await briefing(team.mentor, project))
    assert told["market"] == {
        "platform": "market", **project["baseline"]["market"], "is_consulted": True,
        "first_consulted_on": "2025-09-01", "consultations": 2,
        "last_advice": {
            "consultation_id": str(latest), "held_on": "2025-10-01", "mentor_name": "Vàng Thị Mai", "subtopic": None,
            "question": "Bán ở đâu?", "advice": "Chào hàng ở chợ phiên.", "outcome": "none",
        },
    }  # fmt: skip
    assert not told["capital"]["is_consulted"]
    assert told["capital"]["last_advice"] is None


async def test_a_short_talk_is_told_and_does_not_count(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    await rows.consultation(project, await rows.mentor(team.mentor), minutes=14)
    told = by_platform(await briefing(team.mentor, project))["market"]
    assert (told["is_consulted"], told["consultations"]) == (False, 0)
    assert told["last_advice"]["advice"] == "Làm nhãn trước, rồi mới chào hàng."


async def test_a_void_consultation_is_not_told(world: World, team: Team, rows: Rows) -> None:
    project = await team.old_project()
    void = {"voided_at": world.clock.now, "void_reason": "Nhầm dự án"}
    await rows.consultation(project, await rows.mentor(team.mentor), **void)
    assert await advice(team.staff, project) is None


async def test_internal_notes_are_for_their_mentor_staff_and_approvers(team: Team, make: Make, rows: Rows) -> None:
    other = await make.account("mentor")
    project = await team.old_project(mentors=(team.mentor, other))
    officer = await make.account("commune_staff", BAC_HA)
    mine = await rows.mentor(team.mentor)
    await rows.consultation(project, mine, day=date(2025, 9, 1), visibility="team", advice="Cho mọi người.")
    await rows.consultation(project, mine, day=date(2025, 10, 1), advice="Chỉ nội bộ.")
    for caller in (team.mentor, team.staff, team.approver):
        assert await advice(caller, project) == "Chỉ nội bộ."
    for caller in (other, officer):
        assert await advice(caller, project) == "Cho mọi người."
        told = by_platform(await briefing(caller, project))["market"]
        assert told["consultations"] == 2, "figures count what one may not read"


async def test_who_does_not_follow_a_project_is_not_briefed(team: Team, make: Make) -> None:
    project = await team.active_project()
    nothing = await team.staff.get(f"/v1/projects/{uuid4()}/briefing")
    strangers = (
        await make.account("mentor"),
        await make.account("commune_staff", Y_TY),
        await make.account("staff", "01"),
    )
    for stranger in strangers:
        answer = await stranger.get(f"/v1/projects/{project['id']}/briefing")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["detail"] == nothing.json()["detail"]
    ended = await team.end({**project["mentors"][0], "project_id": project["id"]})
    assert ended.status_code == 200, ended.text
    assert (await team.mentor.get(f"/v1/projects/{project['id']}/briefing")).status_code == 404


async def test_open_actions_come_by_the_day_they_are_due(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    leader = project["leaders"][0]
    late = await rows.action_item(project, due_in=-3, owner_person_id=UUID(leader["person_id"]), platform="market")
    soon = await rows.action_item(project, due_in=3, owner="mentor")
    await rows.action_item(project, status="done", closed_on=TODAY)
    told = await briefing(team.mentor, project)
    assert [action["id"] for action in told["open_actions"]] == [str(late), str(soon)]
    assert told["open_actions_count"] == 2
    assert told["open_actions"][0] == {
        "id": str(late), "version": 1, "what": told["open_actions"][0]["what"], "platform": "market", "owner": "team",
        "owner_name": leader["full_name"], "set_on": "2025-10-01", "due_on": "2025-11-27",
    }  # fmt: skip
    assert told["open_actions"][1]["owner_name"] is None


async def test_a_briefing_stays_on_one_screen(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    for due_in in range(52):
        await rows.action_item(project, due_in=due_in)
    made = [await rows.outcome(project, jobs=jobs, occurred_on=TODAY - timedelta(jobs)) for jobs in range(1, 13)]
    told = await briefing(team.mentor, project)
    assert (len(told["open_actions"]), told["open_actions_count"]) == (50, 52)
    assert told["open_actions"][-1]["due_on"] == str(TODAY + timedelta(49))
    assert [outcome["id"] for outcome in told["outcomes"]] == [str(id_) for id_ in made[:10]]
    assert told["outcomes_count"] == 12


async def test_only_outcomes_that_stand_are_told(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    wrong, void = await rows.outcome(project, jobs=20), await rows.outcome(project, jobs=9)
    right = await rows.outcome(project, jobs=2, corrects_id=wrong, reason="Thừa một số không")
    await rows.outcome(project, jobs=9, corrects_id=void, reason="Không có", is_withdrawal=True)
    told = await briefing(team.mentor, project)
    assert told["outcomes"] == [
        {
            "id": str(right), "kind": "jobs", "occurred_on": "2025-11-30", "period_from": None, "amount_vnd": None,
            "jobs": 2, "stars": None, "reference": None, "note": None,
        }
    ]  # fmt: skip
    assert told["outcomes_count"] == 1


async def test_the_last_and_the_next_session_are_told(team: Team, rows: Rows) -> None:
    project = await team.old_project()
    starts = datetime(2025, 12, 5, 1, 30, tzinfo=UTC)
    sessions = [
        await rows.session(day=date(2025, 9, 1), status="held"),
        (last := await rows.session(day=date(2025, 10, 1), status="held", mode="phone")),
        await rows.session(day=TODAY - timedelta(1), status="planned"),
        await rows.session(day=TODAY, status="cancelled"),
        (following := await rows.session(day=date(2025, 12, 5), status="confirmed", starts_at=starts, place="UBND xã")),
        await rows.session(day=date(2025, 12, 9)),
    ]
    for session_id in sessions:
        await rows.guest(session_id, project, "registered")
    excused = await rows.session(day=TODAY)
    await rows.guest(excused, project, "excused")
    await rows.session(day=TODAY, status="held")
    told = await briefing(team.mentor, project)
    assert told["last_session"] == {
        "id": str(last), "kind": "one_to_one", "title": None, "day": "2025-10-01", "starts_at": None, "mode": "phone",
        "place": None,
    }  # fmt: skip
    assert told["next_session"] == {
        "id": str(following), "kind": "one_to_one", "title": None, "day": "2025-12-05",
        "starts_at": "2025-12-05T01:30:00Z", "mode": "in_person", "place": "UBND xã",
    }  # fmt: skip


async def test_a_briefing_that_is_known_is_not_sent_again(world: World, team: Team, rows: Rows) -> None:
    project = await team.old_project()
    path = f"/v1/projects/{project['id']}/briefing"
    first = await team.mentor.get(path)
    world.clock.now += timedelta(hours=5)
    known = {"if-none-match": first.headers["etag"]}
    assert (await team.mentor.get(path, headers=known)).status_code == 304
    await rows.action_item(project)
    assert (await team.mentor.get(path, headers=known)).status_code == 200


class Counted:
    """Reads that remember what was asked."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self.asked: list[str] = []

    async def rows(
        self, query: Statement, values: Mapping[str, Any], *, seconds: float | None = None
    ) -> Sequence[Sequence[Any]]:
        self.asked.append(query.sql)
        return await self._reads.rows(query, values, seconds=seconds)


async def test_a_briefing_is_one_statement(world: World, team: Team, rows: Rows) -> None:
    project = await team.old_project()
    mentor_id = await rows.mentor(team.mentor)
    for platform in ("capital", "market", "digital"):
        await rows.consultation(project, mentor_id, platform)
    assert world.database.reads is not None
    world.database.reads = counted = Counted(world.database.reads)
    told = await briefing(team.mentor, project)
    assert all(platform["is_consulted"] and platform["last_advice"] for platform in told["platforms"])
    of_the_token = [sql for sql in counted.asked if "FROM token" in sql]
    assert len(counted.asked) - len(of_the_token) == 1
