"""What is to be told of one event, before anybody has come to it."""

import enum
from collections.abc import Iterator
from datetime import datetime

import msgspec

from incubator.demo.places import Commune
from incubator.events.layout.models import Mode
from incubator.events.models import Capture, EventKind, WalkInPolicy


class Fate(enum.Enum):
    """What had become of an event by the last day."""

    held = "held"
    ahead = "ahead"
    draft = "draft"
    cancelled = "cancelled"


class Cell(msgspec.Struct):
    """A site to be. `attendances` is what the figure counts there: the greater of `named` and `head`. No commune is
    the online room of the province; without a head-count and without names nothing was ever reported."""

    mode: Mode
    commune: Commune | None
    label: str
    attendances: int = 0
    named: int = 0
    head: int | None = None
    by_phone: bool = False


class Part(msgspec.Struct):
    """A session to be."""

    starts_at: datetime
    ends_at: datetime
    cells: list[Cell]
    title: str | None = None


class Plan(msgspec.Struct):
    """An event to be. `seats` limits its modes; `absent` is how many of those with a seat stay away, per mode, where
    that is not left to chance; `team` are the places of its people in the team of the classes."""

    kind: EventKind
    title: str
    organisers: list[str]
    commune: Commune | None
    capture: Capture
    policy: WalkInPolicy
    parts: list[Part]
    fate: Fate = Fate.held
    is_public: bool = True
    registered_share: float = 0.0
    seats: dict[Mode, int] = {}
    absent: dict[Mode, int] | None = None
    waiting: int = 0
    booked: int = 0
    apart: bool = False
    team: tuple[int, ...] = ()

    @property
    def starts_at(self) -> datetime:
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.parts[-1].ends_at

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for part in self.parts for cell in part.cells)

    @property
    def modes(self) -> list[Mode]:
        return [mode for mode in Mode if any(cell.mode is mode for cell in self.cells)]
