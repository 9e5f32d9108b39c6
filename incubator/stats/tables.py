"""A figure as a table for a report: the same numbers, flat, as CSV or XLSX, with an ETag like the JSON."""

import hashlib
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import msgspec
import xlsxwriter
from litestar import Request, Response

from incubator.api.answers import CACHE
from incubator.api.entry import CSV, XLSX, media_of
from incubator.api.tables import csv_table

BYTE_ORDER_MARK = "\ufeff".encode()
"""Excel takes a CSV file for UTF-8 only with this at its start."""


class Table(msgspec.Struct, frozen=True):
    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    as_of: date


def table_answer(request: Request[Any, Any, Any], table: Table) -> Response[Any]:
    """The table in the form that Accept asks for; 304 where If-None-Match holds these very bytes."""
    is_csv = media_of(request) == CSV
    body = BYTE_ORDER_MARK + csv_table(table.header, table.rows) if is_csv else _xlsx(table)
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**CACHE, "etag": etag}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(content=b"", status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="{table.name}.{"csv" if is_csv else "xlsx"}"'
    return Response(content=body, media_type=CSV if is_csv else XLSX, headers=headers)


def _xlsx(table: Table) -> bytes:
    """The file says that it was made on the day of the figure: the same figure is the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.combine(table.as_of, time())})
    sheet = book.add_worksheet(table.name)
    for number, row in enumerate([table.header, *table.rows]):
        sheet.write_row(number, 0, [_cell(value) for value in row])
    book.close()
    return out.getvalue()


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
