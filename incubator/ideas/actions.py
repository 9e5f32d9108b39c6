"""Entering an idea and writing its versions. The moves from status to status are in `moves/`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError
from incubator.ideas.calls.models import Call
from incubator.ideas.calls.queries import load_call
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.models import (
    Idea,
    IdeaAction,
    IdeaMember,
    IdeaStatus,
    IdeaTransition,
    IdeaVersion,
    actions_from,
    new_tracking_code,
)
from incubator.ideas.reviews.actions import make_stale
from incubator.ideas.schemas import IdeaCreate, IdeaPatch
from incubator.ideas.sight import knows_status, sight_of, sight_values, visible_ideas
from incubator.localities.models import WrittenName
from incubator.localities.queries import commune_by_code, resolve_commune
from incubator.localities.schemas import LocalityOut
from incubator.people.actions import has_consent, record_consent, resolve_people
from incubator.people.models import Person
from incubator.people.places import move_places
from incubator.people.schemas import PersonInput
from incubator.text import fold

WORDS = ("title", "summary", "problem", "solution", "sector", "stage")
NEEDS = ("capital", "market", "digital")
EDITABLE = {IdeaStatus.draft, IdeaStatus.submitted, IdeaStatus.screening}


class Place(msgspec.Struct, frozen=True):
    """The commune of today that an idea belongs to, and the old one that was written down, if any."""

    commune_id: UUID
    province_id: UUID
    recorded_id: UUID | None


async def enter_idea(session: AsyncSession, actor: Actor, data: IdeaCreate, *, now: datetime) -> UUID:
    """Take in an idea, as a draft or submitted at once, with its people; all of it or nothing."""
    today = civil_day(now)
    received_on = today if data.received_on is UNSET else data.received_on
    call = await load_call(session, data.call_id)
    place = await _place_of(session, data, received_on, today=today)
    _require_inside(actor, place)
    idea = Idea(
        tracking_code=new_tracking_code(), call_id=call.id, status=IdeaStatus.draft, moved_on=received_on,
        search_key="", locality_id=place.commune_id, province_id=place.province_id,
        recorded_locality_id=place.recorded_id, channel=data.channel, received_on=received_on,
        late_reason=data.late_reason, entered_by_id=actor.account_id, owner_token_id=actor.token_id,
        is_proxy=data.is_proxy, content_number=1,
    )  # fmt: skip
    session.add(idea)
    await session.flush()
    people = await _resolve(session, actor, idea, {"/leader": data.leader, **_pointers(data.team)}, now=now)
    call.check_team(len(people))
    await _write_version(session, actor, idea, 1, _content_of(data), people)
    if data.consent is not UNSET:
        await record_consent(session, actor, people[0], data.consent, today=today)
    record_audit(session, actor, "enter", "idea", idea.id, status=data.status, channel=data.channel)
    if data.status == IdeaStatus.submitted:
        await submit_idea(session, actor, idea, received_on, today=today)
    await session.flush()
    return idea.id


async def submit_idea(session: AsyncSession, actor: Actor, idea: Idea, occurred_on: date, *, today: date) -> None:
    """Draft to submitted: the call's limits hold, and what figures are broken down by is fixed from now on."""
    call = await session.get_one(Call, idea.call_id)
    version, people = await current_version(session, idea)
    leader = people[0]
    _require_complete(version, leader, call, consented=await has_consent(session, leader.id))
    call.check_open(idea.received_on, idea.late_reason)
    call.check_sector(version.sector or "")
    call.check_team(len(people))
    if leader.birth_year is not None:
        call.check_age(leader.birth_year, leader.birth_date, idea.received_on)
    idea.move_to(IdeaStatus.submitted, IdeaAction.submit, occurred_on, today=today)
    session.add(_entry(idea, version, leader, today))
    on_behalf_of = leader.id if idea.is_proxy else None
    await append_transition(session, actor, idea, IdeaAction.submit, IdeaStatus.draft, on_behalf_of_id=on_behalf_of)


