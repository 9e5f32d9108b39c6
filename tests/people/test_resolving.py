"""How another feature takes in people: by id or as new ones."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Role, Scope
from incubator.errors import DomainError
from incubator.people.actions import resolve_people
from incubator.people.models import Person
from incubator.people.schemas import PersonInput
from tests.people.conftest import Places

ActorFor = Callable[..., Actor]
NOW = datetime(2025, 11, 30, 3, 0, tzinfo=UTC)


async def resolve(
    session: AsyncSession, actor: Actor, places: Places, refs: Mapping[str, PersonInput], source_id: UUID | None = None
) -> list[Person]:
    return await resolve_people(
        session, actor, refs, locality_id=places.here.id, province_id=places.province_id, source="idea",
        source_id=source_id or uuid4(), now=NOW,
    )  # fmt: skip


async def wrong(*arguments: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(DomainError) as refused:
        await resolve(*arguments)
    return [(error.pointer, error.code) for error in refused.value.errors]


async def test_new_people_are_entered_in_order(session: AsyncSession, actor_with: ActorFor, places: Places) -> None:
    refs = {"/leader": PersonInput(full_name="Đặng Văn Ất"), "/team/0": PersonInput(full_name="Vàng Thị Mỷ")}
    people = await resolve(session, actor_with(Scope.ideas_submit), places, refs)
    assert [person.full_name for person in people] == ["Đặng Văn Ất", "Vàng Thị Mỷ"]
    assert {person.locality_id for person in people} == {places.here.id}
    assert people[0].name_key == "dang van at"


async def test_a_person_is_named_by_id_where_the_actor_sees_them(
    session: AsyncSession, actor_with: ActorFor, places: Places
) -> None:
    (person,) = await resolve(session, actor_with(Role.staff), places, {"/leader": PersonInput(full_name="A")})
    ref = {"/leader": PersonInput(person_id=person.id)}
    officer = actor_with(Role.commune_staff, places.here)
    assert await resolve(session, officer, places, ref) == [person]
    sibling = actor_with(Role.commune_staff, places.sibling)
    assert await wrong(session, sibling, places, ref) == [("/leader/person_id", "not_found")]


async def test_a_token_names_again_the_people_of_its_own_idea_only(
    session: AsyncSession, actor_with: ActorFor, places: Places
) -> None:
    token, idea = actor_with(Scope.ideas_submit), uuid4()
    (person,) = await resolve(session, token, places, {"/leader": PersonInput(full_name="A")}, idea)
    ref = {"/leader": PersonInput(person_id=person.id)}
    assert await resolve(session, token, places, ref, idea) == [person]
    assert await wrong(session, token, places, ref) == [("/leader/person_id", "not_found")]


async def test_everything_wrong_with_everybody_is_named(
    session: AsyncSession, actor_with: ActorFor, places: Places
) -> None:
    (person,) = await resolve(session, actor_with(Role.staff), places, {"/leader": PersonInput(full_name="A")})
    refs = {
        "/leader": PersonInput(phone="12"),
        "/team/0": PersonInput(person_id=person.id),
        "/team/1": PersonInput(person_id=person.id),
        "/team/2": PersonInput(person_id=uuid4()),
    }
    assert set(await wrong(session, actor_with(Role.staff), places, refs)) == {
        ("/leader/full_name", "required"),
        ("/leader/phone", "bad_format"),
        ("/team/1/person_id", "duplicate"),
        ("/team/2/person_id", "not_found"),
    }
