"""What the API gives of who is expected, small enough for a thin line."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.layout.models import Mode
from incubator.events.registrations.models import RegistrationStatus

Prefix = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=16,
        description="The first 96 bits of the SHA-256 of the ticket's 26 letters, in base64url.",
        examples=["q83vASNFZ4mrze8B"],
    ),
]
ShownName = Annotated[str, Meta(examples=["Giàng A Páo"])]
Column = Literal["ticket_prefix", "name", "mode", "status"]

ManifestRow = tuple[Prefix, ShownName | None, Mode, RegistrationStatus]

COLUMNS: list[Column] = ["ticket_prefix", "name", "mode", "status"]


class ManifestOut(msgspec.Struct, frozen=True):
    """Every registration of the event that has a ticket, by name: those who wait and those who cancelled too, so that
    a phone without a line can say so at the door. Nobody's number, address or id is in it, and a name that the phone
    is not told is null."""

    event_id: UUID
    hash: Literal["sha256-96"]
    columns: list[Column]
    rows: list[ManifestRow]
