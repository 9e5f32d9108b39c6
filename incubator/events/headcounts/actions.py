"""Reporting how many came. Each report counts once however often it is sent, and none overwrites another."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import spoken
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.events.access import lock_event, require_at_sites
from incubator.events.attendance.models import ATTENDANCE_CLOSED
from incubator.events.check_in.models import ReviewStatus
from incubator.events.devices.access import acting_device, note_contact
from incubator.events.headcounts.late import find_kept, keep_late, says_same
from incubator.events.headcounts.models import SESSION_AHEAD, SOONEST, Headcount
from incubator.events.headcounts.queries import Report, is_current
from incubator.events.headcounts.schemas import PARTS, HeadcountCreate
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import Event, EventStatus
from incubator.events.sight import is_seen, is_session_led_by_me, sight_of, sight_values

EARLY = timedelta(days=1)
"""A count is believed to be from this long before its session; what a clock says beyond that is wrong."""


class Reporter(NamedTuple):
    """Who counted, and the site with its session and event, as far as they may report it."""

    kind: str
    id: UUID
    event: Event
    site: EventSite
    session: EventSession


async def report_headcount(session: AsyncSession, actor: Actor, data: HeadcountCreate, *, now: datetime) -> Report:
    """Where the count is now. What was reported already is told again whatever became of the event since, so that a
    lost answer costs nothing."""
    _check_parts(data)
    reporter = await _phone(session, actor, data.site_id, now) if actor.kind == "token" else None
    reporter = reporter or await _account(session, actor, data.site_id)
    # Read first: what stands because of another try of this report is then known to be from it.
    current = await _current(session, data.site_id)
    known = await _known(session, reporter, data)
    if known is not None:
        return known
    _check_event(reporter, now=now)
    counted_at = _believed(data.counted_at, reporter.session, now=now)
    if _is_late(reporter, now=now):
        kept_id = await keep_late(session, reporter.id, reporter.site, data, counted_at)
        record_audit(session, actor, "keep", "headcount", kept_id)
        return Report(kept_id, is_new=True, is_kept=True)
    _check_replaced(current, data)
    new_id = await _insert(session, reporter, data, counted_at)
    if new_id is None:
        return await _after_lost_race(session, reporter, data)
    record_audit(session, actor, "report", "headcount", new_id, replaces=data.replaces is not None)
    await session.flush()
    return Report(new_id, is_new=True)


def _check_parts(data: HeadcountCreate) -> None:
    wrong = [
        FieldError(code="out_of_range", pointer=f"/{part}", params={"min": 0, "max": data.total})
        for part in PARTS
        if (getattr(data, part) or 0) > data.total
    ]
    if wrong:
        raise DomainError("validation_failed", errors=wrong)


async def _phone(session: AsyncSession, actor: Actor, site_id: UUID, now: datetime) -> Reporter:
    """A phone reports for its own sites. Its event is locked without being looked for: that it is the phone's is why
    it may."""
    device = await acting_device(session, actor, lock=True)
    await note_contact(session, device.id, now, None)
    if site_id not in device.site_ids:
        raise wrong_field("/site_id", "not_found")
    held = select(Event).where(Event.id == device.event_id).with_for_update(read=True)
    event = (await session.scalars(held)).one()
    return await _reporter(session, "device", device.id, event, site_id)


async def _account(session: AsyncSession, actor: Actor, site_id: UUID) -> Reporter:
    """Who organises the event or at this site, or leads its session."""
    query = select(Event.id).join(EventSite, EventSite.event_id == Event.id).where(EventSite.id == site_id)
    event_id = await session.scalar(query.where(is_seen(sight_of(actor))), sight_values(actor))
    if event_id is None:
        raise wrong_field("/site_id", "not_found")
    event = await lock_event(session, actor, event_id, share=True)
    reporter = await _reporter(session, "account", actor.id, event, site_id)
    if not await _leads(session, actor, reporter.session.id):
        await require_at_sites(session, actor, event, [site_id], {site_id: ["/site_id"]})
    return reporter


async def _reporter(session: AsyncSession, kind: str, id_: UUID, event: Event, site_id: UUID) -> Reporter:
    site = await session.get_one(EventSite, site_id)
    return Reporter(kind, id_, event, site, await session.get_one(EventSession, site.session_id))


async def _leads(session: AsyncSession, actor: Actor, session_id: UUID) -> bool:
    if not actor.may(Permission.events_read_led):
        return False
    return bool(await session.scalar(select(is_session_led_by_me(session_id)), {"me": actor.id}))


def _check_event(reporter: Reporter, *, now: datetime) -> None:
    """In a draft too: what was counted is counted, though somebody forgot to publish the event."""
    status, starts_at = reporter.event.status, reporter.session.starts_at
    if status == EventStatus.cancelled:
        raise DomainError("invalid_transition", status=status, action="report_headcount", allowed_actions=[])
    if starts_at > now + SOONEST:
        raise broken_rule(SESSION_AHEAD, starts_at=spoken(starts_at))


def _is_late(reporter: Reporter, *, now: datetime) -> bool:
    """Whether it is for staff to say that it counts: a phone cannot ask for the attendance to be opened again."""
    event = reporter.event
    is_closed = event.attendance_closed_at is not None
    if reporter.kind == "device":
        return is_closed or now > event.late_sync_until
    if is_closed:
        raise broken_rule(ATTENDANCE_CLOSED)
    return False


async def _known(session: AsyncSession, reporter: Reporter, data: HeadcountCreate) -> Report | None:
    """The report under the same id, where it was made before; 409 where it says something else."""
    kept = await find_kept(session, reporter.id, data) if reporter.kind == "device" else None
    if kept is not None and kept.status != ReviewStatus.admitted:
        if kept.status == ReviewStatus.open and not says_same(kept, data):
            raise _duplicate("/client_report_id", id=str(kept.id))
        return Report(kept.id, is_new=False, is_kept=True)
    own = Headcount.reported_by_id == reporter.id, Headcount.client_report_id == data.client_report_id
    report = await session.scalar(select(Headcount).where(*own))
    if report is None:
        return None
    said = data.content()
    if kept is not None:
        del said["replaces_id"]  # What was admitted replaced the count that stood by then.
    if any(getattr(report, name) != value for name, value in said.items()):
        raise _duplicate("/client_report_id", id=str(report.id))
    return Report(report.id, is_new=False)


async def _current(session: AsyncSession, site_id: UUID) -> Headcount | None:
    return await session.scalar(select(Headcount).where(Headcount.site_id == site_id, is_current()))


def _check_replaced(current: Headcount | None, data: HeadcountCreate) -> None:
    """A count replaces the one that stands, of which its reporter has to know."""
    if current is None and data.replaces is not None:
        raise wrong_field("/replaces", "not_found")
    if current is not None and current.id != data.replaces:
        raise _duplicate("/replaces", current_id=str(current.id), current_total=current.total)


async def _insert(
    session: AsyncSession, reporter: Reporter, data: HeadcountCreate, counted_at: datetime
) -> UUID | None:
    """None where another one came first: of two at once the indexes let one in."""
    row = insert(Headcount).values(
        event_id=reporter.event.id, session_id=reporter.session.id, client_report_id=data.client_report_id,
        counted_at=counted_at, reported_by_kind=reporter.kind, reported_by_id=reporter.id, **data.content(),
    )  # fmt: skip
    return await session.scalar(row.on_conflict_do_nothing().returning(Headcount.id))


async def _after_lost_race(session: AsyncSession, reporter: Reporter, data: HeadcountCreate) -> Report:
    current = await _current(session, data.site_id)
    known = await _known(session, reporter, data)
    if known is None:
        _check_replaced(current, data)
        raise DomainError("concurrent_update")
    return known


def _believed(counted_at: datetime, part: EventSession, *, now: datetime) -> datetime:
    """When it was counted, as near to what the clock said as can be: no count is lost because a phone is in 1970."""
    return min(max(counted_at, part.starts_at - EARLY), now)


def _duplicate(pointer: str, **params: Any) -> DomainError:
    return DomainError("duplicate", errors=[FieldError(code="duplicate", pointer=pointer, params=params)])
