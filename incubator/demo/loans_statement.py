"""The bank's statement of the last month: a balance of each loan, and the differences that it brought to light."""

from datetime import timedelta

from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import STATEMENT_OF
from incubator.demo.loans_ledger import Book
from incubator.demo.rows import Rows
from incubator.loans.ledger.rules import Amounts
from incubator.loans.reconciliation.models import (
    BankBalance,
    DifferenceCause,
    Reconciliation,
    ReconciliationAction,
    ReconciliationMove,
    ReconciliationStatus,
)

_NOT_BOOKED_YET, _JUST_PAID = 0.25, timedelta(days=4)
_IN_ANOTHER_BUCKET, _BANK_ERRS, _EXPLAINED = 0.12, 0.0006, 0.6
_EXPLAINED_AFTER, _CORRECTED_AFTER = (1, 14), timedelta(minutes=10)
_ERRORS, _LARGEST_ERROR = (-500_000, 1_000_000, 200_000), 1_000_000

_NOTES = {
    DifferenceCause.timing: "Ngân hàng hạch toán khoản trả nợ sang đầu tháng sau.",
    DifferenceCause.moved_between_buckets: "Ngân hàng chưa chuyển khoản này sang nợ quá hạn.",
    DifferenceCause.bank_error: "Phòng giao dịch xác nhận sao kê sai, sẽ sửa ở kỳ sau.",
}
_ENTERED = "Đã ghi bổ sung giao dịch của tháng 10."


def put_balance(rows: Rows, clerk: Clerk, book: Book) -> None:
    """What the bank says, and where that is not what the ledger said when it came in, what became of the difference."""
    cause, bank = _what_the_bank_says(clerk, book)
    if Amounts() == bank == book.known:
        return
    at = clerk.statement_at
    balance_id = clerk.dice.new_id(at)
    rows.put(
        BankBalance, id=balance_id, loan_id=book.loan_id, on_day=STATEMENT_OF, normal_vnd=bank.normal,
        overdue_vnd=bank.overdue, frozen_vnd=bank.frozen, recorded_at=at, **clerk.recorded,
    )  # fmt: skip
    left = bank.minus(book.known)
    if left == Amounts():
        return
    found = Reconciliation(
        id=clerk.dice.new_id(at), version=1, bank_balance_id=balance_id, loan_id=book.loan_id,
        d_normal=left.normal, d_overdue=left.overdue, d_frozen=left.frozen,
        status=ReconciliationStatus.open.value, created_at=at,
    )  # fmt: skip
    rows.add(found)
    _settle(rows, clerk, book, found, cause)


def _what_the_bank_says(clerk: Clerk, book: Book) -> tuple[DifferenceCause | None, Amounts]:
    """The truth, mostly, and why not. Where entries were late the truth alone is a difference."""
    dice, truth = clerk.dice, book.at_statement
    if truth != book.known:
        return None, truth
    paid_on, paid = book.last_paid
    if STATEMENT_OF - _JUST_PAID < paid_on <= STATEMENT_OF and paid and dice.chance(_NOT_BOOKED_YET):
        return DifferenceCause.timing, truth.plus(Amounts(normal=paid))
    if truth.overdue and dice.chance(_IN_ANOTHER_BUCKET):
        return DifferenceCause.moved_between_buckets, truth.plus(Amounts(truth.overdue, -truth.overdue))
    if truth.normal > _LARGEST_ERROR and dice.chance(_BANK_ERRS):
        return DifferenceCause.bank_error, truth.plus(Amounts(dice.pick(_ERRORS)))
    return None, truth


def _settle(rows: Rows, clerk: Clerk, book: Book, found: Reconciliation, cause: DifferenceCause | None) -> None:
    """What was only entered late is corrected with that; the rest is explained, or still open."""
    if cause is None:
        assert book.late_at is not None
        action, now = ReconciliationAction.correct, book.late_at + _CORRECTED_AFTER
        found.move(action, clerk.staff.id, cause=None, note=_ENTERED, now=now)
    elif clerk.dice.chance(_EXPLAINED):
        action, day = ReconciliationAction.explain, clerk.dice.between(*_EXPLAINED_AFTER)
        now = clerk.arrivals.on(clerk.statement_at.date() + timedelta(days=day))
        found.move(action, clerk.staff.id, cause=cause.value, note=_NOTES[cause], now=now)
    else:
        return
    found.version += 1
    rows.put(
        ReconciliationMove, id=clerk.dice.new_id(now), reconciliation_id=found.id, number=1, action=action.value,
        from_status=ReconciliationStatus.open.value, to_status=found.status, cause=found.cause, note=found.note,
        recorded_at=now, actor_kind=clerk.staff.kind, actor_id=clerk.staff.id,
    )  # fmt: skip
