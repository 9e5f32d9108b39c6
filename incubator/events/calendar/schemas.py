"""What the API takes about the public calendar of events."""

from typing import Annotated

import msgspec
from msgspec import Meta

from incubator.events.schemas import EventPlace


class PublicCalendarQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which public events to show."""

    locality_code: (
        Annotated[EventPlace, Meta(description="Events of this province or commune, or with a site in it.")] | None
    ) = None
