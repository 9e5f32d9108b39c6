"""Who of a paper list is known already: lists are typed twice and sent twice, and nobody is two people for that.

A name alone is nobody. Of two of the same name, birth year and commune at one session the list means the one who is
there, unless it says that it does not; what else is known of both must not speak against it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, any_
from sqlalchemy.dialects.postgresql import ARRAY

from incubator.actor import Actor
from incubator.db import AnySelect, Reads, param, statement
from incubator.events.attendance.models import Attendance
from incubator.events.attendance.queries import Counted, visible_attendances
from incubator.events.sight import Sight, sight_of, sight_values
from incubator.people.facts import stored
from incubator.people.models import Person
from incubator.people.schemas import PersonDetails
from incubator.text import fold


class Likeness(NamedTuple):
    """By what a line and a person at the session are the same; the commune may be unknown of both."""

    session_id: UUID
    name_key: str
    birth_year: int
    locality_id: UUID | None


class Details(NamedTuple):
    """What may speak against that, where it is known of both."""

    birth_date: date | None
    sex: str | None
    phone: str | None

    def contradicts(self, other: "Details") -> bool:
        both = ((own, others) for own, others in zip(self, other, strict=True) if own is not None)
        return any(others is not None and own != others for own, others in both)


class Written(NamedTuple):
    """A line that gives somebody by name and birth year."""

    like: Likeness
    details: Details


class Recognised(NamedTuple):
    """By the number of a line: who it is, and of which line above it the line is a repetition."""

    present: Mapping[int, UUID]
    repeated: Mapping[int, int]


def written(person: PersonDetails, session_id: UUID, locality_id: UUID | None) -> Written | None:
    """None where the birth year is missing."""
    facts = stored(person)
    if facts["birth_year"] is None:
        return None
    like = Likeness(session_id, fold(facts["full_name"]), facts["birth_year"], locality_id)
    return Written(like, Details(*(facts[name] for name in Details._fields)))


async def recognise(reads: Reads, actor: Actor, event_id: UUID, lines: Mapping[int, Written]) -> Recognised:
    """Nobody who is there stands for two lines: those are two people, unless their phone number is the same."""
    if not lines:
        return Recognised({}, {})
    there = await _present(reads, actor, event_id, [line.like for line in lines.values()])
    repeated = dict(_repeated(lines))
    found: dict[int, UUID] = {}
    for number, line in lines.items():
        those = there.get(line.like, {})
        alike = [id_ for id_, details in those.items() if not line.details.contradicts(details)]
        if number not in repeated and alike:
            found[number] = min(alike, key=lambda id_: (those[id_].phone != line.details.phone, id_))
            del those[found[number]]
    return Recognised(found, repeated)


def _repeated(lines: Mapping[int, Written]) -> Iterator[tuple[int, int]]:
    first: dict[tuple[Likeness, str], int] = {}
    for number, line in lines.items():
        phone = line.details.phone
        if phone is not None and first.setdefault((line.like, phone), number) != number:
            yield number, first[line.like, phone]


async def _present(
    reads: Reads, actor: Actor, event_id: UUID, likes: Sequence[Likeness]
) -> dict[Likeness, dict[UUID, Details]]:
    """Who is there already and was not struck out, so far as the actor sees them, by the rows that count."""
    names, sessions = {like.name_key for like in likes}, {like.session_id for like in likes}
    values = {"event_id": event_id, "session_ids": sorted(sessions), "name_keys": sorted(names)}
    rows: Iterable[Any] = await reads.rows(_those_present(sight_of(actor)), {**sight_values(actor), **values})
    there: dict[Likeness, dict[UUID, Details]] = {}
    for person_id, session_id, name_key, birth_year, locality_id, *details in rows:
        like = Likeness(session_id, name_key, birth_year, locality_id)
        there.setdefault(like, {})[person_id] = Details(*details)
    return there


@statement
def _those_present(sight: Sight) -> AnySelect:
    named = (Counted.id, Attendance.session_id, Counted.name_key, Counted.birth_year, Counted.locality_id)
    return (
        visible_attendances(sight)
        .join(Counted, Counted.id == Person.counted_id())
        .where(
            Attendance.session_id == any_(param("session_ids", ARRAY(Uuid))),
            Attendance.voided_at.is_(None),
            Counted.name_key == any_(param("name_keys", ARRAY(Text))),
            Counted.birth_year.is_not(None),
        )
        .with_only_columns(*named, Counted.birth_date, Counted.sex, Counted.phone)
    )
