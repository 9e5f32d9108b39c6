"""What the service does by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incubator import jobs
from incubator.ideas.models import Idea
from tests.factories import World


async def overdue(world: World, n: int) -> list[str]:
    staff = await world.make.account("staff")
    ids = []
    for _ in range(n):
        idea = await world.make.moved(staff, await world.make.idea(staff), "start_screening")
        idea = await world.make.moved(staff, idea, "request_info", question="?", due_on="2025-12-10")
        ids.append(idea["id"])
    return sorted(ids)


async def statuses(world: World) -> list[str]:
    async with world.database.begin() as session:
        return list(await session.scalars(select(Idea.status).order_by(Idea.id)))


async def test_questions_lapse_once_their_day_has_passed_and_twice_changes_nothing(committed: World) -> None:
    await overdue(committed, 2)
    day = committed.clock.now
    assert await jobs.run_jobs(committed.database, day) == jobs.JobsReport(0, 0, 0)
    later = day + timedelta(days=30)
    assert await jobs.run_jobs(committed.database, later) == jobs.JobsReport(2, 0, 0)
    assert await jobs.run_jobs(committed.database, later) == jobs.JobsReport(0, 0, 0)
    assert await statuses(committed) == ["lapsed", "lapsed"]


async def test_an_idea_that_somebody_holds_locked_does_not_stop_the_others(committed: World) -> None:
    first, *_ = await overdue(committed, 3)
    later = committed.clock.now + timedelta(days=30)
    async with committed.database.begin() as holder:
        await holder.execute(select(Idea.id).where(Idea.id == first).with_for_update())
        assert await jobs.run_jobs(committed.database, later) == jobs.JobsReport(2, 0, 1)
    assert await jobs.run_jobs(committed.database, later) == jobs.JobsReport(1, 0, 0)


async def test_only_one_process_runs_the_jobs_and_holds_no_transaction_open(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    run = jobs._run

    async def watched(database: object, now: object) -> jobs.JobsReport:
        seen.append(await jobs.run_jobs(committed.database, committed.clock.now))
        idle = (
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
        )
        async with committed.database.engine.connect() as connection:
            seen.append((await connection.exec_driver_sql(idle)).scalar_one())
        return await run(committed.database, committed.clock.now)

    monkeypatch.setattr(jobs, "_run", watched)
    assert await jobs.run_jobs(committed.database, committed.clock.now) is not None
    assert seen == [None, 0]
