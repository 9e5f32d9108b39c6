"""What a batch is compared with: each a single statement for any number of items."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Date, LargeBinary, Text, Uuid, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.db import AnySelect, Reads, by_column, param, rows_of, statement
from incubator.events.attendance.models import Attendance
from incubator.events.check_in.models import Scan, WalkIn
from incubator.events.layout.models import EventSite
from incubator.events.layout.queries import Commune
from incubator.events.registrations.models import Registration, Ticket
from incubator.localities.models import Locality, LocalitySuccession
from incubator.localities.queries import is_valid_on

HASH_BYTES = 32


class KnownScan(msgspec.Struct, frozen=True):
    """What a phone was told of an item that came before."""

    payload_hash: bytes
    code: str
    warnings: list[str]
    person_id: UUID | None


class FoundTicket(NamedTuple):
    """A ticket with the registration that it was issued for."""

    event_id: UUID
    is_revoked: bool
    registration_id: UUID
    person_id: UUID
    mode: str
    status: str


async def known_scans(reads: Reads, device_id: UUID, scan_ids: Iterable[UUID]) -> dict[UUID, KnownScan]:
    rows = await reads.rows(_known_scans(), {"device_id": device_id, "scan_ids": sorted(set(scan_ids))})
    return {scan_id: KnownScan(*known) for scan_id, *known in rows}


async def find_tickets(reads: Reads, beginnings: Collection[bytes], event_id: UUID) -> dict[bytes, FoundTicket]:
    """The tickets whose hashes begin so. A whole hash finds tickets of all events, a part of it only the event's."""
    spans = [(begin, begin.ljust(HASH_BYTES, b"\x00"), begin.ljust(HASH_BYTES, b"\xff")) for begin in beginnings]
    rows = await reads.rows(_tickets(), by_column(_BEGINNINGS, sorted(spans))) if spans else []
    found = {begin: FoundTicket(*ticket) for begin, *ticket in rows}
    return {begin: ticket for begin, ticket in found.items() if ticket.event_id == event_id or len(begin) == HASH_BYTES}


async def known_walk_ins(reads: Reads, device_id: UUID, client_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The persons whom the phone has met before, by its own ids for them."""
    values = {"device_id": device_id, "client_ids": sorted(set(client_ids))}
    return dict(await reads.rows(_walk_ins(), values)) if values["client_ids"] else {}  # type: ignore[arg-type]


async def homes_by_code(reads: Reads, codes: Collection[str], *, today: date) -> dict[str, Commune]:
    """The communes of today that phones mean by these codes: those that bear them, else what became of the communes
    that once did, where that is one commune for certain. Others are left out."""
    rows = await reads.rows(_homes(), {"codes": sorted(codes), "day": today}) if codes else []
    meant: dict[str, dict[bool, set[Commune]]] = {}
    for code, is_todays, *commune in rows:
        meant.setdefault(code, {}).setdefault(is_todays, set()).add(Commune(*commune))
    sure = {code: by_day.get(True) or by_day[False] for code, by_day in meant.items()}
    return {code: next(iter(communes)) for code, communes in sure.items() if len(communes) == 1}


async def present_at(reads: Reads, session_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """How many people are known by name at sessions, by mode; those whom staff struck out are not there."""
    rows = await reads.rows(_present(), {"session_ids": sorted(session_ids)})
    return {(session_id, mode): number for session_id, mode, number in rows}


@statement
def _known_scans() -> AnySelect:
    return select(Scan.client_scan_id, Scan.payload_hash, Scan.code, Scan.warnings, Scan.person_id).where(
        Scan.device_id == param("device_id", Uuid), Scan.client_scan_id == any_(param("scan_ids", ARRAY(Uuid)))
    )


_BEGINNINGS: dict[str, Any] = dict.fromkeys(("beginning", "low", "high"), LargeBinary)


@statement
def _tickets() -> AnySelect:
    """A range of the primary key for each of them. Of two in one range the one that holds comes last."""
    given = rows_of("given", _BEGINNINGS)
    revoked = Ticket.revoked_at.is_not(None)
    return (
        select(
            given.c.beginning, Ticket.event_id, revoked, Registration.id,
            Registration.person_id, Registration.mode, Registration.status,
        )
        .select_from(given)
        .join(Ticket, Ticket.hash.between(given.c.low, given.c.high))
        .join(Registration, Registration.id == Ticket.registration_id)
        .order_by(revoked.desc())
    )  # fmt: skip


@statement
def _walk_ins() -> AnySelect:
    return select(WalkIn.client_person_id, WalkIn.person_id).where(
        WalkIn.device_id == param("device_id", Uuid), WalkIn.client_person_id == any_(param("client_ids", ARRAY(Uuid)))
    )


@statement
def _homes() -> AnySelect:
    """Each code with whether somebody bears it today, and a commune of today that somebody who bore it became."""
    day, is_commune = param("day", Date), Locality.level == "commune"
    bore = select(Locality.code, is_valid_on(Locality, day).label("is_todays"), Locality.id)
    line = bore.where(is_commune, Locality.code == any_(param("codes", ARRAY(Text)))).cte("line", recursive=True)
    later = select(line.c.code, line.c.is_todays, LocalitySuccession.successor_id)
    became = line.union(later.join(LocalitySuccession, LocalitySuccession.predecessor_id == line.c.id))
    todays = select(became.c.code, became.c.is_todays, Locality.id, Locality.parent_id)
    return todays.join(Locality, Locality.id == became.c.id).where(is_commune, is_valid_on(Locality, day))


@statement
def _present() -> AnySelect:
    return (
        select(Attendance.session_id, EventSite.mode, func.count())
        .join(EventSite, EventSite.id == Attendance.site_id)
        .where(Attendance.session_id == any_(param("session_ids", ARRAY(Uuid))), Attendance.voided_at.is_(None))
        .group_by(Attendance.session_id, EventSite.mode)
    )
