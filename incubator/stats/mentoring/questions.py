"""Who may ask what of the figures of mentoring, and whose part of it they then count."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Uuid, exists, or_, select

from incubator.actor import EVERYWHERE, HOLDERS, NOBODY, Actor, Permission
from incubator.db import AnySelect, Reads, param, statement
from incubator.errors import DomainError, FieldError
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.mentors.sight import Sight, is_visible, sight_of, sight_values
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import MentoringSession, SessionMentor
from incubator.stats.area import Area, find_area
from incubator.stats.funnel.questions import wrong_days
from incubator.stats.mentoring.schemas import MentoringFigureQuery
from incubator.stats.scope import FigureScope, figure_scope
from incubator.territory import Shape, shape_of, territory_values, within


class View(msgspec.Struct, frozen=True):
    """Whose figure it is: the places that count, and the mentor to whom it is limited."""

    scope: FigureScope
    mentor_id: UUID | None


class Limits(msgspec.Struct, frozen=True):
    """What the figure is limited to, found in the database."""

    area: Area | None
    programme_id: UUID | None
    mentor_id: UUID | None

    def shown(self) -> dict[str, str]:
        named = {"locality": self.area and self.area.code, "programme": self.programme_id, "mentor": self.mentor_id}
        return {name: str(value) for name, value in named.items() if value}


async def view_of(reads: Reads, actor: Actor, asked: MentoringFigureQuery) -> View:
    """403 where the actor may not count this at all.

    A single mentor's figure is about a person: whoever may not read mentors may ask for the own one alone. Where the
    actor counts in more places than those in which they read mentors, only the latter are left.
    """
    names_people = asked.mentor is not None or asked.group_by == "mentor"
    own_id = await _own_id(reads, actor)
    if asked.mentor is not None and asked.mentor == own_id:
        return _own(own_id)
    if actor.may(Permission.mentors_read) if names_people else actor.may(Permission.stats_read):
        scope = figure_scope(_where_mentors_are_read(actor) if names_people else actor)
        return View(scope, asked.mentor)
    if own_id is None:
        actor.require(Permission.mentors_read)
    if own_id is None or asked.mentor is not None:
        raise DomainError("forbidden")
    return _own(own_id)


async def find_limits(
    reads: Reads, actor: Actor, asked: MentoringFigureQuery, view: View, as_of: date, *, today: date
) -> Limits:
    """400 names every parameter that is wrong."""
    errors = wrong_days(asked.from_, asked.to, as_of, today=today)
    area = asked.locality and await find_area(reads, asked.locality, view.scope.territory, today=today)
    if isinstance(area, FieldError):
        errors.append(area)
    if asked.programme and not await reads.rows(_programme(), {"id": asked.programme}):
        errors.append(FieldError(code="not_found", parameter="programme"))
    if asked.mentor and not await _knows_mentor(reads, actor, view, asked.mentor):
        errors.append(FieldError(code="not_found", parameter="mentor"))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return Limits(area if isinstance(area, Area) else None, asked.programme, view.mentor_id)


def _own(mentor_id: UUID) -> View:
    """What the mentor who asks did, wherever that was."""
    return View(FigureScope(EVERYWHERE, unpublished=EVERYWHERE, is_guarded=False), mentor_id)


async def _own_id(reads: Reads, actor: Actor) -> UUID | None:
    """Which mentor the actor is: null for whoever is none, nobody for one who is not entered as one yet."""
    if actor.account_id is None or not actor.may(Permission.stats_read_own):
        return None
    rows = await reads.rows(_mentor_of(), {"account_id": actor.id})
    return UUID(str(rows[0][0])) if rows else NOBODY


async def _knows_mentor(reads: Reads, actor: Actor, view: View, mentor_id: UUID) -> bool:
    """Whether the actor sees the mentor, or counts a session that they are in."""
    territory = view.scope.territory
    values = {"id": mentor_id, **sight_values(actor), **territory_values(territory, "counted")}
    return bool(await reads.rows(_mentor(sight_of(actor), shape_of(territory)), values))


def _where_mentors_are_read(actor: Actor) -> Actor:
    """The actor with those grants alone that open mentors."""
    grants = tuple(grant for grant in actor.grants if grant.holds in HOLDERS[Permission.mentors_read])
    return replace(actor, grants=grants)


@statement
def _programme() -> AnySelect:
    return select(Programme.id).where(Programme.id == param("id", Uuid))


@statement
def _mentor(sight: Sight, counted: Shape) -> AnySelect:
    place = within(counted, "counted", province=MentoringSession.province_id, commune=MentoringSession.locality_id)
    here = (
        select(SessionMentor.session_id)
        .join(MentoringSession, MentoringSession.id == SessionMentor.session_id)
        .where(SessionMentor.mentor_id == Mentor.id, place)
        .correlate(Mentor)
    )
    return select(Mentor.id).where(Mentor.id == param("id", Uuid), or_(is_visible(sight), exists(here)))


@statement
def _mentor_of() -> AnySelect:
    return select(Mentor.id).where(Mentor.account_id == param("account_id", Uuid))
