"""Reading the items of a batch one by one: what is wrong with one of them is its own matter."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from incubator.api.field_rules import FIRST_MOMENT, LAST_MOMENT
from incubator.api.validation import Unread, read
from incubator.errors import DomainError, FieldError
from incubator.events.check_in.models import ScanMethod
from incubator.events.check_in.schemas import ScanItem, WalkInPerson
from incubator.events.devices.models import LOOKALIKES
from incubator.events.registrations.models import TICKET_TEXT
from incubator.people.facts import check_details
from incubator.people.schemas import PersonDetails

MOST_RAW = 4_000
"""Letters that are kept of an item which nobody can read."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Item(msgspec.Struct, frozen=True):
    """An item of a batch. `scan` is None where it cannot be read, and `faults` say why.

    `payload_hash` is that of what the item says, however it is written: the order of its fields, nulls, the zone of a
    moment and the spelling of a ticket make no difference. Of what cannot be read it is that of all that came.
    """

    client_scan_id: UUID | None
    payload_hash: bytes
    scan: ScanItem | None
    faults: tuple[FieldError, ...]
    raw: Any

    @property
    def derived_id(self) -> UUID:
        """An id out of the content, for an item that has none or comes under the id of another."""
        return id_from(self.payload_hash)

    def named(self, field: str) -> UUID | None:
        """The id in a field of an item that may not be readable as a whole."""
        if self.scan is not None:
            return getattr(self.scan, field)  # type: ignore[no-any-return]
        return _moment_or_id(self.raw.get(field), UUID) if isinstance(self.raw, dict) else None


def read_items(unread: Sequence[Unread], *, today: date) -> list[Item]:
    return [_read_item(one, today) for one in unread]


def read_moment(sent: Any) -> datetime | None:
    """When the phone says that it sent the batch; None where it says nothing that can be believed to be a moment."""
    return _moment_or_id(sent.value, datetime) if isinstance(sent, Unread) else None


def ticket_text(written: str) -> str | None:
    """A ticket as it was issued, from one that was read from a bad print or typed; None where it is none."""
    text = written.upper().translate(LOOKALIKES)
    return text if re.fullmatch(TICKET_TEXT, text) else None


def id_from(content: bytes) -> UUID:
    return UUID(bytes=hashlib.sha256(content).digest()[:16], version=5)


def raw_text(raw: Any) -> str:
    """What arrived, so far as it can be stored and somebody may want to read it."""
    text = json.dumps(raw, ensure_ascii=False)[:MOST_RAW]
    return _UNSTORABLE.sub("\ufffd", text)


def details_of(person: WalkInPerson) -> PersonDetails:
    given = {name: getattr(person, name, None) for name in PersonDetails.__struct_fields__}
    return PersonDetails(**given)


def _read_item(unread: Unread, today: date) -> Item:
    raw = unread.value
    try:
        scan = read(Unread(_in_every_zone(raw)), ScanItem)
    except DomainError as refusal:
        return _unreadable(raw, refusal.errors)
    if faults := list(_faults_of(scan, today)):
        return _unreadable(raw, faults)
    return Item(scan.client_scan_id, _hash(_canonical(scan)), scan, (), raw)


def _in_every_zone(raw: Any) -> Any:
    """A moment so near to an end of the calendar that other zones have none for it is only a wrong clock."""
    told = _of_msgspec(raw.get("scanned_at")) if isinstance(raw, dict) else None
    if told is None or FIRST_MOMENT <= told <= LAST_MOMENT:
        return raw
    return raw | {"scanned_at": max(FIRST_MOMENT, min(told, LAST_MOMENT)).isoformat()}


def _of_msgspec(said: object) -> datetime | None:
    """What the text says, whatever our stricter reading thinks of it."""
    try:
        moment = msgspec.convert(said, datetime) if isinstance(said, str) else None
    except msgspec.ValidationError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _unreadable(raw: Any, faults: Sequence[FieldError]) -> Item:
    scan_id = _moment_or_id(raw.get("client_scan_id"), UUID) if isinstance(raw, dict) else None
    return Item(scan_id, _hash(raw), None, tuple(faults), raw)


def _faults_of(scan: ScanItem, today: date) -> Iterator[FieldError]:
    """What the method needs, and what is wrong with a person."""
    if scan.method is ScanMethod.walk_in:
        fields: dict[str, Any] = {"person": scan.person}
        strange: dict[str, Any] = {"token": scan.token, "ticket_prefix": scan.ticket_prefix}
    else:
        fields = {"token": scan.token or scan.ticket_prefix}
        strange = {"person": scan.person, "ticket_prefix": scan.ticket_prefix if scan.token else None}
    yield from (FieldError(code="required", pointer=f"/{name}") for name, value in fields.items() if value is None)
    yield from (FieldError(code="unknown_field", pointer=f"/{name}") for name, value in strange.items() if value)
    if scan.person is not None:
        yield from check_details(details_of(scan.person), "/person", today=today)


def _canonical(scan: ScanItem) -> Any:
    token = scan.token and (ticket_text(scan.token) or scan.token)
    same = replace(scan, scanned_at=scan.scanned_at.astimezone(UTC), token=token)
    return _without_nulls(msgspec.to_builtins(same))


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(part) for name, part in value.items() if part is not None}


def _hash(content: Any) -> bytes:
    """Escaped, so that text which cannot be encoded can be told apart too."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def _moment_or_id(value: object, type_: Any) -> Any:
    try:
        return read(Unread(value), type_)
    except DomainError:
        return None
