"""The one statement that finds who may be the same person, for any number of persons at once.

Each way of being alike goes by an index: the digest of the citizen id, the phone number, the folded name. What a
merged row lacks is its survivor's, and a merged row stands for its survivor.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from incubator.db import param, statement
from incubator.people.citizen_ids.models import CitizenId
from incubator.people.duplicates.models import Evidence
from incubator.people.models import Person

MOST_CANDIDATES = 20
"""How many candidates one person gets at most, the best first: nobody reads a longer list."""

MOST_OF_ONE_PHONE = 5
"""A number that more persons than this have is an officer's or a shop's. By itself it tells nothing any more; beside
an equal name its last digits count as they always do."""

MOST_ROWS_OF_ONE_PHONE = 20
"""Where looking at a number ends: that many rows are no longer one person who was entered again and again."""

TAIL = 4
BY_NAME = "name"

Asked, AskedSurvivor = aliased(Person, name="asked_row"), aliased(Person, name="asked_survivor")
Other, OtherSurvivor = aliased(Person, name="other"), aliased(Person, name="other_survivor")
OwnNumber, OtherNumber = aliased(CitizenId, name="own_number"), aliased(CitizenId, name="other_number")


@statement
def candidates() -> Select[Any]:
    """Asked person, other row, evidence from the strongest on; one row of several that are merged into one."""
    asked = _asked()
    alike = _alike(asked)
    rank = func.array_position(array([code_text(code) for code in Evidence]), alike.c.evidence[1])
    best = func.row_number().over(
        partition_by=[alike.c.asked_id, alike.c.counted_id],
        order_by=[rank, alike.c.other_id != alike.c.counted_id, alike.c.other_id],
    )
    ones = (
        select(alike.c.asked_id, alike.c.other_id, alike.c.evidence, rank.label("rank"), best.label("best"))
        .where(func.cardinality(alike.c.evidence) > 0)
        .subquery()
    )
    place = func.row_number().over(partition_by=ones.c.asked_id, order_by=[ones.c.rank, ones.c.other_id])
    placed = select(ones, place.label("place")).where(ones.c.best == _number(1)).subquery()
    return (
        select(placed.c.asked_id, placed.c.other_id, placed.c.evidence)
        .where(placed.c.place <= _number(MOST_CANDIDATES))
        .order_by(placed.c.asked_id, placed.c.place)
    )


def _asked() -> CTE:
    """The persons that are asked about, with what is compared."""
    number = func.coalesce(
        select(OwnNumber.digest).where(OwnNumber.person_id == Asked.id).scalar_subquery(),
        select(OwnNumber.digest).where(OwnNumber.person_id == Asked.survivor_id).scalar_subquery(),
    )
    return (
        select(
            Asked.id,
            func.coalesce(Asked.survivor_id, Asked.id).label("counted_id"),
            Asked.name_key,
            func.coalesce(Asked.birth_year, AskedSurvivor.birth_year).label("birth_year"),
            func.coalesce(Asked.locality_id, AskedSurvivor.locality_id).label("locality_id"),
            func.coalesce(Asked.phone, AskedSurvivor.phone).label("phone"),
            number.label("digest"),
        )
        .outerjoin(AskedSurvivor, AskedSurvivor.id == Asked.survivor_id)
        .where(Asked.id == any_(param("person_ids", ARRAY(Uuid))))
        .cte("asked")
    )


def _matches(asked: CTE) -> CompoundSelect[Any]:
    """Pairs of rows with the way in which they are equal, before anything speaks against them."""
    holder, namesake, numbers = aliased(CitizenId), aliased(Person), _private_phones(asked)
    years_agree = or_(
        namesake.birth_year == asked.c.birth_year, namesake.birth_year.is_(None), asked.c.birth_year.is_(None)
    )
    return union_all(
        select(asked.c.id.label("asked_id"), holder.person_id.label("other_id"), _code(Evidence.citizen_id))
        .join(holder, holder.digest == asked.c.digest),
        select(asked.c.id, func.unnest(numbers.c.ids), _code(Evidence.phone))
        .join(numbers, numbers.c.phone == asked.c.phone),
        select(asked.c.id, namesake.id, _code(BY_NAME))
        .join(namesake, and_(namesake.name_key == asked.c.name_key, years_agree)),
    )  # fmt: skip


def _private_phones(asked: CTE) -> CTE:
    """The numbers that only few persons have, with the rows that have them."""
    number = select(asked.c.phone).where(asked.c.phone.is_not(None)).distinct().subquery()
    holder = aliased(Person)
    holders = (
        select(holder.id, func.coalesce(holder.survivor_id, holder.id).label("counted_id"))
        .where(holder.phone == number.c.phone)
        .limit(_number(MOST_ROWS_OF_ONE_PHONE))
        .correlate(number)
        .subquery()
    )
    few = (
        select(func.array_agg(holders.c.id).label("ids"))
        .having(
            func.count(holders.c.counted_id.distinct()) <= _number(MOST_OF_ONE_PHONE),
            func.count() < _number(MOST_ROWS_OF_ONE_PHONE),
        )
        .correlate(number)
        .lateral()
    )
    return select(number.c.phone, few.c.ids).join(few, literal_column("true")).cte("private_phone")


def _alike(asked: CTE) -> CTE:
    """Each pair of rows of two persons once, with all that speaks for it."""
    matches = _matches(asked).subquery()
    pair = (
        select(
            matches.c.asked_id,
            matches.c.other_id,
            func.bool_or(matches.c.code == code_text(Evidence.citizen_id)).label("same_number"),
            func.bool_or(matches.c.code == code_text(Evidence.phone)).label("same_phone"),
        )
        .group_by(matches.c.asked_id, matches.c.other_id)
        .subquery()
    )
    counted = func.coalesce(Other.survivor_id, Other.id)
    return (
        select(pair.c.asked_id, pair.c.other_id, counted.label("counted_id"), _evidence(asked, pair).label("evidence"))
        .join(asked, asked.c.id == pair.c.asked_id)
        .join(Other, Other.id == pair.c.other_id)
        .outerjoin(OtherSurvivor, OtherSurvivor.id == Other.survivor_id)
        .outerjoin(OtherNumber, OtherNumber.person_id == counted)
        .where(counted != asked.c.counted_id)
        .cte("alike")
    )


def _evidence(asked: CTE, pair: Any) -> ColumnElement[Any]:
    """The codes from the strongest on. A name alone is none; known years that differ and two citizen ids speak
    against whatever rests on a name."""
    year = func.coalesce(Other.birth_year, OtherSurvivor.birth_year)
    commune = func.coalesce(Other.locality_id, OtherSurvivor.locality_id)
    phone = func.coalesce(Other.phone, OtherSurvivor.phone)
    same_year, same_commune = year == asked.c.birth_year, commune == asked.c.locality_id
    same_tail = func.right(phone, _number(TAIL)) == func.right(asked.c.phone, _number(TAIL))
    named = and_(
        Other.name_key == asked.c.name_key,
        func.coalesce(same_year, literal_column("true")),
        func.coalesce(OtherNumber.digest == asked.c.digest, literal_column("true")),
    )
    holds = {
        Evidence.citizen_id: pair.c.same_number,
        Evidence.phone: pair.c.same_phone,
        Evidence.name_birth_year_commune: and_(named, same_year, same_commune),
        Evidence.name_phone_tail: and_(named, same_tail),
        Evidence.name_birth_year: and_(named, same_year, same_commune.is_(None)),
        Evidence.name_commune: and_(named, same_commune, same_year.is_(None)),
    }
    return codes_that_hold(holds)


def codes_that_hold(conditions: Mapping[Evidence, ColumnElement[bool]]) -> ColumnElement[list[str]]:
    """The codes whose condition is true, in the order of strength."""
    nothing = literal_column("NULL", Text)
    codes = [case((conditions[code], code_text(code)), else_=nothing) for code in Evidence]
    return func.array_remove(array(codes), nothing, type_=ARRAY(Text))


def code_text(code: str) -> ColumnElement[str]:
    """A code of ours as text in a statement: a parameter would hide from the planner which partial index fits."""
    return literal_column(f"'{code}'", Text)


def _number(value: int) -> ColumnElement[int]:
    """Text rather than a parameter, so that the plan is judged by it."""
    return literal_column(str(value), Integer)


def _code(code: str) -> ColumnElement[str]:
    return code_text(code).label("code")
