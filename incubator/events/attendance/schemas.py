"""What the API takes and gives about attendance."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.layout.models import Mode
from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput

MOST_AT_ONCE = 500

Reason = Annotated[str, Meta(min_length=1, max_length=500, examples=["Quét nhầm thẻ của người khác"])]


class AttendanceQuery(PageQuery, frozen=True, kw_only=True):
    """Whose attendance to list, session by session."""

    session_id: UUID | None = None
    site_id: UUID | None = None
    counted: Annotated[bool, Meta(description="Only those who count, or only those who do not.")] | None = None


class AttendanceRow(msgspec.Struct, frozen=True):
    """A person at a session. `counts_as` is the row by which the person counts, another one where they were merged;
    name and commune are its. `pending` waits for staff; what is pending or voided is not `counted`."""

    session_id: UUID
    session_number: int
    site_id: UUID
    site_label: str
    mode: Mode
    person_id: UUID
    counts_as: UUID
    full_name: str
    birth_year: int | None
    locality_code: str | None
    locality_name: str | None
    first_in_at: datetime | None
    last_out_at: datetime | None
    pending: bool
    counted: bool
    voided_at: datetime | None
    version: int


class AttendanceOut(AttendanceRow, frozen=True):
    """The same with what only somebody who looks closer asks."""

    event_id: UUID
    first_out_at: datetime | None
    confirmed_at: datetime | None
    void_reason: str | None


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """What the moves have in common: how they are told apart."""


class VoidAttendance(_Move, frozen=True, kw_only=True, tag="void"):
    """They were not there, whatever was scanned and is scanned later."""

    reason: Reason


class RestoreAttendance(_Move, frozen=True, kw_only=True, tag="restore"):
    """They were there after all."""


AttendanceMove = VoidAttendance | RestoreAttendance


class PaperLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a paper list: who was at a site, by one of the two, `registration_id` or `person`."""

    site_id: UUID
    registration_id: UUID | None = None
    person: PersonInput | None = None
    locality_code: (
        Annotated[CommuneCode, Meta(description="Where a new person lives: the commune of the site if absent.")] | None
    ) = None
    at: Annotated[datetime, Meta(description="When they came: the start of the session if absent.")] | None = None
    new_person: Annotated[
        bool,
        Meta(
            description="This is somebody else than whoever is there already with the same name, birth year and "
            "commune. Without it the line means them."
        ),
    ] = False


class PaperList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines that are entered all or not at all."""

    items: Annotated[list[PaperLine], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class LineResult(msgspec.Struct, frozen=True):
    """What a line led to. `possible_duplicate` says that somebody should look: a new person may be known already,
    or one who was there already may be another of the same name. `resembles` are those whom they may be, as far as you
    may see them."""

    session_id: UUID
    site_id: UUID
    person_id: UUID
    result: Literal["checked_in", "already_checked_in"]
    possible_duplicate: bool
    resembles: list[UUID]


class PaperListOut(msgspec.Struct, frozen=True):
    """A result for each line, in their order."""

    items: list[LineResult]
