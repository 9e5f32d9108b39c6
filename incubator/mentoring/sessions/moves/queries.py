"""The history of a session."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, Text, Uuid, cast, select

from incubator.accounts.models import Account
from incubator.actor import Actor
from incubator.db import param
from incubator.mentoring.sessions.models import MentoringSession, SessionTransition
from incubator.mentoring.sessions.moves.schemas import SessionTransitionOut
from incubator.mentoring.sight import Sight, is_session_seen, sight_of, sight_values
from incubator.paging import Listing, Order, SmallNumber

IN_ORDER = Order((SessionTransition.number.expression,))


def list_transitions(actor: Actor, session_id: UUID) -> Listing[SessionTransitionOut]:
    """Oldest first."""
    return Listing(
        name="session_transitions",
        query=_transitions,
        shape=(sight_of(actor),),
        order=IN_ORDER,
        values={**sight_values(actor), "session_id": session_id},
        row=SessionTransitionOut,
        read=_transition,
        place=lambda row: (row.number,),
        place_types=tuple[SmallNumber],
    )


def _transitions(sight: Sight) -> Select[Any]:
    t = SessionTransition
    columns: tuple[Any, ...] = (
        t.id, t.number, t.action, t.from_status, t.to_status, t.occurred_on, t.recorded_at,
        t.actor_id, Account.username, t.reason, cast(t.details, Text), t.voids_id,
    )  # fmt: skip
    return (
        select(*columns)
        .join(MentoringSession, MentoringSession.id == t.session_id)
        .outerjoin(Account, Account.id == t.actor_id)
        .where(is_session_seen(sight), t.session_id == param("session_id", Uuid))
    )


def _transition(*row: Any) -> SessionTransitionOut:
    fields = dict(zip(SessionTransitionOut.__struct_fields__, row, strict=True))
    return SessionTransitionOut(**fields | {"details": msgspec.json.decode(fields["details"])})
