"""What still holds of an append-only history, where a later row may take an earlier one back."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar


class Voidable(Protocol):
    """A row of a history. One that has `voids_id` takes that row back and says nothing else."""

    @property
    def id(self) -> Any: ...
    @property
    def voids_id(self) -> Any: ...


Row = TypeVar("Row", bound=Voidable)


def standing(history: Iterable[Row]) -> list[Row]:
    """The rows that were not taken back, in their order; those that take back are left out."""
    rows = list(history)
    voided = {row.voids_id for row in rows}
    return [row for row in rows if row.voids_id is None and row.id not in voided]
