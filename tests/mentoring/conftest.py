"""What tests of mentoring share."""

import pytest

from tests.factories import Make, World
from tests.mentoring.rows import Rows
from tests.mentoring.table import Table, lay_table
from tests.team import Team


@pytest.fixture
async def table(make: Make) -> Table:
    """Staff and two registered mentors, the first of whom mentors the team's projects."""
    return await lay_table(make)


@pytest.fixture
def rows(world: World, team: Team) -> Rows:
    """What puts rows in directly."""
    return Rows(world, team)
