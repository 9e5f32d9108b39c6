"""The register of mentors: who is in it, and with which account. `ensure_mentor` is who speaks in a request."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import Account
from incubator.accounts.queries import require_account_with
from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, WrongFields, broken_rule, wrong_field
from incubator.localities.queries import commune_by_code
from incubator.localities.schemas import LocalityOut
from incubator.mentoring.mentors.models import (
    ACCOUNT_OF_OTHER_PERSON,
    MENTOR_WITHOUT_PERSON,
    PERSON_HAS_OTHER_ACCOUNT,
    Language,
    Mentor,
    MentorReach,
)
from incubator.mentoring.mentors.reach import add_reach, change_reach, places_of, reach_as_granted
from incubator.mentoring.mentors.schemas import MentorCreate, MentorPatch
from incubator.mentoring.mentors.sight import sight_of, sight_values, visible_mentors
from incubator.people.actions import check_people, resolve_people
from incubator.text import clean_line

LISTS = ("platforms", "sectors", "languages", "reach")
TERMS = ("organisation", "platforms", "sectors", "languages", "capacity")


async def add_mentor(session: AsyncSession, actor: Actor, data: MentorCreate, *, now: datetime) -> UUID:
    """Enter a mentor. The account comes first, because everywhere accounts are locked before all else."""
    today = civil_day(now)
    wrong = WrongFields(_repeated(data))
    await wrong.gather(_require_account(session, data.account_id))
    commune = await wrong.gather(_home(session, actor, data, today=today))
    wrong.errors += await check_people(session, actor, {"/person": data.person}, today=today)
    places = await wrong.gather(places_of(session, actor, data.reach, today=today))
    if wrong.errors or places is None:
        raise DomainError("validation_failed", errors=wrong.errors)
    await _refuse_second(session, data.person.person_id, data.account_id)
    mentor = Mentor(id=await session.scalar(select(func.uuidv7())), account_id=data.account_id, **_terms_of(data))
    mentor.person_id = await _person_of(session, actor, mentor.id, data, commune, now=now)
    await _require_same_person(session, data.account_id, mentor.person_id)
    session.add(mentor)
    await session.flush()
    add_reach(session, mentor, places)
    record_audit(session, actor, "add", "mentor", mentor.id, account_id=str(mentor.account_id))
    await session.flush()
    return mentor.id


async def edit_mentor(
    session: AsyncSession, actor: Actor, mentor_id: UUID, data: MentorPatch, if_match: IfMatch, *, now: datetime
) -> None:
    """Lay a merge patch over a mentor who can reach a place of the actor's."""
    actor.require(Permission.mentors_manage)
    if data.account_id is not UNSET:
        await _require_account(session, data.account_id)
    mentor, reach = await _lock_to_manage(session, actor, mentor_id)
    if_match.check(mentor.version)
    wrong = WrongFields(_repeated(data))
    if data.reach is not UNSET:
        await wrong.gather(change_reach(session, actor, mentor, reach, data.reach, today=civil_day(now)))
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)
    if data.account_id is not UNSET and data.account_id != mentor.account_id:
        await _link(session, actor, mentor, data.account_id)
    if data.status is not UNSET:
        mentor.move_to(data.status)
    for name, value in _terms_of(data).items():
        setattr(mentor, name, value)
    fields = [name for name in data.__struct_fields__ if getattr(data, name) is not UNSET]
    record_audit(session, actor, "edit", "mentor", mentor.id, fields=sorted(fields))
    await session.flush()


async def mentor_of_body(
    session: AsyncSession, actor: Actor, mentor_id: UUID | UnsetType | None, *, pointer: str = "/mentor_id"
) -> Mentor:
    """The mentor of whom a body speaks. Staff name one whom they see; a mentor is themselves and nobody else.

    Call it before a project is locked: a mentor who is made here waits for the account's row, and accounts come first.
    """
    if not isinstance(mentor_id, UUID):
        if not actor.may(Permission.mentoring_log):
            raise wrong_field(pointer, "required")
        return await ensure_mentor(session, actor, pointer=pointer)
    query = visible_mentors(sight_of(actor)).where(Mentor.id == mentor_id)
    mentor = await session.scalar(query, sight_values(actor))
    if actor.may(Permission.mentoring_manage):
        if mentor is None:
            raise wrong_field(pointer, "not_found")
    elif mentor is None or mentor.account_id != actor.id:
        raise DomainError("forbidden")
    return mentor


async def ensure_mentor(session: AsyncSession, actor: Actor, *, pointer: str = "/mentor_id") -> Mentor:
    """The mentor of the acting account, made from its person where there is none.

    Two requests of a phone at once make one: the second waits for the first at the unique index.
    """
    mentor = await _mine(session, actor)
    if mentor is not None:
        return mentor
    person_id = await session.scalar(select(Account.person_id).where(Account.id == actor.id))
    if person_id is None:
        raise broken_rule(MENTOR_WITHOUT_PERSON, errors=[FieldError(code="required", pointer=pointer)])
    row = {"person_id": person_id, "account_id": actor.id, "languages": [Language.vietnamese.value]}
    made = await session.scalar(insert(Mentor).values(row).on_conflict_do_nothing().returning(Mentor.id))
    if made is None:
        return await _mine(session, actor) or await _take_over(session, actor, person_id)
    await reach_as_granted(session, actor, made)
    record_audit(session, actor, "add", "mentor", made, account_id=str(actor.id))
    await session.flush()
    return await session.get_one(Mentor, made)


