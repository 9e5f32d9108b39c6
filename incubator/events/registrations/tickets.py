"""Drawing a ticket. Its text is nowhere in the service, so who wants a picture sends it."""

import io
from typing import Any
from uuid import UUID

import segno
from sqlalchemy import Select, Uuid, select

from incubator.actor import Actor
from incubator.api.entry import PNG
from incubator.db import Reads, param, statement
from incubator.errors import broken_rule
from incubator.events.registrations.models import (
    TICKET_NOT_VALID,
    RegistrationStatus,
    Ticket,
    ticket_hash,
)
from incubator.events.registrations.queries import get_registration

QUIET_ZONE = 4
"""Modules of white around the code, as ISO 18004 asks; phones fail on less."""

DOTS = 12
"""Of a PNG for each module: a ticket of 4 cm at 200 dots per inch."""


async def draw_ticket(reads: Reads, actor: Actor, registration_id: UUID, text: str, media: str) -> bytes:
    """The picture of a live ticket of a registration that the actor sees; 422 for any other text."""
    registration = await get_registration(reads, actor, registration_id)
    found = await reads.rows(_live_ticket(), {"registration_id": registration_id})
    is_live = registration.status != RegistrationStatus.cancelled and bool(found)
    if not is_live or bytes(found[0][0]) != ticket_hash(text):
        raise broken_rule(TICKET_NOT_VALID)
    return picture_of(text, media)


def picture_of(text: str, media: str) -> bytes:
    """A QR code that survives a bad printer: capitals and digits alone make it small (25 modules), and a quarter of it
    may be unreadable (level Q)."""
    code = segno.make(text, error="q", mode="alphanumeric", micro=False, boost_error=False)
    out = io.BytesIO()
    if media == PNG:
        code.save(out, kind="png", scale=DOTS, border=QUIET_ZONE)
    else:
        # White is drawn, or the code is lost on a dark page.
        code.save(out, kind="svg", scale=DOTS, border=QUIET_ZONE, light="#fff", svgclass=None, lineclass=None)
    return out.getvalue()


@statement
def _live_ticket() -> Select[Any]:
    return select(Ticket.hash).where(
        Ticket.registration_id == param("registration_id", Uuid), Ticket.revoked_at.is_(None)
    )
