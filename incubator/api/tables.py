"""CSV and XLSX: the whole filtered list in constant memory, batch by batch."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import xlsxwriter
from litestar import Request
from litestar.response import Stream

from incubator.api.entry import CSV, XLSX, actor_of, at_end_of, extend_deadline, media_of
from incubator.audit import record_audit
from incubator.db import Reads
from incubator.errors import DomainError
from incubator.paging import Listing, walk

Row = TypeVar("Row", bound=msgspec.Struct)

MAX_EXPORTS = 4
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 64 * 1024


class Exports:
    """At most four at once in a process: each holds a batch of rows and a share of the pool."""

    def __init__(self) -> None:
        self.running = 0

    def take(self) -> None:
        if self.running >= MAX_EXPORTS:
            raise DomainError("overloaded")
        self.running += 1

    def give_back(self) -> None:
        self.running -= 1


async def export(request: Request[Any, Any, Any], reads: Reads, listing: Listing[Row]) -> Stream:
    """The list as a table. Who exported what is in the audit trail before the first byte leaves."""
    exports: Exports = request.app.state.exports
    exports.take()
    at_end = at_end_of(request)
    at_end.callback(exports.give_back)
    async with request.app.state.database.begin() as session:
        about = next((value for value in request.path_params.values() if isinstance(value, UUID)), None)
        filters = sorted(set(request.query_params.keys()))
        record_audit(session, actor_of(request), "export", listing.name, about, filters=filters)
    media = media_of(request)
    if media == XLSX:
        # Its first byte comes after its last row.
        extend_deadline(request, request.app.state.settings.figure_deadline)
    chunks = _csv(reads, listing) if media == CSV else _xlsx(reads, listing)
    at_end.push_async_callback(chunks.aclose)
    # The first rows are read before the answer begins, so that a database in trouble is still told by the status.
    first = await anext(chunks)
    name = f"{listing.name}.{'csv' if media == CSV else 'xlsx'}"
    return Stream(
        _joined(first, chunks),
        media_type=media,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"},
    )


def csv_table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """One small table at once, such as a figure."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


async def _csv(reads: Reads, listing: Listing[Any]) -> AsyncGenerator[bytes, None]:
    columns = listing.header()
    head = "\ufeff".encode() + csv_table(columns, [])
    async for batch in walk(reads, listing):
        out = io.StringIO()
        csv.writer(out).writerows([_cell(value) for value in _values(row, columns)] for row in batch)
        yield head + out.getvalue().encode()
        head = b""
    if head:
        yield head


async def _xlsx(reads: Reads, listing: Listing[Any]) -> AsyncGenerator[bytes, None]:
    """Through a temporary file: a ZIP's directory is only known at its end."""
    columns = listing.header()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(
            file.name, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet(listing.name[:31])
        sheet.write_row(0, 0, columns)
        number = 1
        async for batch in walk(reads, listing):
            await asyncio.to_thread(_write_rows, sheet, number, batch, columns)
            number += len(batch)
        await asyncio.to_thread(book.close)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


def _write_rows(sheet: Any, start: int, batch: Iterable[Any], columns: Iterable[str]) -> None:
    for number, row in enumerate(batch, start):
        sheet.write_row(number, 0, [_cell(value) for value in _values(row, columns)])


def _values(row: Any, columns: Iterable[str]) -> list[Any]:
    return [getattr(row, column) for column in columns]


def _cell(value: Any) -> Any:
    """Plain values for a spreadsheet; a text that a spreadsheet would run as a formula gets a leading quote."""
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else msgspec.to_builtins(value)
    if isinstance(text, list | dict):
        text = msgspec.json.encode(text).decode()
    text = str(text)
    return "'" + text if text.startswith(FORMULA_STARTS) else text
