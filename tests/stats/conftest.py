"""A small history whose figures were worked out by hand."""

from datetime import UTC, datetime

import pytest

from tests.factories import World
from tests.stats.history import History
from tests.stats.story import Story

NEXT_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def history(world: World) -> History:
    return History(world.database)


@pytest.fixture
def story(world: World, history: History) -> Story:
    return Story(world.database, history)


@pytest.fixture
async def small(history: History) -> History:
    """Eight ideas, one of them merged and one decided but unpublished, a draft, and a project of two ideas."""
    a = await history.idea(
        "2025-01-10", ("start_screening", "2025-01-12"), ("pass_screening", "2025-01-20"),
        ("close_review", "2025-02-10"), ("accept", "2025-03-01"),
    )  # fmt: skip
    b = await history.idea("2025-01-20", ("pass_screening", "2025-01-30"), ("accept", "2025-03-01"), sector="fruit")
    await history.project("2025-03-15", a, b)
    await history.idea(
        "2025-02-01", ("start_screening", "2025-02-03"), ("screen_out", "2025-02-10"),
        ("reconsider", "2025-05-01"), ("pass_screening", "2025-05-10"),
    )  # fmt: skip
    await history.idea("2025-03-01", ("withdraw", "2025-03-05"), recorded_after=40)
    await history.idea("2025-06-20", ("start_screening", "2025-06-25"), sex=None)
    await history.idea("2025-01-15", ("merge_into", "2025-01-20"))
    await history.idea(
        "2024-12-15", ("!pass_screening", "2024-12-20"), ("pass_screening", "2025-01-05"),
        ("close_review", "2025-01-25"), ("accept", "2025-02-01"), publish_at=NEXT_YEAR,
    )  # fmt: skip
    await history.draft()
    return history
