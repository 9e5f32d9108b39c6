"""When a project counts as consulted, held against histories made by hand."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select, update

from incubator.db import Database
from incubator.mentoring.models import Consultation
from incubator.mentoring.queries import counted_consultations, is_consulted, is_consulted_on, is_fully_consulted
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor
from incubator.projects.models import Platform, Project, ProjectNeed
from tests.factories import Make, World
from tests.mentoring.rows import TODAY, Rows
from tests.team import Team

DAY = date(2025, 11, 10)
EVERY_PLATFORM = [platform.value for platform in Platform]


class History(NamedTuple):
    """A project that needs capital and market, a mentor of the register, and rows put in directly."""

    rows: Rows
    database: Database
    project: dict[str, Any]
    mentor_id: UUID

    async def consultation(self, platform: str = "market", **more: Any) -> UUID:
        return await self.rows.consultation(self.project, self.mentor_id, platform, **{"day": DAY, **more})

    async def said(self, on: date = TODAY) -> tuple[bool, bool]:
        """Whether the project is consulted, and fully, as of a day."""
        query = select(is_consulted(on), is_fully_consulted(on)).where(Project.id == UUID(self.project["id"]))
        async with self.database.begin() as session:
            consulted, fully = (await session.execute(query)).one()
        return consulted, fully

    async def platforms(self, on: date = TODAY) -> list[str]:
        """Those on which the project is consulted."""
        columns = (is_consulted_on(platform, on) for platform in EVERY_PLATFORM)
        async with self.database.begin() as session:
            row = (await session.execute(select(*columns).where(Project.id == UUID(self.project["id"])))).one()
        return [platform for platform, is_there in zip(EVERY_PLATFORM, row, strict=True) if is_there]

    async def change(self, table: type[Any], **columns: Any) -> None:
        """In every row of the table, of which this test made all."""
        async with self.database.begin() as session:
            await session.execute(update(table).values(**columns))


@pytest.fixture
async def history(team: Team, world: World, make: Make) -> History:
    rows = Rows(world, team)
    return History(rows, world.database, await team.old_project(), await rows.mentor())


async def test_a_project_without_a_consultation_is_not_consulted(history: History) -> None:
    assert await history.said() == (False, False)


@pytest.mark.parametrize(("minutes", "counts"), [(14, False), (15, True), (1440, True)])
async def test_fifteen_minutes_make_a_consultation(history: History, team: Team, minutes: int, counts: bool) -> None:
    consultation_id = await history.consultation(minutes=minutes)
    assert await history.said() == (counts, False)
    read = await team.staff.get(f"/v1/consultations/{consultation_id}")
    assert read.json()["counts_as_consulted"] is counts


async def test_every_needed_platform_makes_it_full(history: History) -> None:
    await history.consultation("digital")
    assert (await history.said(), await history.platforms()) == ((True, False), ["digital"])
    await history.consultation("market")
    assert (await history.said(), await history.platforms()) == ((True, False), ["market", "digital"])
    await history.consultation("capital")
    assert (await history.said(), await history.platforms()) == ((True, True), ["capital", "market", "digital"])


async def test_a_project_that_needs_nothing_is_full_with_any_consultation(history: History) -> None:
    await history.change(ProjectNeed, needed=False)
    assert await history.said() == (False, False)
    await history.consultation("digital")
    assert await history.said() == (True, True)


async def test_it_can_be_asked_as_of_any_day(history: History) -> None:
    await history.consultation("market", day=DAY)
    await history.consultation("capital", day=DAY + timedelta(5))
    before, between, after = DAY - timedelta(1), DAY + timedelta(4), DAY + timedelta(5)
    assert [await history.said(day) for day in (before, DAY, between, after)] == [
        (False, False), (True, False), (True, False), (True, True),
    ]  # fmt: skip
    assert [await history.platforms(day) for day in (before, between, after)] == [
        [], ["market"], ["capital", "market"],
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["planned", "confirmed", "cancelled", "mentor_absent", "guests_absent"])
async def test_only_a_held_session_counts(history: History, status: str) -> None:
    await history.consultation()
    await history.change(MentoringSession, status=status, held_on=None)
    assert await history.said() == (False, False)


async def test_what_was_taken_back_does_not_count(history: History, world: World) -> None:
    await history.consultation(voided_at=world.clock.now, void_reason="Nhầm dự án")
    assert await history.said() == (False, False)
    await history.consultation()
    assert await history.said() == (True, False)


@pytest.mark.parametrize("attendance", ["expected", "absent", "replaced"])
async def test_a_mentor_who_did_not_come_consulted_nobody(history: History, attendance: str) -> None:
    await history.consultation()
    await history.change(SessionMentor, attendance=attendance, contact_minutes=0)
    assert await history.said() == (False, False)


async def test_a_stand_in_counts_by_their_own_minutes(history: History) -> None:
    replaced_id = await history.consultation()
    await history.change(SessionMentor, attendance="replaced", contact_minutes=0)
    stand_in = await history.rows.mentor(full_name="Lý A Sùng")
    async with history.database.begin() as session:
        told = await session.get_one(Consultation, replaced_id)
        session.add(
            SessionMentor(
                session_id=told.session_id, mentor_id=stand_in, role="stand_in", attendance="attended",
                contact_minutes=30,
            )
        )  # fmt: skip
    assert await history.said() == (False, False)
    async with history.database.begin() as session:
        session.add(
            Consultation(
                session_id=told.session_id, project_id=told.project_id, platform="market", mentor_id=stand_in,
                content_number=1, visibility="team", recorded_by_kind="account", recorded_by_id=stand_in,
            )
        )  # fmt: skip
    assert await history.said() == (True, False)


async def test_internal_notes_count_like_others(history: History) -> None:
    await history.consultation("market", visibility="internal")
    await history.consultation("capital", visibility="team")
    assert await history.said() == (True, True)


async def test_each_consultation_that_counts_is_one_row(history: History) -> None:
    await history.consultation("market")
    await history.consultation("market", day=DAY + timedelta(1))
    await history.consultation("capital", minutes=14)
    async with history.database.begin() as session:
        rows = (await session.execute(counted_consultations())).all()
    assert sorted((row.platform, row.held_on, row.mentor_id) for row in rows) == [
        ("market", DAY, history.mentor_id), ("market", DAY + timedelta(1), history.mentor_id),
    ]  # fmt: skip


async def test_another_project_gains_nothing(history: History, team: Team) -> None:
    await history.consultation()
    other = history._replace(project=await team.old_project())
    assert await other.said() == (False, False)
