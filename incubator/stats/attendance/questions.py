"""What a question about attendance is limited to, found in the database."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, exists, select

from incubator.db import AnySelect, Reads, param, statement
from incubator.errors import DomainError, FieldError
from incubator.events.layout.models import EventSite
from incubator.events.models import Event, EventKind
from incubator.stats.area import Area, find_area
from incubator.stats.attendance.schemas import AttendanceFigureQuery
from incubator.stats.funnel.questions import wrong_days
from incubator.stats.scope import FigureScope
from incubator.territory import Shape, shape_of, territory_values, within


class Limits(msgspec.Struct, frozen=True):
    """What the figure is limited to, as the answer says it."""

    area: Area | None
    kind: EventKind | None
    event_id: UUID | None
    final_only: bool

    def shown(self) -> dict[str, str]:
        named = {"locality": self.area and self.area.code, "kind": self.kind, "event": self.event_id}
        flags = {"final_only": "true"} if self.final_only else {}
        return {name: str(value) for name, value in named.items() if value} | flags


async def find_limits(reads: Reads, asked: AttendanceFigureQuery, scope: FigureScope, *, today: date) -> Limits:
    """400 names every parameter that is wrong. An event of which nothing is counted for the caller is not there."""
    errors = wrong_days(asked.from_, asked.to, today, today=today)
    area = asked.locality and await find_area(reads, asked.locality, scope.territory, today=today)
    if isinstance(area, FieldError):
        errors.append(area)
    if asked.event and not await _is_there(reads, asked.event, scope):
        errors.append(FieldError(code="not_found", parameter="event"))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return Limits(area if isinstance(area, Area) else None, asked.kind, asked.event, asked.final_only)


async def _is_there(reads: Reads, event_id: UUID, scope: FigureScope) -> bool:
    values = {"event_id": event_id, **territory_values(scope.territory, "counted")}
    return bool(await reads.rows(_event(shape_of(scope.territory)), values))


@statement
def _event(scope: Shape) -> AnySelect:
    here = within(scope, "counted", province=EventSite.province_id, commune=EventSite.locality_id)
    has_site = exists().where(EventSite.event_id == Event.id, here)
    return select(Event.id).where(Event.id == param("event_id", Uuid), has_site)
