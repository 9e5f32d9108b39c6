"""What the figures of attendance can be broken down by, and what each breakdown measures."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Date, DateTime, Text, Uuid, cast, func, select

from incubator.days import VIETNAM
from incubator.db import AnySelect
from incubator.events.layout.models import EventSession, EventSite, Mode
from incubator.events.models import Event, EventKind
from incubator.localities.models import Locality
from incubator.stats.attendance.schemas import GroupBy
from incubator.stats.funnel.dimensions import UNKNOWN

OF_PEOPLE = ("attendances", "named", "anonymous")
"""Nobody is in two groups or two periods with one attendance."""

OF_SITES = ("sites", "sites_reported", *OF_PEOPLE)
OF_SESSIONS = ("sessions", "provisional_sessions", *OF_SITES)


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is that of a site; None where the value is the person's and not the site's.

    `codes` are always shown in full, and `rest` after them: the code of what has no value. `named` selects (id, code,
    name) of values that are ids. `additive` measures add up over the groups and over periods.
    """

    value: Any
    type_: Any = Text
    codes: tuple[str, ...] = ()
    rest: str | None = None
    named: AnySelect | None = None
    additive: tuple[str, ...]


_LOCALITIES = select(Locality.id, Locality.code, Locality.name)
_MONTH = cast(func.date_trunc("month", cast(func.timezone(VIETNAM.key, EventSession.starts_at), DateTime)), Date)

DIMENSIONS: Mapping[GroupBy, Dimension] = {
    "kind": Dimension(value=Event.kind, codes=tuple(EventKind), additive=OF_SESSIONS),
    "held_in": Dimension(value=EventSite.locality_id, type_=Uuid, named=_LOCALITIES, additive=OF_SITES),
    "home_of": Dimension(value=None, type_=Uuid, named=_LOCALITIES, rest=UNKNOWN, additive=OF_PEOPLE),
    "mode": Dimension(value=EventSite.mode, codes=tuple(Mode), additive=OF_SITES),
    "month": Dimension(value=_MONTH, type_=Date, additive=OF_SESSIONS),
}
