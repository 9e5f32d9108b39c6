"""From rows of numbers to the figure that is shown: missing groups, rates, and cells that are hidden."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from incubator.stats.funnel.dimensions import DIMENSIONS, UNKNOWN, Dimension
from incubator.stats.funnel.disclosure import Cell, hidden_cells, is_small
from incubator.stats.funnel.measures import MAIN, measure_names
from incubator.stats.funnel.schemas import (
    DataQualityOut,
    DropOffsOut,
    FunnelGroupOut,
    FunnelStepOut,
    GroupBy,
    GroupRef,
    Mode,
    StatusCountOut,
)
from incubator.stats.funnel.steps import EXITS, STATUSES, STEPS, Step, Unit, steps_of

UNIT: Unit = "idea"
EXIT_NAMES = tuple(exit_.value for exits in EXITS.values() for exit_ in exits)
SHARE_DIGITS = 6

UNITS: tuple[Unit, ...] = ("idea", "project")
COLUMNS = tuple((step.code, unit) for unit in UNITS for step in steps_of(unit))
"""What disclosure control looks at: each step by each unit that it counts."""

LINES = [[place for place, (_, of) in enumerate(COLUMNS) if of == unit] for unit in UNITS]
BASES = {place: line[0] for line in LINES for place in line[1:]}
"""In a cohort, all entrants, or all of their projects, stand beside the count of each later step."""

Numbers = Mapping[str, Any]


class Row(msgspec.Struct, frozen=True):
    """The numbers of the total, or of the group whose value is `code`."""

    code: str | None
    ref: GroupRef | None
    numbers: Numbers


class Figure(msgspec.Struct, frozen=True):
    """The counted part of a funnel."""

    steps: list[FunnelStepOut]
    statuses: list[StatusCountOut] | None
    groups: list[FunnelGroupOut]
    quality: DataQualityOut


def read_rows(mode: Mode, rows: Sequence[Sequence[Any]]) -> tuple[Row, list[Row]]:
    """The total and the groups, out of the rows of `funnel_statement`."""
    total, *groups = [_row(measure_names(mode), *row) for row in rows]
    return total, groups


def build_figure(mode: Mode, group_by: GroupBy | None, total: Row, groups: list[Row], *, is_guarded: bool) -> Figure:
    """With `is_guarded`, small cells of a breakdown by a personal attribute are hidden."""
    quality = {name: total.numbers[f"quality.{name}"] for name in DataQualityOut.__struct_fields__}
    if group_by is None:
        return Figure(_steps(mode, total), _statuses(mode, total), [], DataQualityOut(**quality))
    dimension = DIMENSIONS[group_by]
    groups = _with_all_values(mode, dimension, groups)
    guarded = is_guarded and dimension.is_personal
    hidden = _hidden(mode, groups) if guarded else set()
    if any(groups[row].code == UNKNOWN for row, _ in hidden):
        quality["unknown_n"] = None
    return Figure(
        steps=_steps(mode, total),
        statuses=_statuses(mode, total),
        groups=[_group(mode, group_by, place, group, hidden, guarded) for place, group in enumerate(groups)],
        quality=DataQualityOut(**quality),
    )


def _row(
    names: Sequence[str], is_group: bool, code: str | None, id_: UUID | None, name: str | None, *numbers: Any
) -> Row:
    ref = GroupRef(id_, name) if id_ is not None and name is not None else None
    return Row(code, ref, dict(zip(names, numbers, strict=True)))


def _with_all_values(mode: Mode, dimension: Dimension, groups: list[Row]) -> list[Row]:
    """Every value of a closed list, whether anybody has it or not, or all that occur; `unknown` always, at the end."""
    if dimension.values is None:
        return [*groups, _nobody(mode, UNKNOWN)]
    found = {str(group.code): group for group in groups}
    codes = dict.fromkeys([*dimension.values, *sorted(found)])
    codes.pop(UNKNOWN, None)
    return [found.get(code) or _nobody(mode, code) for code in [*codes, UNKNOWN]]


def _nobody(mode: Mode, code: str) -> Row:
    """The numbers of a group in which nobody is."""
    return Row(code, None, {name: None if name.endswith("median_days") else 0 for name in measure_names(mode)})


def _hidden(mode: Mode, groups: list[Row]) -> set[Cell]:
    both = next(step.code for step in STEPS if step.counts_both)
    names = [
        f"{code}.projects_n" if (code, unit) == (both, "project") else f"{code}.{MAIN[mode]}" for code, unit in COLUMNS
    ]
    counts = [[group.numbers[name] for name in names] for group in groups]
    if mode == "snapshot":
        return hidden_cells(counts, sums=LINES)
    return hidden_cells(counts, bases=BASES) if mode == "cohort" else hidden_cells(counts)


def _group(mode: Mode, group_by: GroupBy, place: int, group: Row, hidden: set[Cell], guarded: bool) -> FunnelGroupOut:
    steps = _steps(mode, group)
    if guarded:
        hides = {COLUMNS[column] for row, column in hidden if row == place}
        steps = [_guarded(step, hides) for step in steps]
    return FunnelGroupOut(
        key={group_by: str(group.code)},
        ref=group.ref,
        steps=steps,
        statuses=None if guarded else _statuses(mode, group),
    )


def _steps(mode: Mode, row: Row) -> list[FunnelStepOut]:
    return [_step(mode, step, row.numbers) for step in STEPS]


def _step(mode: Mode, step: Step, numbers: Numbers) -> FunnelStepOut:
    def number(name: str) -> Any:
        return numbers.get(f"{step.code}.{name}")

    mature_n, reached_n = number("mature_n"), number("reached_n")
    return FunnelStepOut(
        step=step.number,
        code=step.code,
        unit=step.unit,
        n=number("n"),
        imputed_n=number("imputed_n"),
        mature_n=mature_n,
        reached_n=reached_n,
        rate=round(reached_n / mature_n, SHARE_DIGITS) if mature_n else None,
        median_days=number("median_days"),
        open_n=number("open_n"),
        drop_offs=DropOffsOut(*map(number, EXIT_NAMES)) if mode == "cohort" else None,
        ideas_n=number(MAIN[mode]) if step.counts_both else None,
        projects_n=number("projects_n"),
        suppressed=False,
    )


NUMBERS = (
    "n", "imputed_n", "mature_n", "reached_n", "rate", "median_days", "open_n", "drop_offs", "ideas_n", "projects_n",
)  # fmt: skip


def _guarded(step: FunnelStepOut, hides: set[tuple[str, Unit]]) -> FunnelStepOut:
    """The whole cell hidden, or only the counts inside it that must not be seen."""
    if (step.code, step.unit) in hides:
        return msgspec.structs.replace(step, **dict.fromkeys(NUMBERS), suppressed=True)
    small: dict[str, Any] = {"open_n": None} if is_small(step.open_n or 0) else {}
    if (step.code, "project") in hides:
        small["projects_n"] = None
    drop_offs = step.drop_offs and _without_small(step.drop_offs)
    suppressed = bool(small) or drop_offs != step.drop_offs
    return msgspec.structs.replace(step, **small, drop_offs=drop_offs, suppressed=suppressed)


def _without_small(drop_offs: DropOffsOut) -> DropOffsOut:
    counts = msgspec.structs.asdict(drop_offs)
    return DropOffsOut(**{name: None if is_small(count or 0) else count for name, count in counts.items()})


def _statuses(mode: Mode, row: Row) -> list[StatusCountOut] | None:
    if mode != "snapshot":
        return None
    return [StatusCountOut(status, row.numbers[f"status.{status.value}"]) for status in STATUSES]
