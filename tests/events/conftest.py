"""What tests of events share."""

import pytest

from tests.events.stage import EventStage, set_event_stage
from tests.factories import World


@pytest.fixture
async def events(world: World) -> EventStage:
    """In the transaction of the test. For races: `await set_event_stage(committed)`."""
    return await set_event_stage(world)
