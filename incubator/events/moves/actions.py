"""Moving an event from status to status, closing its attendance and opening it again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import broken_rule
from incubator.events import rules
from incubator.events.access import lock_event_to_organise
from incubator.events.attendance.models import Attendance
from incubator.events.headcounts.models import Headcount
from incubator.events.headcounts.queries import is_current
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import Event, EventAction, EventTransition
from incubator.events.moves.schemas import EventMove


async def move_event(
    session: AsyncSession, actor: Actor, event_id: UUID, data: EventMove, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Make one move. The row is asked first (404, 403), then its version (412), the move (409) and its rules (422)."""
    action = EventAction(str(data.__struct_config__.tag))
    event = await lock_event_to_organise(session, actor, event_id)
    if_match.check(event.version)
    before = event.status
    event.take_step(action, now=now)
    if action is EventAction.publish:
        await _check_complete(session, event)
    elif action is EventAction.cancel:
        await _check_nobody_came(session, event)
    session.add(
        EventTransition(
            event_id=event.id, action=action.value, from_status=before, to_status=event.status,
            reason=getattr(data, "reason", None), recorded_at=now, recorded_by_id=actor.id,
        )
    )  # fmt: skip
    record_audit(session, actor, action.value, "event", event.id, status=event.status)
    await session.flush()
    return event.id


async def _check_complete(session: AsyncSession, event: Event) -> None:
    """Whether there is something to go to, and a place for it."""
    sessions = list(await session.scalars(select(EventSession).where(EventSession.event_id == event.id)))
    with_site = set(await session.scalars(select(EventSite.session_id).where(EventSite.event_id == event.id)))
    rules.check_any(event, next((row.id for row in sessions), None))
    rules.check_sites(event, [row for row in sessions if row.id not in with_site])


async def _check_nobody_came(session: AsyncSession, event: Event) -> None:
    """What happened does not leave the figures by one click. It holds because whoever counts waits for the event's
    row."""
    came = exists().where(Attendance.event_id == event.id, Attendance.is_counted())
    counted = exists().where(Headcount.event_id == event.id, Headcount.total > 0, is_current())
    if await session.scalar(select(or_(came, counted))):
        raise broken_rule(rules.EVENT_ATTENDED)
