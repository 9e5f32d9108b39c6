"""Entries that take two people, and what became of asking for them."""

from datetime import date, datetime, timedelta
from typing import Any

from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import BANK_CLOSES
from incubator.demo.loans_ledger import Book
from incubator.demo.rows import Rows
from incubator.loans.ledger.models import EntryKind, EntryRequest, EntryRequestAction, EntryRequestStatus

_DIED = "Chủ hộ mất trong trận lũ, hộ không còn khả năng trả nợ; ngân hàng đã có quyết định xóa nợ."
_APPROVED = "Đã xem quyết định xóa nợ của ngân hàng."
_LACKS_A_PAPER = "Chưa kèm bảng đối chiếu của ngân hàng."
_FOUND_IT = "Đã đối chiếu lại với sổ vay vốn, số liệu khớp."
_DIFFERS = "Đối chiếu sổ vay vốn thấy tiền lãi đã thu ghi thừa."

_HALF_AN_HOUR, _SOME_DAYS = timedelta(minutes=30), timedelta(days=12)
_FEWEST, _MOST, _THOUSAND = 5, 90, 1_000

_ENDS: tuple[tuple[EntryRequestAction | None, str | None], ...] = (
    (None, None),
    (EntryRequestAction.refuse, _LACKS_A_PAPER),
    (EntryRequestAction.withdraw, _FOUND_IT),
)


def put_write_off(rows: Rows, clerk: Clerk, book: Book, day: date) -> None:
    """Asked for by staff, and written with the approval."""
    frozen = book.balance.frozen
    entry_id = book.write_off(day, _DIED)
    assert book.known_at is not None
    asked = _ask(clerk, book, EntryKind.write_off, day, _DIED, at=book.known_at - _HALF_AN_HOUR, d_frozen=-frozen)
    asked.end(EntryRequestAction.approve, clerk.approver.id, _APPROVED, now=book.known_at, entry_id=entry_id)
    asked.version += 1
    rows.add(asked)


def put_question(rows: Rows, clerk: Clerk, book: Book, number: int) -> None:
    """An adjustment that is still open, was refused or was withdrawn: each in its turn."""
    action, note = _ENDS[number % len(_ENDS)]
    day = BANK_CLOSES - _SOME_DAYS
    interest = -clerk.dice.between(_FEWEST, _MOST) * _THOUSAND
    asked = _ask(clerk, book, EntryKind.adjustment, day, _DIFFERS, at=clerk.arrivals.on(day), interest_vnd=interest)
    if action is not None:
        who = clerk.approver if action is EntryRequestAction.refuse else clerk.staff
        asked.end(action, who.id, note, now=clerk.arrivals.on(BANK_CLOSES))
        asked.version += 1
    rows.add(asked)


def _ask(
    clerk: Clerk, book: Book, kind: EntryKind, day: date, reason: str, *, at: datetime, **amounts: int
) -> EntryRequest:
    changes: dict[str, Any] = dict.fromkeys(("d_normal", "d_overdue", "d_frozen", "interest_vnd"), 0) | amounts
    return EntryRequest(
        id=clerk.dice.new_id(at), version=1, loan_id=book.loan_id, kind=kind.value, effective_on=day, reason=reason,
        status=EntryRequestStatus.open.value, requested_by=clerk.staff.id, requested_at=at, **changes,
    )  # fmt: skip
