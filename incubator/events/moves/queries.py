"""The history of an event."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, select

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import param
from incubator.events.models import Event, EventTransition
from incubator.events.moves.schemas import EventTransitionOut
from incubator.events.sight import Sight, is_seen, sight_of, sight_values
from incubator.paging import Listing, Order

OLDEST_FIRST = Order((EventTransition.id.expression,))


def list_event_transitions(actor: Actor, event_id: UUID) -> Listing[EventTransitionOut]:
    """Oldest first."""
    return Listing(
        name="event_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=OLDEST_FIRST,
        values={**sight_values(actor), "event_id": event_id},
        row=EventTransitionOut,
    )


def _transitions(sight: Sight) -> Select[Any]:
    t = EventTransition
    columns: tuple[Any, ...] = (
        t.id, t.action, t.from_status, t.to_status, t.reason, t.recorded_at, t.recorded_by_id, Account.username,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Event, Event.id == t.event_id)
        .join(Account, Account.id == t.recorded_by_id)
        .where(is_seen(sight), t.event_id == param("event_id", Uuid))
    )
