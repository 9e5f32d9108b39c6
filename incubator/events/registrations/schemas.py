"""What the API takes and gives about registrations and tickets."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.api.problems import Problem
from incubator.events.layout.models import Mode
from incubator.events.registrations.models import TICKET_TEXT, RegistrationSource, RegistrationStatus
from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery
from incubator.people.schemas import PersonInput

MOST_AT_ONCE = 500

TicketText = Annotated[
    str,
    Meta(
        pattern=TICKET_TEXT,
        description="What is on the ticket: 26 capitals and digits. Whoever has it is let in.",
        examples=["6V2N8QTF0RDJ4WK7C1XH9GZM3P"],
    ),
]
CancelReason = Annotated[str, Meta(min_length=1, max_length=500, examples=["Bận việc mùa vụ"])]


class RegistrationCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who wants to come. A frontend's token sends new persons alone, and no source."""

    mode: Mode
    person: PersonInput
    locality_code: (
        Annotated[
            CommuneCode,
            Meta(
                description="Where a new person lives: the commune of the event if absent. Required where a province "
                "holds the event."
            ),
        ]
        | None
    ) = None
    source: (
        Annotated[Literal["staff", "import", "walk_in"], Meta(description="Of accounts: staff if absent.")] | None
    ) = None


class RegistrationItem(RegistrationCreate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of many, under an id of the caller's own by which its result is told."""

    id: UUID


class RegistrationsCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to 500 people who want to come. The first of them come first to the seats."""

    items: Annotated[list[RegistrationItem], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class RegistrationQuery(PageQuery, frozen=True, kw_only=True):
    """Which registrations to list, newest first."""

    status: Annotated[list[RegistrationStatus], Meta(max_length=3, description="One or several.")] = []
    mode: Mode | None = None
    source: RegistrationSource | None = None
    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=100,
                description="Beginnings of words of the name, with or without marks.",
                examples=["giang pao"],
            ),
        ]
        | None
    ) = None


class RegistrationRow(msgspec.Struct, frozen=True):
    """A registration in a list. `wait_place` 1 gets the next seat that is free. `attended` is null until the person is
    seen or the attendance is closed. `person_id` is the row by which the person counts; `phone` is null for those who
    see the registration only because they lead a session."""

    id: UUID
    version: int
    person_id: UUID
    full_name: str
    birth_year: int | None
    locality_code: str | None
    locality_name: str | None
    phone: str | None
    mode: Mode
    status: RegistrationStatus
    wait_place: int | None
    source: RegistrationSource
    attended: bool | None
    registered_at: datetime


class RegistrationOut(RegistrationRow, frozen=True):
    """A registration: confirmed with a seat, waitlisted with a place in the queue, or cancelled."""

    event_id: UUID
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None


class RegistrationCreated(RegistrationOut, frozen=True):
    """The registration with its ticket, which is shown this once. `possible_duplicate` says that somebody should look
    whether the person is one whom the service knows already; programs are not told."""

    ticket: TicketText | None
    possible_duplicate: bool | None


class RegistrationResult(msgspec.Struct, frozen=True):
    """What became of one item; `problem` says why it failed."""

    id: UUID
    status: Literal["done", "failed"]
    problem: Problem | None
    registration: RegistrationCreated | None


class RegistrationsOut(msgspec.Struct, frozen=True):
    """A result for each item, in the order they were sent."""

    items: list[RegistrationResult]


class _Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """What the moves have in common: how they are told apart."""


class CancelRegistration(_Move, frozen=True, kw_only=True, tag="cancel"):
    """The person does not come. The seat goes to who waits first."""

    reason: Annotated[CancelReason, Meta(description="Required of accounts.")] | None = None


class ChangeRegistrationMode(_Move, frozen=True, kw_only=True, tag="change_mode"):
    """The person comes in another way: with a seat of that mode, or at the end of its waitlist. The seat of before is
    given up either way."""

    mode: Mode


RegistrationMove = CancelRegistration | ChangeRegistrationMode


class TicketOut(msgspec.Struct, frozen=True):
    """A new ticket, which is shown this once. `id` is the registration's."""

    id: UUID
    ticket: TicketText | None


class TicketImageCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ticket to draw."""

    ticket: TicketText
