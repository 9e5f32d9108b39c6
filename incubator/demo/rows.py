"""Rows on their way into the database, copied table by table."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Table

from incubator.db import Base

_STATE_OF_INSTANCE = "_sa_instance_state"


class Sheet(msgspec.Struct, frozen=True):
    """Rows for one table. Columns that no row sets are left to their defaults in the database."""

    table: str
    columns: list[str]
    records: list[tuple[Any, ...]]


class Batch(msgspec.Struct, frozen=True):
    """So much of a story with all its rows; nothing at the end."""

    told: int
    sheets: list[Sheet]


class Rows:
    """Collects what belongs together. Models with rules check them while their instances are made and moved."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, *rows: Base) -> None:
        """A row keeps changing until `sheets` is called: only then is it read."""
        for row in rows:
            self._rows[row.__tablename__].append(vars(row))

    def put(self, model: type[Base], **columns: Any) -> None:
        """A row that has no rules of its own: an instance would only cost time, and there are a million of these."""
        self._rows[model.__tablename__].append(columns)

    def pour(self, others: "Rows") -> None:
        """Take over what was collected elsewhere."""
        for table, rows in others._rows.items():
            self._rows[table].extend(rows)
        others._rows.clear()

    def sheets(self) -> Iterator[Sheet]:
        """Every table with rows, referenced tables first."""
        for table in Base.metadata.sorted_tables:
            if rows := self._rows.get(table.name):
                yield _sheet(table, rows)


def _sheet(table: Table, rows: list[dict[str, Any]]) -> Sheet:
    named = set().union(*rows) - {_STATE_OF_INSTANCE}
    columns = [column.name for column in table.columns if column.name in named]
    if unknown := named.difference(columns):
        raise KeyError(f"{table.name} has no columns {sorted(unknown)}")
    return Sheet(table.name, columns, [tuple(map(row.get, columns)) for row in rows])
