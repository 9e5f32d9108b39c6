"""From rows of numbers to the figure that is shown: groups without any rows, ratios, and numbers that are hidden."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from incubator.stats.funnel.dimensions import UNKNOWN
from incubator.stats.funnel.disclosure import is_small
from incubator.stats.groups import Group, Numbers, group_of, keys_by_name
from incubator.stats.loans.dimensions import DIMENSIONS
from incubator.stats.loans.disclosure import hidden_fields
from incubator.stats.loans.ledger import LoansShape
from incubator.stats.loans.measures import CIRCLES, HOUSEHOLDS, number_names
from incubator.stats.loans.schemas import LoanGroupOut, LoanMeasuresOut, LoanQualityOut
from incubator.stats.ratios import ppm

RATIOS = {
    "overdue_ratio_ppm": ("overdue_vnd", "outstanding_vnd"),
    "par1_ppm": ("par1_vnd", "outstanding_vnd"),
    "par30_ppm": ("par30_vnd", "outstanding_vnd"),
    "par90_ppm": ("par90_vnd", "outstanding_vnd"),
    "inspected_share_ppm": ("inspected_n", "loans_current"),
    "reconciled_share_ppm": ("reconciled_n", "loans_current"),
}
"""Part and whole."""

SHOWN_ALL: frozenset[str] = frozenset()


class Line(NamedTuple):
    """A row of `loans_statement`."""

    section: str
    is_group: bool
    value: Any
    numbers: Sequence[int]
    code: str | None
    name: str | None


class Figure(msgspec.Struct, frozen=True):
    """The counted part of the answer."""

    totals: LoanMeasuresOut
    groups: list[LoanGroupOut]
    quality: LoanQualityOut


def build_figure(shape: LoansShape, rows: Iterable[Sequence[Any]]) -> Figure:
    """Where the shape is guarded, numbers of few households are hidden."""
    lines = [Line(*row) for row in rows]
    total = _nothing(shape)
    for line in lines:
        if not line.is_group:
            total |= _numbers(shape, line)
    hidden = hidden_fields([total], total)[0] if shape.guarded else SHOWN_ALL
    groups = _groups(shape, [line for line in lines if line.is_group])
    return Figure(
        totals=LoanMeasuresOut(**_fields(total, hidden, has_members=True)),
        groups=_shown(shape, groups, total),
        quality=_quality(shape, groups, total),
    )


def _nothing(shape: LoansShape) -> Numbers:
    return {name: 0 for section in (HOUSEHOLDS, CIRCLES) for name in number_names(shape, section)}


def _numbers(shape: LoansShape, line: Line) -> Numbers:
    return dict(zip(number_names(shape, line.section), line.numbers, strict=True))


def _groups(shape: LoansShape, lines: list[Line]) -> list[Group]:
    """Every value of a closed list, or the values that occur by name; what has no value at the end."""
    if shape.group_by is None:
        return []
    dimension = DIMENSIONS[shape.group_by]
    found: dict[str, Group] = {}
    for line in lines:
        key = str(dimension.rest if line.value is None else line.value)
        group = found.setdefault(key, group_of(line.code or key, line.value, line.code, line.name, _nothing(shape)))
        group.numbers |= _numbers(shape, line)
    keys = keys_by_name(found, dimension.rest) if dimension.named is not None else list(dimension.values)
    rest = [] if dimension.rest is None else [dimension.rest]
    return [found.get(key) or Group(key, None, _nothing(shape)) for key in [*keys, *rest]]


def _shown(shape: LoansShape, groups: list[Group], total: Numbers) -> list[LoanGroupOut]:
    if shape.group_by is None:
        return []
    hidden = [SHOWN_ALL] * len(groups)
    if shape.guarded:
        hidden = hidden_fields([one.numbers for one in groups], total)
    has_members = DIMENSIONS[shape.group_by].has_members
    return [
        LoanGroupOut(
            **_fields(one.numbers, hides, has_members=has_members), key={shape.group_by: one.code}, ref=one.ref
        )
        for one, hides in zip(groups, hidden, strict=True)
    ]


def _fields(numbers: Numbers, hides: frozenset[str], *, has_members: bool) -> dict[str, Any]:
    """The fields of LoanMeasuresOut. A number that was not asked for is null."""
    ratios = {name: ppm(numbers.get(part), numbers.get(whole)) for name, (part, whole) in RATIOS.items()}
    known: dict[str, int | None] = {**numbers, **ratios}
    if not has_members:
        known.pop("members")
    shown = {name: known.get(name) for name in LoanMeasuresOut.__struct_fields__}
    suppressed = any(shown[name] is not None for name in hides & shown.keys())
    return {**shown, **dict.fromkeys(hides & shown.keys()), "suppressed": suppressed}


def _quality(shape: LoansShape, groups: list[Group], total: Numbers) -> LoanQualityOut:
    counts = {name: total[name] for name in ("unscheduled_n", "no_statement_n")}
    counts["unknown_n"] = next((one.numbers["loans"] for one in groups if one.code == UNKNOWN), 0)
    hides = shape.guarded and any(is_small(number) for number in counts.values())
    return LoanQualityOut(**{name: None if hides and is_small(number) else number for name, number in counts.items()})
