"""What would become of each row of a batch, found in memory from what was fetched for all of them at once."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from incubator.errors import DomainError, FieldError
from incubator.loans.ledger.batches.schemas import RowResult, RowStatus
from incubator.loans.ledger.rules import (
    BUCKET_LABELS,
    DISBURSED_OVER_APPROVED,
    ENTRY_BEFORE_APPROVAL,
    ENTRY_CHANGES_NOTHING,
    ENTRY_IN_FUTURE,
    LOAN_CANCELLED,
    Books,
    Posting,
    check_form,
    check_posting,
    find_lack,
)


class NewRow(msgspec.Struct, frozen=True):
    """A row that is not in the ledger yet: its place in the batch, and what it would write."""

    row: int
    loan_id: UUID
    row_key: str
    posting: Posting


class _Fault(msgspec.Struct, frozen=True):
    """How a refusal is said of a field: its code, the part of the row, and which bound comes from which parameter."""

    code: str
    place: str
    bound: str = ""
    source: str = ""


_FAULTS: dict[str, _Fault] = {
    "not_found": _Fault("not_found", "contract_no"),
    "insufficient_balance": _Fault("out_of_range", "entry", "max", "available_vnd"),
    DISBURSED_OVER_APPROVED: _Fault("out_of_range", "entry/amount_vnd", "max", "left_vnd"),
    ENTRY_IN_FUTURE: _Fault("out_of_range", "entry/effective_on", "max", "today"),
    ENTRY_BEFORE_APPROVAL: _Fault("out_of_range", "entry/effective_on", "min", "approved_on"),
    ENTRY_CHANGES_NOTHING: _Fault("required", "entry"),
    LOAN_CANCELLED: _Fault("immutable", "contract_no"),
}


def key_of(posting: Posting, ordinal: int) -> str:
    """What makes a row of the bank the same as another of its loan."""
    change = posting.change
    amounts = (change.normal, change.overdue, change.frozen, posting.interest_vnd)
    return "/".join(map(str, (posting.effective_on, posting.kind.value, *amounts, ordinal)))


def judge(books: Books, rows: Sequence[NewRow], *, today: date) -> dict[int, DomainError]:
    """The refusals among the new rows of one loan, by place.

    Those that could not be entered whatever the balances are come out first. Of the others, what counts is the end of
    each day with all of them together; where that does not hold, the fewest and latest are taken out until it does.
    """
    refused = {row.row: found for row in rows if (found := _fault_of_form(books, row.posting, today))}
    kept = [row for row in rows if row.row not in refused]
    for row in kept:
        books.post(row.posting)
    for row in sorted(_take_out(books, kept), key=_place):
        try:
            check_posting(books, row.posting, today=today)
        except DomainError as refusal:
            refused[row.row] = refusal
        else:
            books.post(row.posting)
    return refused


def result_of(row: int, refusal: DomainError | None, entry_id: UUID | None, *, is_known: bool) -> RowResult:
    if refusal is None:
        status = RowStatus.known if is_known else RowStatus.written
        return RowResult(row, status, entry_id, None, None, None)
    params: dict[str, Any] = {name: value for name, value in refusal.params.items() if name != "rule"}
    if "bucket" in params:
        params["bucket"] = _BUCKETS[params["bucket"]]
    return RowResult(row, RowStatus.refused, None, refusal.code, refusal.params.get("rule"), params)


def field_error(row: int, refusal: DomainError) -> FieldError:
    """The refusal of a row as a wrong field of the request."""
    fault = _FAULTS[refusal.params.get("rule", refusal.code)]
    params = {name: value for name, value in refusal.params.items() if name != "bucket"}
    if fault.bound:
        params[fault.bound] = params[fault.source]
    return FieldError(code=fault.code, pointer=f"/rows/{row}/{fault.place}", params=params)


def _fault_of_form(books: Books, posting: Posting, today: date) -> DomainError | None:
    try:
        check_form(books, posting, today=today)
    except DomainError as refusal:
        return refusal
    return None


def _take_out(books: Books, rows: Sequence[NewRow]) -> list[NewRow]:
    """Take rows that are written in the books out again, until these hold. Each time it is the latest of those that
    mend what lacks alone, else the largest. Where a balance lacks something, some row takes it: before these rows
    nothing lacked."""
    left, taken = sorted(rows, key=_place), []
    while lack := find_lack(books):
        until = bisect_right(left, (lack.day, math.inf), key=_place)
        drawn = [lack.drawn_by(row.posting) for row in left[:until]]
        wanted = min(lack.vnd, max(drawn))
        place = max(place for place, vnd in enumerate(drawn) if vnd >= wanted)
        row = left.pop(place)
        books.take_back(row.posting)
        taken.append(row)
    return taken


def _place(row: NewRow) -> tuple[date, float]:
    """Where a row stands in time."""
    return row.posting.effective_on, row.row


_BUCKETS = {label: bucket for bucket, label in BUCKET_LABELS.items()}
