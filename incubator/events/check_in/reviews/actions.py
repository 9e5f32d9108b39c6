"""What staff makes of an item that waits: they were there, or it counts for nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import structs
from sqlalchemy import cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.events.access import lock_event, require_at_sites, require_organiser
from incubator.events.attendance.entering import Line, enter_lines, require_open
from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import KEPT, CheckInReview, ReviewReason, ReviewStatus, ScanKind
from incubator.events.check_in.reviews.queries import is_this, visible_reviews
from incubator.events.check_in.reviews.schemas import Admit, Dismiss, Resolution
from incubator.events.headcounts.late import admit_late
from incubator.events.layout.models import EventSite
from incubator.events.models import Event
from incubator.events.registrations.models import Registration
from incubator.events.sight import sight_of, sight_values
from incubator.text import clean


async def resolve_review(
    session: AsyncSession, actor: Actor, review_id: UUID, data: Resolution, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Admitting lays the item over the attendance like any scan, or makes a head-count the current one."""
    actor.require(Permission.events_manage)
    event, review = await _lock(session, actor, review_id)
    await _require_reach(session, actor, event, review, data)
    if_match.check(review.version)
    note = data.note and clean(data.note)
    if isinstance(data, Admit):
        said = review.payload
        review.admit(by=actor.id, note=note, now=now)
        require_open(event, "admit")
        await _admit(session, actor, event, review, said, data, now=now)
    elif isinstance(data, Dismiss):
        review.dismiss(by=actor.id, note=note, now=now)
    else:
        review.reopen(note)
    record_audit(session, actor, str(data.__struct_config__.tag), "check_in_review", review.id, reason=review.reason)
    await session.flush()
    return review.id


async def sweep_reviews(session: AsyncSession, *, now: datetime) -> None:
    """What phones sent is not kept of items that were dismissed long ago."""
    r = CheckInReview
    old = r.status == ReviewStatus.dismissed.value, r.resolved_at < now - KEPT, r.payload != cast({}, JSONB)
    await session.execute(update(r).where(*old).values(payload={}, version=r.version + 1))


async def _lock(session: AsyncSession, actor: Actor, review_id: UUID) -> tuple[Event, CheckInReview]:
    """The event is locked before what belongs to it."""
    query = visible_reviews(sight_of(actor)).where(is_this())
    values = {**sight_values(actor), "review_id": review_id}
    event_id = await session.scalar(query.with_only_columns(CheckInReview.event_id), values)
    if event_id is None:
        raise DomainError("not_found")
    event = await lock_event(session, actor, event_id, share=True)
    return event, (await session.scalars(query.with_for_update(of=CheckInReview), values)).one()


async def _require_reach(
    session: AsyncSession, actor: Actor, event: Event, review: CheckInReview, data: Resolution
) -> None:
    """Who organises the event, or only what happens at the sites that are theirs, before and after."""
    own = EventSite.event_id == event.id, EventSite.id == review.site_id
    given = data.site_id if isinstance(data, Admit) else None
    named = [await session.scalar(select(EventSite.id).where(*own)), given]
    sites = [site_id for site_id in named if site_id is not None]
    if not sites:
        require_organiser(actor, event)
    await require_at_sites(session, actor, event, sites, {given: ["/site_id"]} if given else {})


async def _admit(
    session: AsyncSession, actor: Actor, event: Event, review: CheckInReview, said: Any, data: Admit, *, now: datetime
) -> None:
    if review.reason == ReviewReason.walk_in_unconfirmed:
        _refuse_details(data)
        await _confirm(session, review, now=now)
        return
    if review.reason == ReviewReason.headcount_late:
        _refuse_details(data)
        await admit_late(session, review, said)
        return
    if data.site_id is None:
        await _require_one_session(session, review)
    kind = data.kind or said.get("kind") or ScanKind.came
    by_name = data.person is not None and data.person.person_id is None
    line = Line(
        pointer="", site_id=data.site_id or review.site_id, registration_id=data.registration_id, person=data.person,
        known_id=await _known(session, review), locality_code=data.locality_code, at=data.at,
        seen_at=review.happened_at, left=kind == ScanKind.left, new_person=by_name,
    )  # fmt: skip
    (entered,) = await enter_lines(session, actor, event, [line], now=now)
    review.person_id, review.site_id = entered.person_id, entered.site.id
    review.session_id = entered.site.session_id


async def _require_one_session(session: AsyncSession, review: CheckInReview) -> None:
    """Nobody guesses at which of two sessions somebody was."""
    own = EventSite.event_id == review.event_id, EventSite.id == review.site_id
    held = await session.scalar(select(EventSite.session_id).where(*own))
    if held is not None and review.session_id not in {None, held}:
        raise wrong_field("/site_id", "required", session_of_site=str(held), session_id=str(review.session_id))


def _refuse_details(data: Admit) -> None:
    given = [name for name, value in structs.asdict(data).items() if value is not None and name != "note"]
    if given:
        errors = [FieldError(code="unknown_field", pointer=f"/{name}") for name in given]
        raise DomainError("validation_failed", errors=errors)


async def _confirm(session: AsyncSession, review: CheckInReview, *, now: datetime) -> None:
    """The first confirmation stands."""
    row = Attendance.session_id == review.session_id, Attendance.person_id == review.person_id
    confirmed = func.coalesce(Attendance.confirmed_at, now)
    await session.execute(update(Attendance).where(*row).values(confirmed_at=confirmed, version=Attendance.version + 1))


async def _known(session: AsyncSession, review: CheckInReview) -> UUID | None:
    """Whom the phone met; of a ticket of another event its holder, who is not shown."""
    if review.person_id is not None or review.registration_id is None:
        return review.person_id
    return await session.scalar(select(Registration.person_id).where(Registration.id == review.registration_id))
