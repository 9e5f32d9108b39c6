"""What an idea says, version by version, and the rules that hold for it from its submission on."""

from datetime import date, datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError, WrongFields, wrong_field
from incubator.ideas.calls.models import Call
from incubator.ideas.calls.queries import load_call
from incubator.ideas.duplicates.finding import note_duplicates
from incubator.ideas.models import Idea, IdeaMember, IdeaStatus, IdeaVersion, search_key
from incubator.ideas.places import move_place
from incubator.ideas.reviews.actions import make_stale
from incubator.ideas.schemas import IdeaCreate, IdeaPatch
from incubator.people.actions import check_people, has_consent, record_consent, resolve_people
from incubator.people.models import Person
from incubator.people.schemas import PersonInput

WORDS = ("title", "summary", "problem", "solution", "sector", "stage")
NEEDS = ("capital", "market", "digital")
REQUIRED = ("summary", "sector")
OF_THE_ENTRY = ("call_id", "channel", "received_on", "late_reason", "is_proxy")
"""How an idea came in. It can be corrected in a draft; later figures rest on it."""

FIRST_DAY = date(2000, 1, 1)


async def write_content(session: AsyncSession, actor: Actor, idea: Idea, data: IdeaPatch, *, now: datetime) -> bool:
    """Lay a patch over the current content: in place while a draft, else as the next version, whose rules are those
    of a submission and which makes the reviews of the old one stale. False where the patch says nothing."""
    if all(getattr(data, name) is UNSET for name in data.__struct_fields__):
        return False
    today = civil_day(now)
    await _change_entry(session, actor, idea, data, today=today)
    version, people = await current_version(session, idea)
    people = await _people_after(session, actor, idea, people, data, now=now)
    if data.consent is not UNSET:
        await record_consent(session, actor, people[0], data.consent, today=today)
    is_draft = idea.status == IdeaStatus.draft
    if is_draft:
        await _erase_version(session, version)
    await write_version(session, actor, idea, version.number + (not is_draft), _content_after(version, data), people)
    if not is_draft:
        await check_content(session, idea)
        await make_stale(session, idea)
        await note_duplicates(session, idea, today=today)
    return True


async def check_content(session: AsyncSession, idea: Idea) -> tuple[IdeaVersion, list[Person]]:
    """What holds from the submission on: the required fields, consent, and the limits of the call."""
    call = await session.get_one(Call, idea.call_id)
    version, people = await current_version(session, idea)
    leader = people[0]
    missing = [f"/{name}" for name in REQUIRED if getattr(version, name) is None]
    if not await has_consent(session, leader.id):
        missing.append("/consent")
    if leader.birth_year is None and not call.birth_year_optional:
        missing.append("/leader/birth_year")
    if missing:
        raise DomainError("validation_failed", errors=[FieldError(code="required", pointer=path) for path in missing])
    call.check_sector(version.sector or "")
    call.check_team(len(people))
    if leader.birth_year is not None:
        call.check_age(leader.birth_year, leader.birth_date, idea.received_on)
    return version, people


def missing_fields(data: IdeaCreate, call: Call | None) -> list[FieldError]:
    """What a body that shall be submitted at once lacks, as far as the body alone can tell."""
    missing = [f"/{name}" for name in REQUIRED if getattr(data, name) is None]
    if data.leader.person_id is None:
        if data.consent is UNSET:
            missing.append("/consent")
        optional = call is not None and call.birth_year_optional
        if data.leader.birth_year is None and data.leader.birth_date is None and not optional:
            missing.append("/leader/birth_year")
    return [FieldError(code="required", pointer=path) for path in missing]


def wrong_day(received_on: date | UnsetType, today: date) -> list[FieldError]:
    """An idea is handed in before it is entered, and not before there were computers in the communes."""
    if received_on is UNSET or FIRST_DAY <= received_on <= today:
        return []
    bounds = {"min": FIRST_DAY.isoformat(), "max": today.isoformat()}
    return [FieldError(code="out_of_range", pointer="/received_on", params=bounds)]


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


