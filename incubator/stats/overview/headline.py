"""What a headline number is."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import CTE, ColumnElement, ScalarSelect

from incubator.stats.funnel.history import FunnelShape
from incubator.stats.schemas import DefinitionOut, Wording

Number = ColumnElement[Any] | ScalarSelect[Any]


PUBLIC_STEP_VND = 1_000_000_000
"""An amount that all may read is rounded down to a multiple of it. Otherwise the difference between two days, or what
a commune with few loans was lent, would be the amount of one loan."""


class Headline(msgspec.Struct, frozen=True):
    """`number` is a part of the one statement of the overview. It is given the funnel of the period, one row, and what
    the overview is limited to.

    A number of another feature ignores that row and counts its own tables, by the same parameters. `behind` names the
    headline that says how many households stand behind it, where too few of them hide it: from guarded callers, or from
    all who are not shown amounts where `is_amount`. To these an amount is given in whole steps of `PUBLIC_STEP_VND`.
    """

    definition: DefinitionOut
    number: Callable[[CTE, FunnelShape], Number]
    behind: str | None = None
    is_amount: bool = False


def define(code: str, unit: str, title: Wording, text: Wording, source: str) -> DefinitionOut:
    return DefinitionOut(id=code, version=1, unit=unit, title=title, text=text, source=source, terms=[])
