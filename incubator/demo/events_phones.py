"""The check-in phones of an event, as far as they were enrolled, lost and given back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from incubator.accounts.models import Token
from incubator.actor import Actor, Scope
from incubator.demo.dice import Dice
from incubator.demo.events_desk import Desk, Stage, Venue
from incubator.demo.events_plans import Fate
from incubator.demo.rows import Rows
from incubator.events.check_in.clocks import TRUSTED
from incubator.events.devices.models import CODE_HOLDS, Device, DeviceContact, DeviceProfile, DeviceSite
from incubator.events.models import LATE_SYNC

_PEOPLE_PER_GATE, _MOST_GATES = 150, 6
_LOST, _WRONG_CLOCK, _OFFLINE = 0.04, 0.03, 0.12
_SKEW_MS, _WRONG_SKEW_MS = 900, 3 * 3600 * 1000
_SYNCED_AFTER, _SYNCED_LATE = (1, 20), (240, 1700)
"""Minutes."""


class Phone(msgspec.Struct, frozen=True):
    """A phone at the door: its clock is so much behind, and what it saw comes in so much later."""

    id: UUID
    actor: Actor
    skew_ms: int
    delay: timedelta

    @property
    def is_wrong(self) -> bool:
        """Whether the service adjusts its times."""
        return abs(self._skew) > TRUSTED

    def reads(self, at: datetime) -> datetime:
        """What its clock shows. A difference that is not adjusted is not told from none."""
        return at - self._skew if self.is_wrong else at

    @property
    def _skew(self) -> timedelta:
        return timedelta(milliseconds=self.skew_ms)


class Phones:
    """The phones of one event by the sites for which they are enrolled."""

    def __init__(self, rows: Rows, desk: Desk, stage: Stage) -> None:
        self._rows, self._desk, self._stage = rows, desk, stage
        self._at: dict[UUID, list[Phone]] = {}
        self._heard: dict[Phone, datetime] = {}

    def enrol(self) -> None:
        """Some for each place; a place has the same ones in all sessions."""
        places: defaultdict[str, list[Venue]] = defaultdict(list)
        for venue in self._stage.venues:
            if venue.cell.by_phone:
                places[venue.cell.label].append(venue)
        for label, venues in places.items():
            gates = min(_MOST_GATES, 1 + max(venue.cell.named for venue in venues) // _PEOPLE_PER_GATE)
            sites = [venue.site_id for venue in venues]
            phones = [self._enrol(f"{label[:80]}, máy {number}", sites) for number in range(1, gates + 1)]
            self._at.update(dict.fromkeys(sites, phones))

    def one_at(self, venue: Venue) -> Phone:
        return self._desk.dice.pick(self._at[venue.site_id])

    def another_at(self, venue: Venue, phone: Phone) -> Phone | None:
        return next((other for other in self._at[venue.site_id] if other is not phone), None)

    def received(self, phone: Phone, happened_at: datetime) -> datetime:
        """When the service heard of it."""
        at = min(happened_at + phone.delay, self._stage.known_until)
        self._heard[phone] = max(at, self._heard.get(phone, at))
        return at

    def put_contacts(self) -> None:
        for phone, at in self._heard.items():
            self._rows.put(DeviceContact, device_id=phone.id, last_seen_at=at, last_skew_ms=phone.skew_ms)

    def _enrol(self, name: str, sites: Sequence[UUID]) -> Phone:
        dice, stage = self._desk.dice, self._stage
        enrolled_at = stage.plan.starts_at - timedelta(minutes=dice.between(40, 200))
        created_at, expires_at = enrolled_at - timedelta(hours=3), stage.plan.ends_at + LATE_SYNC
        phone = _new_phone(dice, enrolled_at, name)
        is_lost = dice.chance(_LOST)
        revoked_at = stage.known_until if is_lost else None
        self._rows.put(
            Token, id=phone.actor.id, kind="device", hash=dice.randbytes(32), name=name,
            scopes=[Scope.check_in_write.value], sensitive=False, version=1 + is_lost, created_at=enrolled_at,
            created_by=stage.host.id, expires_at=expires_at, extended_at=enrolled_at, revoked_at=revoked_at,
        )  # fmt: skip
        self._rows.put(
            Device, id=phone.id, version=2 + is_lost, event_id=stage.id, name=name,
            profile=DeviceProfile.scan_walk_in.value, token_id=phone.actor.id, enrolled_nonce=dice.randbytes(32),
            enrolled_at=enrolled_at, expires_at=expires_at, sees_all=True, revoked_at=revoked_at,
            added_by_id=stage.host.id, created_at=created_at,
        )  # fmt: skip
        for site_id in sites:
            self._rows.put(DeviceSite, device_id=phone.id, site_id=site_id, event_id=stage.id)
        return phone


def put_waiting_phone(rows: Rows, desk: Desk, stage: Stage) -> None:
    """For an event that lies ahead: added, and not enrolled yet."""
    if stage.plan.fate is not Fate.ahead:
        return
    dice, created_at = desk.dice, stage.published_at + timedelta(hours=2)
    device_id = dice.new_id(created_at)
    rows.put(
        Device, id=device_id, version=1, event_id=stage.id, name="Điện thoại Bí thư chi đoàn",
        profile=DeviceProfile.scan_walk_in.value, code_hash=dice.randbytes(32), code_expires_at=created_at + CODE_HOLDS,
        expires_at=stage.plan.ends_at + LATE_SYNC, sees_all=True, added_by_id=stage.host.id, created_at=created_at,
    )  # fmt: skip
    rows.put(DeviceSite, device_id=device_id, site_id=stage.venues[0].site_id, event_id=stage.id)


def _new_phone(dice: Dice, at: datetime, name: str) -> Phone:
    minutes = dice.between(*(_SYNCED_LATE if dice.chance(_OFFLINE) else _SYNCED_AFTER))
    skew_ms = _WRONG_SKEW_MS if dice.chance(_WRONG_CLOCK) else round(dice.gauss(0, _SKEW_MS))
    actor = Actor(kind="token", id=dice.new_id(at), name=name)
    return Phone(dice.new_id(at), actor, skew_ms, timedelta(minutes=minutes))
