"""What a loan may be and become. Where only the programme or our registers differ, the bank is right: see findings."""

from datetime import date, timedelta

from incubator.days import LAST_DAY, fault_of_day
from incubator.errors import DomainError, FieldError, broken_rule, rule_text
from incubator.ideas.models import check_day
from incubator.loans.models import Loan

OTHER_LENDER = rule_text(
    "programme_of_other_lender",
    "The programme belongs to another lender.",
    "Chương trình cho vay này thuộc bên cho vay khác.",
)
NOT_APPROVED = rule_text(
    "application_not_approved",
    "A loan follows an application that the bank has approved; this one is {status}.",
    "Chỉ lập khoản vay từ hồ sơ đã được ngân hàng duyệt; hồ sơ này đang ở trạng thái {status}.",
)
NOT_AS_APPLIED = rule_text(
    "loan_not_as_applied",
    "{fields} must be as in the application; leave out what is the same.",
    "{fields} phải đúng như trong hồ sơ; có thể bỏ qua các trường giống nhau.",
)
BELOW_DISBURSED = rule_text(
    "approved_below_disbursed",
    "{disbursed_vnd} VND were paid out already; no less can have been approved.",
    "Đã giải ngân {disbursed_vnd} đồng; số tiền duyệt không thể nhỏ hơn.",
)
AFTER_FIRST_ENTRY = rule_text(
    "approval_after_first_entry",
    "The ledger of the loan begins on {first_on}; it was approved on that day or before.",
    "Bút toán đầu tiên của khoản vay là ngày {first_on}; ngày duyệt không thể sau ngày đó.",
)
PAID_OUT = rule_text(
    "loan_paid_out",
    "A loan of which something was paid out is not cancelled.",
    "Không thể hủy khoản vay đã giải ngân.",
)
CANCELLED = rule_text(
    "loan_is_cancelled",
    "The loan was cancelled on {cancelled_on} and does not change any more.",
    "Khoản vay đã hủy ngày {cancelled_on} nên không thay đổi nữa.",
)


def check_days(approved_on: date, maturity_on: date, *, today: date) -> None:
    """The approval is not ahead, and the contract ends after it."""
    errors = fault_of_day(approved_on, "/approved_on")
    if not errors and not approved_on < maturity_on <= LAST_DAY:
        limits = {"min": (approved_on + timedelta(1)).isoformat(), "max": LAST_DAY.isoformat()}
        errors = [FieldError(code="out_of_range", pointer="/maturity_on", params=limits)]
    if errors:
        raise DomainError("validation_failed", errors=errors)
    check_day(approved_on, not_before=approved_on, today=today)


def check_amount(loan: Loan, approved_vnd: int) -> None:
    if approved_vnd < loan.disbursed_vnd:
        raise broken_rule(BELOW_DISBURSED, disbursed_vnd=loan.disbursed_vnd)


def check_first_entry(approved_on: date, first_on: date | None) -> None:
    if first_on is not None and approved_on > first_on:
        raise broken_rule(AFTER_FIRST_ENTRY, first_on=first_on.isoformat())


def check_not_cancelled(loan: Loan) -> None:
    if loan.cancelled_on is not None:
        raise broken_rule(CANCELLED, cancelled_on=loan.cancelled_on.isoformat())


def check_cancellable(loan: Loan, cancelled_on: date, *, today: date) -> None:
    check_not_cancelled(loan)
    if loan.disbursed_vnd or loan.normal_vnd or loan.overdue_vnd or loan.frozen_vnd:
        raise broken_rule(PAID_OUT)
    check_day(cancelled_on, not_before=loan.approved_on, today=today)