async def write_version(
    session: AsyncSession, actor: Actor, idea: Idea, number: int, content: dict[str, Any], people: list[Person]
) -> None:
    session.add(IdeaVersion(idea_id=idea.id, number=number, written_by=actor.id, **content))
    await session.flush()
    for position, person in enumerate(people):
        session.add(IdeaMember(idea_id=idea.id, number=number, position=position, person_id=person.id))
    idea.content_number = number
    idea.search_key = search_key(content["title"], idea.tracking_code)
    # The version that If-Match names counts the content too, also where no column of the idea itself changes.
    flag_modified(idea, "search_key")
    await session.flush()


async def resolve_members(
    session: AsyncSession, actor: Actor, idea: Idea, refs: dict[str, PersonInput], *, now: datetime
) -> list[Person]:
    return await resolve_people(
        session, actor, refs, locality_id=idea.locality_id, province_id=idea.province_id,
        source="idea", source_id=idea.id, now=now,
    )  # fmt: skip


def references(leader: PersonInput | UnsetType, team: list[PersonInput] | UnsetType) -> dict[str, PersonInput]:
    """The people that a body names, by their pointers, leader first."""
    named = {} if leader is UNSET else {"/leader": leader}
    if team is not UNSET:
        named |= {f"/team/{position}": member for position, member in enumerate(team)}
    return named


def content_of(data: IdeaCreate) -> dict[str, Any]:
    return {
        **{name: getattr(data, name) for name in WORDS},
        **{f"need_{need}": getattr(data.needs, need) for need in NEEDS},
    }


async def _change_entry(session: AsyncSession, actor: Actor, idea: Idea, data: IdeaPatch, *, today: date) -> None:
    """How it came in and where it belongs; every wrong field is named at once, those of the people too."""
    wrong = WrongFields()
    await wrong.gather(_correct_entry(session, idea, data, today=today))
    if data.locality_code is not UNSET:
        await wrong.gather(move_place(session, actor, idea, data.locality_code, today=today))
    named = references(data.leader, data.team)
    wrong.errors += await check_people(session, actor, named, source_id=idea.id, today=today)
    if wrong.errors:
        raise DomainError("validation_failed", errors=wrong.errors)


async def _people_after(
    session: AsyncSession, actor: Actor, idea: Idea, people: list[Person], data: IdeaPatch, *, now: datetime
) -> list[Person]:
    named = await resolve_members(session, actor, idea, references(data.leader, data.team), now=now)
    leader = people[:1] if data.leader is UNSET else named[:1]
    team = people[1:] if data.team is UNSET else named[0 if data.leader is UNSET else 1 :]
    (await session.get_one(Call, idea.call_id)).check_team(len(leader) + len(team))
    if leader[0] in team:
        pointer = "/leader/person_id" if data.team is UNSET else f"/team/{team.index(leader[0])}/person_id"
        raise wrong_field(pointer, "duplicate")
    return [*leader, *team]


def _content_after(version: IdeaVersion, data: IdeaPatch) -> dict[str, Any]:
    """The merge patch, field by field: what it does not mention stays, also within `needs`."""
    content = {name: getattr(version, name) for name in (*WORDS, *(f"need_{need}" for need in NEEDS))}
    content |= {name: value for name in WORDS if (value := getattr(data, name)) is not UNSET}
    if data.needs is not UNSET:
        needs = data.needs
        content |= {f"need_{need}": value for need in NEEDS if (value := getattr(needs, need)) is not UNSET}
    return content


async def _correct_entry(session: AsyncSession, idea: Idea, data: IdeaPatch, *, today: date) -> None:
    given = {name: value for name in OF_THE_ENTRY if (value := getattr(data, name)) is not UNSET}
    if given and idea.status != IdeaStatus.draft:
        errors = [FieldError(code="immutable", pointer=f"/{name}") for name in given]
        raise DomainError("validation_failed", errors=errors)
    if errors := wrong_day(data.received_on, today):
        raise DomainError("validation_failed", errors=errors)
    if data.call_id is not UNSET:
        await load_call(session, data.call_id)
    for name, value in given.items():
        setattr(idea, name, value)
    if data.received_on is not UNSET:
        idea.moved_on = data.received_on


async def _erase_version(session: AsyncSession, version: IdeaVersion) -> None:
    """A draft is nobody's record yet: its one version is written anew."""
    same = (IdeaMember.idea_id == version.idea_id, IdeaMember.number == version.number)
    await session.execute(delete(IdeaMember).where(*same))
    await session.delete(version)
    await session.flush()
