"""What tests of loans share."""

import pytest

from tests.factories import World
from tests.loans.stage import LoanStage, set_loans


@pytest.fixture
async def loans(world: World) -> LoanStage:
    """In the transaction of the test. For races: `await set_loans(committed)`."""
    return await set_loans(world)
