"""What a log says beside success: what was guessed, and what is hardly so."""

from datetime import date
from uuid import UUID

import pytest

from incubator.mentoring.models import ConsultationWarning
from incubator.vocabularies import WORDS
from tests.factories import BAC_HA, SA_PA, Make
from tests.mentoring.logs import Mentored, codes, mentored_project
from tests.mentoring.rows import Rows
from tests.team import TODAY, Team


@pytest.fixture
async def mentored(team: Team) -> Mentored:
    return await mentored_project(team)


async def test_a_session_that_was_planned_for_another_day(mentored: Mentored, rows: Rows) -> None:
    planned = await rows.session(day=date(2025, 12, 3))
    await rows.guest(planned, mentored.project, "registered")
    logged = await mentored.log(session_id=str(planned))
    assert codes(logged) == ["session_joined", "other_day"]
    assert logged["warnings"][1]["params"] == {"planned_on": "2025-12-03", "held_on": TODAY}
    again = await mentored.log(session_id=str(planned), platforms=["capital"])
    assert codes(again) == ["session_joined"]


async def test_more_than_twelve_hours_with_projects_on_one_day(mentored: Mentored) -> None:
    other = await mentored.other_project(mentored.mentor)
    await mentored.log(minutes=700, held_on="2025-11-29")
    assert codes(await mentored.log(minutes=700)) == []
    assert codes(await mentored.log(project_id=other["id"], minutes=20)) == []
    again = await mentored.log(project_id=other["id"], minutes=21, platforms=["capital"])
    assert codes(again) == ["session_joined", "long_day"]
    assert again["warnings"][1]["params"] == {"minutes": 721}
    assert codes(await mentored.log(mentored.colleague, minutes=60)) == ["session_joined"]


async def test_a_session_of_a_programme_is_planned_for_that_day(mentored: Mentored, rows: Rows) -> None:
    coffee = UUID(await mentored.programme())
    of_project = await rows.session(programme_id=coffee, kind="startup_coffee")
    await rows.guest(of_project, mentored.project, "registered")
    logged = await mentored.log()
    assert (logged["session"]["joined"], codes(logged)) == (False, ["planned_session"])
    expected = {"session_id": str(of_project), "programme": "Cà phê khởi nghiệp"}
    assert logged["warnings"][0]["params"] == expected
    assert codes(await mentored.log(platforms=["capital"])) == ["session_joined"]
    assert codes(await mentored.log(new_session=True)) == []
    assert codes(await mentored.log(held_on="2025-11-29")) == []
    told = await mentored.log(mentored.colleague, programme_id=str(coffee))
    assert (told["session"]["id"], codes(told)) == (str(of_project), ["session_joined"])


async def test_a_session_of_a_programme_awaits_the_mentor_that_day(mentored: Mentored, rows: Rows) -> None:
    mine = await rows.session(programme_id=UUID(await mentored.programme("clinic")), kind="clinic")
    await rows.part(mine, mentored.mentor.mentor_id, minutes=0)
    assert codes(await mentored.log(mentored.colleague)) == []
    logged = await mentored.log(new_session=False, held_on=TODAY, project_id=(await mentored.other_project())["id"])
    assert [warning["params"]["session_id"] for warning in logged["warnings"]] == [str(mine)]


async def test_a_session_that_the_caller_does_not_see_is_not_told(mentored: Mentored, rows: Rows, make: Make) -> None:
    elsewhere = await rows.session(programme_id=UUID(await mentored.programme()), kind="startup_coffee", at=SA_PA)
    await rows.part(elsewhere, mentored.mentor.mentor_id, minutes=0)
    of_commune = await make.account("staff", BAC_HA)
    by_staff = await mentored.log(of_commune, mentor_id=str(mentored.mentor.mentor_id))
    assert codes(by_staff) == []
    other = await mentored.other_project(mentored.mentor)
    assert codes(await mentored.log(project_id=other["id"])) == ["planned_session"]


async def test_a_full_session_takes_one_more(mentored: Mentored, rows: Rows) -> None:
    full = await rows.session(status="held", capacity=1, seats_taken=1)
    mentor_id = str(mentored.mentor.mentor_id)
    logged = await mentored.log(mentored.staff, mentor_id=mentor_id, session_id=str(full))
    assert codes(logged) == ["session_joined", "capacity_raised"]
    assert logged["warnings"][1]["params"] == {"capacity": 2}
    again = await mentored.log(session_id=str(full), platforms=["capital"])
    assert codes(again) == ["session_joined"]


def test_every_warning_has_its_words() -> None:
    assert WORDS["consultation_warning"].keys() == set(ConsultationWarning)
