"""What was seen at the doors: who came and went, by which phone, and what staff had to look at afterwards."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incubator.demo.events_desk import Desk, Stage, Venue
from incubator.demo.events_phones import Phone, Phones
from incubator.demo.events_youth import Youth
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.events.attendance.models import Attendance
from incubator.events.check_in.clocks import LATE
from incubator.events.check_in.models import (
    CheckInReview,
    ReviewReason,
    ReviewStatus,
    Scan,
    ScanCode,
    ScanKind,
    ScanMethod,
    ScanStatus,
    ScanWarning,
    WalkIn,
)
from incubator.events.models import WalkInPolicy
from incubator.events.registrations.models import RegistrationStatus
from incubator.people.models import PersonPlace

_EARLIEST, _LATEST, _USUAL = -25, 50, -4
_BY_NAME, _TWICE, _COUNTED_OUT, _LEFT = 0.12, 0.02, 0.25, 0.7
_STRANGE, _STRANGE_DONE = 0.05, 0.6
_VOIDED, _WHY_VOIDED = 0.03, ("Quét nhầm vé của người đi cùng.", "Ghi nhầm phiên.")
_NOT_THERE = "Vé in của sự kiện khác, đã hỏi lại người dự."
_CONFIRMED = "Bí thư chi đoàn xác nhận có dự."

WALK_IN = "walk_in"

_W = ScanWarning
_BY_STATUS = {
    RegistrationStatus.waitlisted: _W.waitlisted_admitted, RegistrationStatus.cancelled: _W.registration_cancelled,
}  # fmt: skip


class Door:
    """Writes down what was seen at one event. Where no phone was, a list was signed, and staff typed it in."""

    def __init__(self, rows: Rows, desk: Desk, stage: Stage, phones: Phones) -> None:
        self._rows, self._desk, self._stage, self._phones = rows, desk, stage, phones
        self._dice = desk.dice
        self._asks_staff = stage.plan.policy is WalkInPolicy.confirm
        self._counts_out = self._dice.chance(_COUNTED_OUT)

    def admit(
        self, venue: Venue, youth: Youth, registration_id: UUID | None, *, is_extra: bool = False,
        warnings: tuple[ScanWarning, ...] = (), void_reason: str | None = None,
    ) -> None:  # fmt: skip
        """Somebody who came. An extra one is not confirmed where staff are asked, and so does not count."""
        if not venue.cell.by_phone:
            self._sign_in(venue, youth)
            return
        phone, came_at = self._phones.one_at(venue), self._coming(venue)
        received_at = self._phones.received(phone, came_at)
        if registration_id is None:
            self._meet(phone, venue, youth, came_at)
            warnings = (_W.walk_in, *warnings)
        waits = registration_id is None and self._asks_staff
        method = self._method(registration_id)
        scan_id = self._scan(phone, venue, youth, registration_id, method, ScanKind.came, came_at, warnings)
        if waits:
            self._ask(phone, venue, youth, scan_id, came_at, received_at, is_open=is_extra)
        if registration_id is not None and self._dice.chance(_TWICE):
            self._come_again(venue, phone, youth, registration_id, came_at)
        left_at = self._leave(phone, venue, youth, registration_id) if not waits and self._leaves() else None
        voided_at = received_at + timedelta(minutes=40) if void_reason else None
        self._put(
            venue, youth, first_in_at=came_at, first_out_at=left_at, last_out_at=left_at, pending=waits,
            confirmed_at=self._later(received_at) if waits and not is_extra else None,
            voided_at=voided_at, void_reason=void_reason, version=1 + bool(left_at) + bool(voided_at),
        )  # fmt: skip

    def note_oddities(self, venue: Venue) -> None:
        """A ticket that nobody issued, somebody whose scan was a mistake, and walk-ins of whom staff know nothing."""
        dice, plan = self._dice, self._stage.plan
        if not venue.cell.by_phone:
            return
        if dice.chance(_STRANGE):
            self._refuse(venue)
        if dice.chance(_VOIDED):
            self.admit(venue, self._stranger(venue), None, is_extra=True, void_reason=dice.pick(_WHY_VOIDED))
        elif self._asks_staff:
            self.admit(venue, self._stranger(venue), None, is_extra=True)
        if plan.policy is WalkInPolicy.deny and dice.chance(_STRANGE_DONE):
            self._refuse(venue, self._stranger(venue))

    def _sign_in(self, venue: Venue, youth: Youth) -> None:
        typed_at = min(venue.part.ends_at + timedelta(hours=2), self._stage.known_until)
        self._desk.youths.introduce(self._rows, youth, self._stage.host, typed_at)
        self._put(venue, youth, first_in_at=venue.part.starts_at, pending=False, version=1)

    def _meet(self, phone: Phone, venue: Venue, youth: Youth, at: datetime) -> None:
        """Somebody whom the phone does not know, seen from now on in the commune where they came."""
        self._desk.youths.introduce(self._rows, youth, phone.actor, at, at_the_door=True)
        self._rows.put(
            WalkIn, device_id=phone.id, client_person_id=self._dice.new_id(at), person_id=youth.id, created_at=at
        )
        if commune := venue.cell.commune or self._stage.plan.commune:
            self._rows.put(
                PersonPlace, person_id=youth.id, locality_id=commune.id, source=WALK_IN, source_id=phone.id,
                province_id=PROVINCE_ID,
            )  # fmt: skip

    def _scan(
        self, phone: Phone, venue: Venue, youth: Youth, registration_id: UUID | None, method: ScanMethod,
        kind: ScanKind, at: datetime, warnings: tuple[ScanWarning, ...] = (), *,
        code: ScanCode = ScanCode.checked_in,
    ) -> UUID:  # fmt: skip
        return self._put_scan(
            phone, venue, at, warnings, kind=kind, method=method, code=code, person_id=youth.id,
            registration_id=registration_id,
        )  # fmt: skip

    def _come_again(self, venue: Venue, phone: Phone, youth: Youth, registration_id: UUID, at: datetime) -> None:
        """At another gate that knew nothing of the first; both scans are kept."""
        if other := self._phones.another_at(venue, phone):
            again_at = at + timedelta(seconds=self._dice.between(20, 900))
            self._scan(
                other, venue, youth, registration_id, ScanMethod.qr, ScanKind.came, again_at,
                code=ScanCode.already_checked_in,
            )  # fmt: skip

    def _leave(self, phone: Phone, venue: Venue, youth: Youth, registration_id: UUID | None) -> datetime:
        at = venue.part.ends_at - timedelta(seconds=self._dice.between(0, 1500))
        method = self._method(registration_id)
        self._scan(phone, venue, youth, registration_id, method, ScanKind.left, at, code=ScanCode.checked_out)
        return at

    def _ask(
        self, phone: Phone, venue: Venue, youth: Youth, scan_id: UUID, at: datetime, received_at: datetime, *,
        is_open: bool,
    ) -> None:  # fmt: skip
        """Staff are asked about a walk-in; what they say later is that they know them."""
        resolution: dict[str, Any] = {"payload": _payload(phone, at, ScanMethod.walk_in)}
        if not is_open:
            resolution = self._resolution(ReviewStatus.admitted, received_at, _CONFIRMED)
        self._put_review(
            phone, venue, scan_id, ReviewReason.walk_in_unconfirmed, received_at, person_id=youth.id, happened_at=at,
            **resolution,
        )  # fmt: skip

    def _refuse(self, venue: Venue, youth: Youth | None = None) -> None:
        """A ticket that nobody knows, or somebody without one where nobody is let in so."""
        phone, at = self._phones.one_at(venue), self._coming(venue)
        received_at = self._phones.received(phone, at)
        code, method = ScanCode.token_unknown, ScanMethod.qr
        if youth is not None:
            code, method = ScanCode.walk_in_not_allowed, ScanMethod.walk_in
            self._meet(phone, venue, youth, at)
        person_id = youth.id if youth else None
        scan_id = self._put_scan(
            phone, venue, at, (), kind=ScanKind.came, method=method, code=code, is_refused=True, person_id=person_id
        )
        resolution: dict[str, Any] = {"payload": _payload(phone, at, method)}
        if self._dice.chance(_STRANGE_DONE):
            resolution = self._resolution(ReviewStatus.dismissed, received_at, _NOT_THERE)
        reason = ReviewReason(code.value)
        columns = {"person_id": person_id, "happened_at": at, **resolution}
        self._put_review(phone, venue, scan_id, reason, received_at, **columns)

    def _put(self, venue: Venue, youth: Youth, **columns: Any) -> None:
        self._rows.put(
            Attendance, session_id=venue.session_id, person_id=youth.id, event_id=self._stage.id,
            site_id=venue.site_id, **columns,
        )  # fmt: skip

    def _put_scan(
        self, phone: Phone, venue: Venue, at: datetime, warnings: tuple[ScanWarning, ...], *, kind: ScanKind,
        method: ScanMethod, code: ScanCode, person_id: UUID | None, registration_id: UUID | None = None,
        is_refused: bool = False,
    ) -> UUID:  # fmt: skip
        """As the phone's clock said it, and as the service read it."""
        received_at = self._phones.received(phone, at)
        told = [*warnings]
        if received_at - venue.part.ends_at > LATE:
            told.append(_W.late_sync)
        if phone.is_wrong:
            told.append(_W.clock_adjusted)
        scan_id = self._dice.new_id(at)
        status = ScanStatus.rejected if is_refused else ScanStatus.accepted
        self._rows.put(
            Scan, device_id=phone.id, client_scan_id=scan_id, event_id=self._stage.id,
            payload_hash=self._dice.randbytes(32), session_id=venue.session_id, site_id=venue.site_id,
            kind=kind.value, method=method.value, scanned_at=phone.reads(at), happened_at=at,
            received_at=received_at, skew_ms=phone.skew_ms, status=status.value, code=code.value,
            warnings=[warning.value for warning in told], person_id=person_id, registration_id=registration_id,
        )  # fmt: skip
        return scan_id

    def _put_review(
        self, phone: Phone, venue: Venue, scan_id: UUID, reason: ReviewReason, at: datetime, **columns: Any
    ) -> None:  # fmt: skip
        columns = {"version": 1, "status": ReviewStatus.open.value, **columns}
        self._rows.put(
            CheckInReview, id=self._dice.new_id(at), event_id=self._stage.id, device_id=phone.id, client_key=scan_id,
            reason=reason.value, session_id=venue.session_id, site_id=venue.site_id, created_at=at, **columns,
        )  # fmt: skip

    def _resolution(self, status: ReviewStatus, received_at: datetime, note: str) -> dict[str, Any]:
        return {
            "version": 2, "status": status.value, "note": note, "payload": {}, "resolved_by_id": self._stage.host.id,
            "resolved_at": self._later(received_at),
        }  # fmt: skip

    def _stranger(self, venue: Venue) -> Youth:
        return self._desk.youths.newcomer(venue.cell.commune)

    def _coming(self, venue: Venue) -> datetime:
        minutes = self._dice.triangular(_EARLIEST, _LATEST, _USUAL)
        return venue.part.starts_at + timedelta(seconds=round(minutes * 60))

    def _later(self, received_at: datetime) -> datetime:
        """When staff came to it."""
        return min(received_at + timedelta(hours=self._dice.between(1, 24)), self._stage.known_until)

    def _method(self, registration_id: UUID | None) -> ScanMethod:
        if registration_id is None:
            return ScanMethod.walk_in
        return ScanMethod.listed if self._dice.chance(_BY_NAME) else ScanMethod.qr

    def _leaves(self) -> bool:
        return self._counts_out and self._dice.chance(_LEFT)


def _payload(phone: Phone, at: datetime, method: ScanMethod) -> dict[str, str]:
    return {"kind": ScanKind.came.value, "method": method.value, "scanned_at": phone.reads(at).isoformat()}


def warning_of(status: RegistrationStatus) -> tuple[ScanWarning, ...]:
    return (_BY_STATUS[status],) if status in _BY_STATUS else ()
