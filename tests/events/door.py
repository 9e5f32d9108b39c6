"""A phone at the door, as tests play it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.events.stage import STARTS_AT, EventStage
from tests.factories import Caller

NOW = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)
ON_TIME = STARTS_AT + timedelta(hours=1)
"""When the service hears of a morning's scans while it lasts."""


class Door:
    """A phone, and what it sends."""

    def __init__(self, events: EventStage, phone: Caller) -> None:
        self.events = events
        self.phone = phone

    def scan(self, **fields: Any) -> dict[str, Any]:
        """Somebody came at eight in the morning by the hall; `token`, `ticket_prefix` or `person` says who."""
        method = "walk_in" if "person" in fields else "list" if "ticket_prefix" in fields else "qr"
        return {
            "client_scan_id": str(uuid4()), "session_id": str(self.events.morning), "site_id": str(self.events.hall),
            "kind": "in", "method": method, "scanned_at": STARTS_AT.isoformat(), **fields,
        }  # fmt: skip

    def walk_in(self, name: str = "Sùng Thị Dợ", client_person_id: UUID | None = None, **fields: Any) -> dict[str, Any]:
        details = {key: fields.pop(key) for key in list(fields) if key in {"birth_year", "phone", "locality_code"}}
        person = {"client_person_id": str(client_person_id or uuid4()), "full_name": name, **details}
        return self.scan(person=person, **fields)

    async def post(self, *items: Any, sent_at: datetime | None = None, **more: Any) -> httpx.Response:
        """A batch, sent by a phone whose clock is right unless it says otherwise."""
        sent = (sent_at or self.events.world.clock.now).isoformat()
        return await self.phone.post("/v1/check-in/batches", {"sent_at": sent, "items": list(items), **more})

    async def send(self, *items: Any, sent_at: datetime | None = None, **more: Any) -> list[dict[str, Any]]:
        """The results of a batch that was taken in."""
        answer = await self.post(*items, sent_at=sent_at, **more)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])

    async def told(self, item: Any, **more: Any) -> tuple[str, str, set[str]]:
        """Status, code and warnings of a single item."""
        result = (await self.send(item, **more))[0]
        return result["status"], result["code"], set(result["warnings"])


def at(moment: datetime) -> str:
    return moment.isoformat()