async def _lock_to_manage(session: AsyncSession, actor: Actor, mentor_id: UUID) -> tuple[Mentor, list[MentorReach]]:
    """The mentor, locked, with their reach. 404 for who does not see them, and 403 for who sees them only by another
    grant, or in a commune of a province that the mentor serves as a whole."""
    query = visible_mentors(sight_of(actor)).where(Mentor.id == mentor_id).with_for_update(of=Mentor)
    mentor = await session.scalar(query, sight_values(actor))
    if mentor is None:
        raise DomainError("not_found")
    reach = list(await session.scalars(select(MentorReach).where(MentorReach.mentor_id == mentor.id)))
    territory = actor.territory(Permission.mentors_manage)
    if not territory.everywhere and not any(territory.covers(one.province_id, one.locality_id) for one in reach):
        raise DomainError("forbidden")
    return mentor, reach


async def _require_account(session: AsyncSession, account_id: UUID | None) -> None:
    if account_id is not None:
        await require_account_with(session, account_id, Permission.projects_read_mentored, pointer="/account_id")


async def _home(session: AsyncSession, actor: Actor, data: MentorCreate, *, today: date) -> LocalityOut | None:
    """Where the mentor lives, in the actor's localities; a person who is new here needs it to be seen by anybody."""
    if data.locality_code is None:
        if data.person.person_id is None:
            raise wrong_field("/locality_code", "required")
        return None
    commune = await commune_by_code(SessionReads(session), data.locality_code, today=today, pointer="/locality_code")
    assert commune.parent is not None, "a commune lies in a province"
    if not actor.territory(Permission.people_enter).covers(commune.parent.id, commune.id):
        raise wrong_field("/locality_code", "not_found")
    return commune


async def _person_of(
    session: AsyncSession, actor: Actor, mentor_id: UUID, data: MentorCreate, commune: LocalityOut | None, *,
    now: datetime,
) -> UUID:  # fmt: skip
    """The person whom the body names or describes; they are checked already."""
    if commune is None or commune.parent is None:
        assert data.person.person_id is not None, "a new person has a commune"
        return data.person.person_id
    people = await resolve_people(
        session, actor, {"/person": data.person}, locality_id=commune.id, province_id=commune.parent.id,
        source="mentor", source_id=mentor_id, now=now,
    )  # fmt: skip
    return people[0].id


async def _link(session: AsyncSession, actor: Actor, mentor: Mentor, account_id: UUID | None) -> None:
    await _refuse_second(session, None, account_id)
    await _require_same_person(session, account_id, mentor.person_id)
    mentor.account_id = account_id
    record_audit(session, actor, "link_account", "mentor", mentor.id, account_id=str(account_id))


async def _refuse_second(session: AsyncSession, person_id: UUID | None, account_id: UUID | None) -> None:
    """The friendly form of the unique indexes."""
    wanted = {"/person/person_id": (Mentor.person_id, person_id), "/account_id": (Mentor.account_id, account_id)}
    errors = [
        FieldError(code="duplicate", pointer=pointer)
        for pointer, (column, value) in wanted.items()
        if value is not None and await session.scalar(select(Mentor.id).where(column == value)) is not None
    ]
    if errors:
        raise DomainError("duplicate", errors=errors)


async def _require_same_person(session: AsyncSession, account_id: UUID | None, person_id: UUID) -> None:
    """An account that is linked to nobody yet may be anybody's."""
    if account_id is None:
        return
    linked = await session.scalar(select(Account.person_id).where(Account.id == account_id))
    if linked not in {None, person_id}:
        raise broken_rule(ACCOUNT_OF_OTHER_PERSON)


async def _mine(session: AsyncSession, actor: Actor) -> Mentor | None:
    mine: Mentor | None = await session.scalar(select(Mentor).where(Mentor.account_id == actor.id))
    return mine


async def _take_over(session: AsyncSession, actor: Actor, person_id: UUID) -> Mentor:
    """The person was entered as a mentor before the account was there: from now on it is theirs."""
    mentor = (await session.scalars(select(Mentor).where(Mentor.person_id == person_id).with_for_update())).one()
    if mentor.account_id not in {None, actor.id}:
        raise broken_rule(PERSON_HAS_OTHER_ACCOUNT)
    mentor.account_id = actor.id
    record_audit(session, actor, "link_account", "mentor", mentor.id, account_id=str(actor.id))
    await session.flush()
    return mentor


def _repeated(data: MentorCreate | MentorPatch) -> list[FieldError]:
    """The entries of a list that stand in it twice."""
    lists = {name: value for name in LISTS if (value := getattr(data, name)) is not UNSET}
    return [
        FieldError(code="duplicate", pointer=f"/{name}/{position}")
        for name, entries in lists.items()
        for position, entry in enumerate(entries)
        if entry in entries[:position]
    ]


def _terms_of(data: MentorCreate | MentorPatch) -> dict[str, Any]:
    """What a body says of the mentor's own columns; what it does not mention is left out."""
    terms = {name: value for name in TERMS if (value := getattr(data, name)) is not UNSET}
    if terms.get("organisation"):
        terms["organisation"] = clean_line(terms["organisation"])
    return {name: [one.value for one in value] if isinstance(value, list) else value for name, value in terms.items()}
