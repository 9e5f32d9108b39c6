"""From loans to numbers, in one statement.

Loans are first summed by household, so that each household counts once and it is known how many stand behind a number.
"""

from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Text, and_, cast, false, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, array

from incubator.db import AnySelect, statement
from incubator.stats.loans.dimensions import DIMENSIONS
from incubator.stats.loans.ledger import NOTHING, LoansShape
from incubator.stats.loans.sources import AMOUNTS, COUNTS, members, stood

HOUSEHOLDS, CIRCLES = "households", "circles"
BEHIND = "behind."
"""Before the name of a number: how many households stand behind it."""


@statement
def loans_statement(shape: LoansShape) -> AnySelect:
    """Rows of (section, whether a group's, value, numbers, code and name of the value).

    A total is counted on its own and never summed from the groups.
    """
    counted = stood(shape).cte("counted")
    line = union_all(_households(shape, counted), _circles(shape, counted)).subquery("line")
    named = DIMENSIONS[shape.group_by].named if shape.group_by else None
    if named is None:
        return select(*line.c, null(), null())
    names = named.subquery("named")
    return select(*line.c, names.c.code, names.c.name).outerjoin_from(line, names, names.c.id == line.c.value)


def number_names(shape: LoansShape, section: str) -> tuple[str, ...]:
    """The numbers of a row of the section, in order."""
    if section == CIRCLES:
        return ("groups", "members")
    summed = _summed(shape)
    behind = tuple(f"{BEHIND}{name}" for name in summed) if shape.guarded else ()
    return ("households_ever", "households_current", *summed, *behind)


def _summed(shape: LoansShape) -> tuple[str, ...]:
    return (*COUNTS, *AMOUNTS) if shape.amounts else COUNTS


def _households(shape: LoansShape, counted: CTE) -> AnySelect:
    """One row for the total and for each group."""
    home = _by_household(shape, counted).subquery("home")
    columns = [home.c[name] for name in _summed(shape)]
    numbers = [_count(home.c.loans > 0), _count(home.c.loans_current > 0), *(_sum(column) for column in columns)]
    if shape.guarded:
        numbers += [_count(column != 0) for column in columns]
    row = _row(HOUSEHOLDS, home.c.is_group, home.c.value, numbers)
    return select(*row).group_by(home.c.is_group, home.c.value)


def _by_household(shape: LoansShape, counted: CTE) -> AnySelect:
    """What each household has, in all and by the value of the breakdown."""
    sums = [_sum(counted.c[name]).label(name) for name in _summed(shape)]
    return _in_all_and_by_value(shape, counted, "household_id").add_columns(*sums)


def _circles(shape: LoansShape, counted: CTE) -> AnySelect:
    """The credit groups of loans with a balance, and who belonged to them."""
    has_balance = and_(counted.c.loans_current > 0, counted.c.group_id.is_not(None))
    once = _in_all_and_by_value(shape, counted, "group_id").where(has_balance).subquery("circle")
    belonged = members().subquery("belonged")
    row = _row(CIRCLES, once.c.is_group, once.c.value, [func.count(), _sum(belonged.c.n)])
    joined = select(*row).outerjoin_from(once, belonged, belonged.c.group_id == once.c.group_id)
    return joined.group_by(once.c.is_group, once.c.value)


def _in_all_and_by_value(shape: LoansShape, counted: CTE, key: str) -> AnySelect:
    """One row for each key, and one for each key and value."""
    value = counted.c.value
    if shape.group_by is None:
        return select(false().label("is_group"), value, counted.c[key]).group_by(value, counted.c[key])
    is_group = (func.grouping(value) == 0).label("is_group")
    return select(is_group, value, counted.c[key]).group_by(counted.c[key], func.rollup(value))


def _row(section: str, is_group: Any, value: Any, numbers: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    whole: Any = array([cast(number, BigInteger) for number in numbers])
    return [literal(section, Text).label("section"), is_group, value, cast(whole, ARRAY(BigInteger)).label("numbers")]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), NOTHING), BigInteger)
