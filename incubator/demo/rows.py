"""Rows on their way into the database: instances of the models, copied table by table."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Table

from incubator.db import Base


class Sheet(msgspec.Struct, frozen=True):
    """Rows for one table. Columns that no row sets are left to their defaults in the database."""

    table: str
    columns: list[str]
    records: list[tuple[Any, ...]]


class Rows:
    """Collects what belongs together. The models check their own rules while the rows are made."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, *rows: Base) -> None:
        """A row keeps changing until `sheets` is called: only then is it read."""
        for row in rows:
            self._rows[row.__tablename__].append(vars(row))

    def sheets(self) -> Iterator[Sheet]:
        """Every table with rows, referenced tables first."""
        for table in Base.metadata.sorted_tables:
            if rows := self._rows.get(table.name):
                yield _sheet(table, rows)


def _sheet(table: Table, rows: list[dict[str, Any]]) -> Sheet:
    columns = [column.name for column in table.columns if any(column.name in row for row in rows)]
    return Sheet(table.name, columns, [tuple(map(row.get, columns)) for row in rows])