async def edit_idea(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: IdeaPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """A merge patch: in place while a draft, a new version in submitted and screening, refused later."""
    idea = await lock_idea(session, actor, idea_id, now=now)
    require_entry_right(actor, idea)
    if_match.check(idea.version)
    if idea.status not in EDITABLE:
        raise refused_move(actor, idea, "edit", now)
    if data.locality_code is not UNSET:
        await _move_place(session, actor, idea, data.locality_code, today=civil_day(now))
    await write_content(session, actor, idea, data, now=now)
    await make_stale(session, idea)
    record_audit(session, actor, "edit", "idea", idea.id, content_number=idea.content_number)
    await session.flush()


async def write_content(session: AsyncSession, actor: Actor, idea: Idea, data: IdeaPatch, *, now: datetime) -> None:
    """Lay a patch over the current content: in place while a draft, else as the next version."""
    version, people = await current_version(session, idea)
    content = {name: getattr(version, name) for name in (*WORDS, *(f"need_{need}" for need in NEEDS))}
    leader, team = people[:1], people[1:]
    if data.leader is not UNSET:
        leader = await _resolve(session, actor, idea, {"/leader": data.leader}, now=now)
    if data.team is not UNSET:
        team = await _resolve(session, actor, idea, _pointers(data.team), now=now)
    (await session.get_one(Call, idea.call_id)).check_team(len(leader) + len(team))
    number = version.number + 1
    if idea.status == IdeaStatus.draft:
        number = version.number
        await _erase_version(session, version)
    await _write_version(session, actor, idea, number, content | _content_of(data), [*leader, *team])


async def lock_idea(session: AsyncSession, actor: Actor, idea_id: UUID, *, now: datetime) -> Idea:
    """The idea, visible to the actor and locked to the end of the transaction; else 404."""
    query = visible_ideas(sight_of(actor)).where(Idea.id == idea_id).with_for_update(of=Idea)
    idea = (await session.execute(query, sight_values(actor, now))).scalar_one_or_none()
    if idea is None:
        raise DomainError("not_found")
    return idea


def refused_move(actor: Actor, idea: Idea, action: str, now: datetime) -> DomainError:
    """A step that does not start here. Who may not know a decision yet is told of the review it follows."""
    known = knows_status(actor, idea, now)
    status = idea.status if known else IdeaStatus.review_closed.value
    allowed = actions_from(status) if known else []
    return DomainError("invalid_transition", status=status, action=action, allowed_actions=allowed)


def require_entry_right(actor: Actor, idea: Idea) -> None:
    """Entering, answering and withdrawing: staff and the commune's officers, and the token that owns the idea."""
    if actor.kind == "token" and actor.token_id != idea.owner_token_id:
        raise DomainError("forbidden")
    actor.require_at(Permission.ideas_enter, province_id=idea.province_id, commune_id=idea.locality_id)


async def current_version(session: AsyncSession, idea: Idea) -> tuple[IdeaVersion, list[Person]]:
    """The content as it stands and its people, leader first."""
    version = await session.get_one(IdeaVersion, (idea.id, idea.content_number))
    people = (
        select(Person)
        .join(IdeaMember, IdeaMember.person_id == Person.id)
        .where(IdeaMember.idea_id == idea.id, IdeaMember.number == idea.content_number)
        .order_by(IdeaMember.position)
    )
    return version, list((await session.scalars(people)).all())


async def append_transition(
    session: AsyncSession, actor: Actor, idea: Idea, action: IdeaAction, from_status: str | None, **more: Any
) -> IdeaTransition:
    """The row of history of a move that the idea has just made."""
    last = select(func.max(IdeaTransition.number)).where(IdeaTransition.idea_id == idea.id)
    transition = IdeaTransition(
        idea_id=idea.id, number=(await session.scalar(last) or 0) + 1, action=action.value, from_status=from_status,
        to_status=idea.status, occurred_on=idea.moved_on, actor_kind=actor.kind, actor_id=actor.id,
        content_number=idea.content_number, **more,
    )  # fmt: skip
    session.add(transition)
    await session.flush()
    return transition


async def _place_of(session: AsyncSession, data: IdeaCreate, received_on: date, *, today: date) -> Place:
    """By the code of today, or by a written name, which may be that of a commune that is no more."""
    reads = SessionReads(session)
    if (data.locality_code is UNSET) == (data.locality_name is UNSET):
        code = "required" if data.locality_code is UNSET else "duplicate"
        raise DomainError("validation_failed", errors=[FieldError(code=code, pointer="/locality_code")])
    if data.locality_name is UNSET:
        commune = await commune_by_code(reads, str(data.locality_code), today=today, pointer="/locality_code")
        return _today(commune, None)
    written = WrittenName(**msgspec.structs.asdict(data.locality_name), on=received_on)
    found = await resolve_commune(reads, written, today=today, pointer="/locality_name")
    commune = await commune_by_code(reads, found.current.code, today=today)
    return _today(commune, None if found.recorded.id == commune.id else found.recorded.id)


def _today(commune: LocalityOut, recorded_id: UUID | None) -> Place:
    assert commune.parent is not None, "a commune lies in a province"
    return Place(commune.id, commune.parent.id, recorded_id)


def _require_inside(actor: Actor, place: Place) -> None:
    """A commune elsewhere is, for this actor, not there."""
    actor.require(Permission.ideas_enter)
    if not actor.territory(Permission.ideas_enter).covers(place.province_id, place.commune_id):
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", pointer="/locality_code")])


async def _move_place(session: AsyncSession, actor: Actor, idea: Idea, code: str, *, today: date) -> None:
    commune = await commune_by_code(SessionReads(session), code, today=today, pointer="/locality_code")
    place = _today(commune, None)
    _require_inside(actor, place)
    idea.locality_id, idea.province_id = place.commune_id, place.province_id
    await move_places(session, idea.id, locality_id=place.commune_id, province_id=place.province_id)


async def _resolve(
    session: AsyncSession, actor: Actor, idea: Idea, refs: dict[str, PersonInput], *, now: datetime
) -> list[Person]:
    return await resolve_people(
        session, actor, refs, locality_id=idea.locality_id, province_id=idea.province_id,
        source="idea", source_id=idea.id, now=now,
    )  # fmt: skip


def _pointers(team: list[PersonInput]) -> dict[str, PersonInput]:
    return {f"/team/{position}": member for position, member in enumerate(team)}


def _content_of(data: IdeaCreate | IdeaPatch) -> dict[str, Any]:
    """What a body says of the content, by column; what it does not mention is left out."""
    content = {name: getattr(data, name) for name in WORDS if getattr(data, name) is not UNSET}
    if data.needs is not UNSET:
        content |= {f"need_{need}": getattr(data.needs, need) for need in NEEDS}
    return content


async def _write_version(
    session: AsyncSession, actor: Actor, idea: Idea, number: int, content: dict[str, Any], people: list[Person]
) -> None:
    session.add(IdeaVersion(idea_id=idea.id, number=number, written_by=actor.id, **content))
    await session.flush()
    for position, person in enumerate(people):
        session.add(IdeaMember(idea_id=idea.id, number=number, position=position, person_id=person.id))
    idea.content_number = number
    idea.search_key = f"{fold(content['title'])} {idea.tracking_code.lower()}"
    await session.flush()


async def _erase_version(session: AsyncSession, version: IdeaVersion) -> None:
    """A draft is nobody's record yet: its one version is written anew."""
    same = (IdeaMember.idea_id == version.idea_id, IdeaMember.number == version.number)
    await session.execute(delete(IdeaMember).where(*same))
    await session.delete(version)
    await session.flush()


def _require_complete(version: IdeaVersion, leader: Person, call: Call, *, consented: bool) -> None:
    """Every field that a submitted idea still lacks, at once."""
    missing = [f"/{name}" for name in ("summary", "sector") if getattr(version, name) is None]
    if not consented:
        missing.append("/consent")
    if leader.birth_year is None and not call.birth_year_optional:
        missing.append("/leader/birth_year")
    if missing:
        raise DomainError("validation_failed", errors=[FieldError(code="required", pointer=path) for path in missing])


def _entry(idea: Idea, version: IdeaVersion, leader: Person, today: date) -> IdeaEntry:
    return IdeaEntry(
        idea_id=idea.id, entered_on=idea.received_on, recorded_on=today, call_id=idea.call_id, channel=idea.channel,
        sector=version.sector, locality_id=idea.locality_id, province_id=idea.province_id,
        recorded_locality_id=idea.recorded_locality_id, sex=leader.sex, ethnicity=leader.ethnicity,
        age=idea.received_on.year - leader.birth_year if leader.birth_year else None,
    )  # fmt: skip
