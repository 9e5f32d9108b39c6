"""Who writes events down, and what is written of one event: itself, its history, its sessions and sites."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from incubator.actor import Actor
from incubator.demo.accounts import Roster
from incubator.demo.dice import Dice
from incubator.demo.events_calendar import LAST_MOMENT
from incubator.demo.events_plans import Cell, Fate, Part, Plan
from incubator.demo.events_youth import Youths
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.events.layout.models import EventSession, EventSite
from incubator.events.models import LATE_SYNC, Event, EventAction, EventTransition

_PUBLISHED_BEFORE, _COMPLETED_AFTER, _CLOSED_AFTER = (8, 24), (1, 40), (30, 330)
_REOPENED, _REOPENED_AFTER = 0.015, timedelta(days=3)
_WHY_REOPENED = "Bổ sung danh sách ký tên của điểm phụ gửi muộn."
_WHY_CANCELLED = "Hoãn do mưa lũ sau bão; Đoàn xã sẽ tổ chức vào dịp khác."


class Desk(msgspec.Struct, frozen=True):
    dice: Dice
    youths: Youths
    roster: Roster

    def host(self, commune: Commune | None) -> Actor:
        """The officer of the commune, where it has one, else one of the staff."""
        officer = self.roster.officers.get(commune.id) if commune else None
        return officer or self.roster.staff[0]


class Venue(msgspec.Struct, frozen=True):
    """A site with its session, as it was written down."""

    site_id: UUID
    session_id: UUID
    part: Part
    cell: Cell


class Stage(msgspec.Struct, frozen=True):
    """An event with its venues. `closed_at` is when its attendance was closed, if it was."""

    plan: Plan
    event: Event
    host: Actor
    published_at: datetime
    closed_at: datetime | None
    venues: list[Venue]

    @property
    def id(self) -> UUID:
        return self.event.id

    @property
    def known_until(self) -> datetime:
        """Up to when phones and papers came in."""
        return min(self.closed_at or LAST_MOMENT, self.plan.ends_at + LATE_SYNC, LAST_MOMENT)


def set_stage(rows: Rows, desk: Desk, plan: Plan) -> Stage:
    """The event moves by its own rules, up to the last moment of the data."""
    dice, host = desk.dice, desk.host(plan.commune)
    published_at = dice.moment((min(plan.starts_at, LAST_MOMENT) - timedelta(dice.between(*_PUBLISHED_BEFORE))).date())
    created_at = published_at - timedelta(hours=dice.between(1, 30))
    locality_id = plan.commune.id if plan.commune else PROVINCE_ID
    event = Event(
        id=dice.new_id(created_at), version=1, kind=plan.kind.value, title=plan.title, organisers=plan.organisers,
        locality_id=locality_id, province_id=PROVINCE_ID, starts_at=plan.starts_at, ends_at=plan.ends_at,
        status="draft", is_public=plan.is_public, capture=plan.capture.value, walk_in_policy=plan.policy.value,
        late_sync_until=plan.ends_at + LATE_SYNC, sequence=0, changed_at=created_at, created_by_id=host.id,
        created_at=created_at,
    )  # fmt: skip
    closed_at = _live(rows, desk, plan, event, host, published_at)
    rows.add(event)
    return Stage(plan, event, host, published_at, closed_at, _put_layout(rows, dice, plan, event, created_at))


def _live(
    rows: Rows, desk: Desk, plan: Plan, event: Event, host: Actor, published_at: datetime
) -> datetime | None:  # fmt: skip
    dice = desk.dice
    if plan.fate is Fate.draft:
        return None
    _step(rows, dice, event, host, EventAction.publish, published_at)
    if plan.fate is Fate.cancelled:
        cancelled_at = min(plan.starts_at - timedelta(hours=20), LAST_MOMENT - timedelta(days=1))
        _step(rows, dice, event, host, EventAction.cancel, cancelled_at, reason=_WHY_CANCELLED)
    if plan.fate is not Fate.held:
        return None
    if (completed_at := plan.ends_at + timedelta(hours=dice.between(*_COMPLETED_AFTER))) > LAST_MOMENT:
        return None
    _step(rows, dice, event, host, EventAction.complete, completed_at)
    closed_at = completed_at + timedelta(hours=dice.between(*_CLOSED_AFTER))
    if closed_at + _REOPENED_AFTER > LAST_MOMENT:
        return None
    _step(rows, dice, event, host, EventAction.close_attendance, closed_at)
    if dice.chance(_REOPENED):
        reopened_at = closed_at + timedelta(hours=30)
        _step(rows, dice, event, host, EventAction.reopen_attendance, reopened_at, reason=_WHY_REOPENED)
        _step(rows, dice, event, host, EventAction.close_attendance, closed_at + _REOPENED_AFTER)
        return closed_at + _REOPENED_AFTER
    return closed_at


def _step(
    rows: Rows, dice: Dice, event: Event, by: Actor, action: EventAction, at: datetime, **more: Any
) -> None:  # fmt: skip
    before = event.status
    event.take_step(action, now=at)
    event.version += 1
    rows.put(
        EventTransition, id=dice.new_id(at), event_id=event.id, action=action.value, from_status=str(before),
        to_status=str(event.status), recorded_at=at, recorded_by_id=by.id, **more,
    )  # fmt: skip


def _put_layout(rows: Rows, dice: Dice, plan: Plan, event: Event, at: datetime) -> list[Venue]:
    venues = []
    for number, part in enumerate(plan.parts, 1):
        session_id = dice.new_id(at)
        rows.put(
            EventSession, id=session_id, event_id=event.id, number=number, title=part.title,
            starts_at=part.starts_at, ends_at=part.ends_at,
        )  # fmt: skip
        for cell in part.cells:
            venues.append(Venue(dice.new_id(at), session_id, part, cell))
            rows.put(
                EventSite, id=venues[-1].site_id, event_id=event.id, session_id=session_id, mode=cell.mode.value,
                locality_id=cell.commune.id if cell.commune else PROVINCE_ID, province_id=PROVINCE_ID,
                label=cell.label,
            )  # fmt: skip
    return venues
