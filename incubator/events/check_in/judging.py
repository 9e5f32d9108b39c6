"""What to make of one item: who it is, whether it counts, and when it happened. All of it was looked up before."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from incubator.events.attendance.merging import Presence
from incubator.events.check_in.clocks import Clock, happened, is_late
from incubator.events.check_in.models import ScanCode, ScanKind, ScanMethod, ScanWarning
from incubator.events.check_in.queries import FoundTicket
from incubator.events.check_in.reading import ticket_text
from incubator.events.check_in.schemas import ScanItem
from incubator.events.check_in.walk_ins import Met
from incubator.events.devices.access import ActingDevice
from incubator.events.devices.models import DeviceProfile
from incubator.events.layout.queries import Layout, Site
from incubator.events.models import Event, EventStatus, WalkInPolicy
from incubator.events.registrations.models import RegistrationStatus, prefix_bytes, ticket_hash


class Door(msgspec.Struct, frozen=True):
    """A phone at an event as a batch arrives, and what the items of the batch lead to."""

    device: ActingDevice
    event: Event
    layout: Layout
    clock: Clock
    received_at: datetime
    tickets: Mapping[bytes, FoundTicket]
    met: Met

    def site_of(self, scan: ScanItem) -> Site | None:
        """The site where the phone may scan for that session; one that only counts heads may nowhere."""
        site = self.layout.sites.get(scan.site_id)
        if site is None or site.session_id != scan.session_id or self.device.profile is DeviceProfile.headcount:
            return None
        return site if site.id in self.device.site_ids else None

    @property
    def is_shut(self) -> bool:
        return self.event.attendance_closed_at is not None or self.received_at > self.event.late_sync_until


class Verdict(msgspec.Struct, frozen=True):
    """`refusal` is None where the item counts; `waits` where it does so once staff has confirmed the person."""

    refusal: ScanCode | None
    warnings: tuple[ScanWarning, ...] = ()
    person_id: UUID | None = None
    registration_id: UUID | None = None
    happened_at: datetime | None = None
    waits: bool = False


class Who(NamedTuple):
    """Whom an item means, and why that does not count, if it does not."""

    person_id: UUID | None
    registration_id: UUID | None
    refusal: ScanCode | None
    warnings: list[ScanWarning]


NOBODY_KNOWN = Who(None, None, ScanCode.token_unknown, [])


def judge(door: Door, scan: ScanItem) -> Verdict:
    site = door.site_of(scan)
    who = _walk_in(door, scan) if scan.method is ScanMethod.walk_in else _ticket_holder(door, scan, site)
    happened_at, warnings = _when(door, scan)
    refusal = _refusal_of_place(door, scan, site) or who.refusal
    if refusal is None and door.is_shut:
        refusal = ScanCode.sync_window_closed
    if refusal is not None:
        return Verdict(refusal, (), who.person_id, who.registration_id, happened_at)
    waits = scan.method is ScanMethod.walk_in and door.event.walk_in_policy == WalkInPolicy.confirm
    return Verdict(None, (*warnings, *who.warnings), who.person_id, who.registration_id, happened_at, waits)


def presence_of(door: Door, scan: ScanItem, verdict: Verdict) -> Presence:
    """What an item that counts says of the attendance."""
    assert verdict.person_id is not None, "what counts is somebody's"
    came = verdict.happened_at if scan.kind is ScanKind.came else None
    left = verdict.happened_at if scan.kind is ScanKind.left else None
    row = (scan.session_id, verdict.person_id, door.event.id, scan.site_id)
    return Presence(*row, first_in_at=came, first_out_at=left, last_out_at=left, pending=verdict.waits)


def beginning_of(scan: ScanItem) -> bytes | None:
    """How the hash of the item's ticket begins; None where what was read is no ticket at all."""
    if scan.ticket_prefix is not None:
        return prefix_bytes(scan.ticket_prefix)
    text = scan.token and ticket_text(scan.token)
    return ticket_hash(text) if text else None


def _refusal_of_place(door: Door, scan: ScanItem, site: Site | None) -> ScanCode | None:
    if scan.session_id not in door.layout.spans:
        return ScanCode.session_unknown
    if site is None:
        return ScanCode.site_mismatch
    return ScanCode.event_cancelled if door.event.status == EventStatus.cancelled else None


def _walk_in(door: Door, scan: ScanItem) -> Who:
    """The person is entered whatever becomes of the item."""
    assert scan.person is not None, "a walk-in without a person is not read"
    person_id = door.met.people[scan.person.client_person_id]
    warnings = [ScanWarning.walk_in]
    if person_id in door.met.doubtful:
        warnings.append(ScanWarning.possible_duplicate_person)
    is_taken = door.device.profile is DeviceProfile.scan_walk_in and door.event.walk_in_policy != WalkInPolicy.deny
    return Who(person_id, None, None if is_taken else ScanCode.walk_in_not_allowed, warnings)


def _ticket_holder(door: Door, scan: ScanItem, site: Site | None) -> Who:
    """Rolling a ticket revokes the secret on it, so it says nothing against a name that was picked from the list.

    Nothing is told of who holds the ticket of another event.
    """
    beginning = beginning_of(scan)
    ticket = door.tickets.get(beginning) if beginning else None
    if ticket is None:
        return NOBODY_KNOWN
    if ticket.event_id != door.event.id:
        return Who(None, ticket.registration_id, ScanCode.token_wrong_event, [])
    is_revoked = ticket.is_revoked and scan.token is not None
    refusal = ScanCode.token_revoked if is_revoked else None
    return Who(ticket.person_id, ticket.registration_id, refusal, _warnings_about(ticket, site))


def _warnings_about(ticket: FoundTicket, site: Site | None) -> list[ScanWarning]:
    if ticket.status == RegistrationStatus.cancelled:
        return [ScanWarning.registration_cancelled]
    warnings = [ScanWarning.waitlisted_admitted] if ticket.status == RegistrationStatus.waitlisted else []
    if site is not None and site.mode != ticket.mode:
        warnings.append(ScanWarning.mode_switched)
    return warnings


def _when(door: Door, scan: ScanItem) -> tuple[datetime | None, list[ScanWarning]]:
    span = door.layout.spans.get(scan.session_id)
    if span is None:
        return door.clock.read(scan.scanned_at), []
    moment, warnings = happened(door.clock, scan.scanned_at, span)
    return moment, [ScanWarning.late_sync, *warnings] if is_late(door.received_at, span) else warnings
