"""What is read of the participants of a session."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, select

from incubator.actor import Actor
from incubator.db import Reads, fetch_one, param, statement
from incubator.mentoring.sessions.guests.schemas import ParticipantQuery, ParticipantRow
from incubator.mentoring.sessions.guests.sight import is_guest_shown
from incubator.mentoring.sessions.models import MentoringSession, SessionParticipant
from incubator.mentoring.sight import Sight, is_session_seen, sight_of, sight_values
from incubator.paging import Listing, Order
from incubator.people.models import Person
from incubator.projects.models import Project

OLDEST_FIRST = Order((SessionParticipant.id.expression,))


def list_participants(actor: Actor, session_id: UUID, filters: ParticipantQuery) -> Listing[ParticipantRow]:
    """In the order in which they were entered."""
    return Listing(
        name="session_participants",
        query=_filtered,
        shape=(sight_of(actor), filters.status is not None, filters.project_id is not None),
        order=OLDEST_FIRST,
        values={
            **sight_values(actor),
            "session_id": session_id,
            "status": filters.status and filters.status.value,
            "project_id": filters.project_id,
        },
        row=ParticipantRow,
    )


async def get_participant(reads: Reads, actor: Actor, session_id: UUID, participant_id: UUID) -> ParticipantRow:
    """One participant; 404 where the actor is not shown them."""
    values = {**sight_values(actor), "session_id": session_id, "participant_id": participant_id}
    return await fetch_one(reads, _participant(sight_of(actor)), values, ParticipantRow)


@statement
def _participant(sight: Sight) -> Select[Any]:
    return _participants(sight).where(SessionParticipant.id == param("participant_id", Uuid))


def _filtered(sight: Sight, by_status: bool, by_project: bool) -> Select[Any]:
    query = _participants(sight)
    if by_status:
        query = query.where(SessionParticipant.status == param("status", Text))
    if by_project:
        query = query.where(SessionParticipant.project_id == param("project_id", Uuid))
    return query


def _participants(sight: Sight) -> Select[Any]:
    g = SessionParticipant
    columns: tuple[Any, ...] = (
        g.id, g.person_id, Person.full_name, g.project_id, Project.title, g.status, g.created_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(MentoringSession, MentoringSession.id == g.session_id)
        .join(Person, Person.id == g.person_id)
        .outerjoin(Project, Project.id == g.project_id)
        .where(is_session_seen(sight), is_guest_shown(sight), g.session_id == param("session_id", Uuid))
    )
