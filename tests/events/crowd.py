"""Many registered people at once, put in by a few statements."""

from uuid import UUID, uuid4

from sqlalchemy import insert

from incubator.actor import NOBODY
from incubator.events.registrations.models import Registration, Ticket, new_ticket_text, ticket_hash
from incubator.people.models import Person
from incubator.text import fold
from tests.events.stage import EventStage
from tests.factories import BAC_HA


async def crowd(events: EventStage, number: int) -> list[tuple[UUID, str]]:
    """So many people who are registered for the event in person, with their tickets."""
    place = await events.place(BAC_HA)
    people = [(uuid4(), uuid4(), new_ticket_text()) for _ in range(number)]
    names = [f"Sùng A {n}" for n in range(number)]
    async with events.world.database.begin() as session:
        await session.execute(
            insert(Person),
            [
                {"id": id_, "full_name": name, "name_key": fold(name), "entered_by_kind": "system",
                 "entered_by_id": NOBODY, **place}
                for (id_, _, _), name in zip(people, names, strict=True)
            ],
        )  # fmt: skip
        await session.execute(
            insert(Registration),
            [
                {"id": registration_id, "event_id": events.event_id, "mode": "online", "person_id": id_,
                 "status": "confirmed", "source": "staff", "confirmed_at": events.world.clock.now,
                 "registered_by_kind": "account", "registered_by_id": events.staff.id, **place}
                for id_, registration_id, _ in people
            ],
        )  # fmt: skip
        await session.execute(
            insert(Ticket),
            [
                {"hash": ticket_hash(text), "registration_id": registration_id, "event_id": events.event_id}
                for _, registration_id, text in people
            ],
        )
    return [(id_, text) for id_, _, text in people]
