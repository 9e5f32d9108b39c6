"""Keyset pages: a walk meets every row once while others insert, and page 1,000 costs what page 1 costs."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, literal_column, select, tuple_

from incubator.db import AnySelect, Reads, fetch_all, param, statement
from incubator.errors import DomainError

T = TypeVar("T")
Row = TypeVar("Row", bound=msgspec.Struct)

MAX_LIMIT = 200
COUNT_CAP = 10_000
EXPORT_BATCH = 2_000
SIZES = (2, 6, 11, 26, 51, 101, MAX_LIMIT + 1, EXPORT_BATCH)
"""Rows that a statement asks for: the next size up from what is wanted, so that few statements serve all limits."""

SmallNumber = Annotated[int, msgspec.Meta(ge=1, le=32_767)]
"""As a column of small integers holds it: a forged cursor with a larger one is refused before the database."""


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of every list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="How many items a page holds.")] = 50
    cursor: Annotated[str, msgspec.Meta(max_length=1000, description="next_cursor of the page before.")] | None = None
    count: Annotated[
        Literal["none", "exact"],
        msgspec.Meta(description="exact adds total, which stops counting at 10,000."),
    ] = "none"


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page. `total` appears with count=exact; beyond 10,000 it is capped and says so."""

    items: list[T]
    next_cursor: str | None
    total: int | msgspec.UnsetType
    total_is_capped: bool | msgspec.UnsetType


class Order(msgspec.Struct, frozen=True, eq=False):
    """Columns to sort by, the last unique; never null, never changing.

    Part of the key of a cached statement by what it is, not what it holds: `==` on SQL columns makes SQL. So it
    stands beside the list, made once.
    """

    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False

    def after(self) -> ColumnElement[bool]:
        places = [param(f"after_{i}", column.type) for i, column in enumerate(self.columns)]
        if len(self.columns) == 1:
            return self.columns[0] < places[0] if self.descending else self.columns[0] > places[0]
        left, right = tuple_(*self.columns), tuple_(*places)
        return left < right if self.descending else left > right


class Cut(msgspec.Struct, frozen=True):
    """Which part of a list a statement takes: how many rows at most, from the start or after a place."""

    rows: int
    after: bool


def id_of(row: Any) -> tuple[Any, ...]:
    return (row.id,)


class Listing(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A list as a question that can be asked page by page, counted and exported.

    `query(*shape)` selects all of it, in no order; `place` reads a row's own place in the `order`. Where the page
    shows more than what decides who is in it, `show(cut, *shape)` adds that to the select that is cut already, and
    counting goes without. `query`, `order`, `show` and the hashable `shape` are the key of the cached statement, so
    the first three are of a module, never made for a request.
    """

    name: str
    query: Callable[..., AnySelect]
    shape: tuple[Any, ...]
    order: Order
    values: Mapping[str, Any]
    row: type[Row]
    read: Callable[..., Row] | None = None
    """Makes a row of what the database gives, where that is not its fields in their order."""
    show: Callable[..., AnySelect] | None = None
    place: Callable[[Row], tuple[Any, ...]] = id_of
    place_types: type[Any] = tuple[UUID]
    columns: tuple[str, ...] = ()
    """Of the table, where they are not the fields of a row."""

    def header(self) -> tuple[str, ...]:
        return self.columns or self.row.__struct_fields__


def keyset(query: AnySelect, order: Order, *, cut: Cut) -> AnySelect:
    """Cut one page out of a select: in order, and after the cursor's place if there is one.

    The number of rows is text, not a parameter: without it PostgreSQL cannot judge a cached plan and plans
    each page anew, which took five times as long as running it (docs/decisions/0003).
    """
    if cut.after:
        query = query.where(order.after())
    columns = [column.desc() if order.descending else column.asc() for column in order.columns]
    return query.order_by(*columns).limit(literal_column(str(cut.rows)))


async def fetch_page(reads: Reads, listing: Listing[Row], page: PageQuery, *, path: str) -> Page[Row]:
    """The page that the cursor names, and the cursor of the next one; both hold for this path and these filters."""
    bound_to = _fingerprint(path, page)
    rows = await _rows_after(reads, listing, _place_of(listing, page.cursor, bound_to), page.limit + 1)
    items = rows[: page.limit]
    more = len(rows) > page.limit
    total: int | msgspec.UnsetType = msgspec.UNSET
    if page.count == "exact":
        total = (await reads.rows(_total(listing.query, listing.shape), listing.values))[0][0]
    return Page(
        items=items,
        next_cursor=_cursor(bound_to, listing.place(items[-1])) if more else None,
        total=min(total, COUNT_CAP) if isinstance(total, int) else total,
        total_is_capped=total > COUNT_CAP if isinstance(total, int) else total,
    )


async def walk(reads: Reads, listing: Listing[Row]) -> AsyncIterator[list[Row]]:
    """The whole list in batches, each a short statement of its own, in constant memory."""
    place: tuple[Any, ...] | None = None
    while True:
        rows = await _rows_after(reads, listing, place, EXPORT_BATCH)
        if rows:
            yield rows
        if len(rows) < EXPORT_BATCH:
            return
        place = listing.place(rows[-1])


async def _rows_after(reads: Reads, listing: Listing[Row], place: tuple[Any, ...] | None, limit: int) -> list[Row]:
    values = dict(listing.values)
    if place is not None:
        values |= {f"after_{i}": value for i, value in enumerate(place)}
    rows = next(size for size in SIZES if size >= limit)
    query = _page(listing.query, listing.shape, listing.order, listing.show, Cut(rows, place is not None))
    found = await fetch_all(reads, query, values, listing.read or listing.row)
    return found[:limit]


@statement
def _page(
    query: Callable[..., AnySelect],
    shape: tuple[Any, ...],
    order: Order,
    show: Callable[..., AnySelect] | None,
    cut: Cut,
) -> AnySelect:
    page = keyset(query(*shape), order, cut=cut)
    return show(page, *shape) if show else page


@statement
def _total(query: Callable[..., AnySelect], shape: tuple[Any, ...]) -> AnySelect:
    """How many rows, counting no further than one beyond the cap."""
    some = query(*shape).order_by(None).limit(literal_column(str(COUNT_CAP + 1))).subquery()
    return select(func.count()).select_from(some)


def _cursor(bound_to: str, place: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([bound_to, *place])).rstrip(b"=").decode()


def _place_of(listing: Listing[Row], cursor: str | None, bound_to: str) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_for, *parts = msgspec.json.decode(raw, type=list[Any])
        place: tuple[Any, ...] = msgspec.convert(parts, listing.place_types)
    except (ValueError, binascii.Error, RecursionError, msgspec.MsgspecError) as exc:
        raise DomainError("invalid_cursor") from exc
    if _cursor(made_for, place) != cursor or any("\0" in part for part in place if isinstance(part, str)):
        raise DomainError("invalid_cursor")
    if made_for != bound_to:
        raise DomainError("cursor_mismatch")
    return place


def _fingerprint(path: str, page: PageQuery) -> str:
    """What a cursor is bound to: the list and its filters, not the size of its pages."""
    filters = [value for name, value in msgspec.structs.asdict(page).items() if name not in PageQuery.__struct_fields__]
    return hashlib.sha256(msgspec.json.encode([path, filters])).hexdigest()[:12]
