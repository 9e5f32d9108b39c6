"""Inspections: whether the loan is used for what it was granted for."""

from datetime import date
from uuid import UUID

from incubator.demo.dice import days_later
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import BANK_CLOSES
from incubator.demo.loans_plans import Plan
from incubator.demo.rows import Rows
from incubator.loans.inspections.models import Inspection, Use

_INSPECTED, _LATE = 0.9, 0.08
_IN_TIME_AFTER, _LATE_AFTER = (5, 26), (32, 90)
_AGAIN, _AGAIN_AFTER = 0.3, (300, 420)
_USES, _USE_WEIGHTS = tuple(Use), (962, 30, 8)
_WRONG_LOAN = 0.001

_NOTES = {
    Use.yes: None,
    Use.partly: "Một phần vốn dùng sửa nhà, phần còn lại mua con giống như phương án.",
    Use.no: "Hộ chưa mua con giống, tiền đang gửi người thân; đã nhắc và hẹn kiểm tra lại.",
}
_VOID = "Ghi nhầm khoản vay của hộ khác."


def put_visits(rows: Rows, clerk: Clerk, loan_id: UUID, plan: Plan) -> None:
    """Most loans are inspected within the month after paying out, and some once more a year later."""
    dice, until = clerk.dice, plan.ends_on or BANK_CLOSES
    if not dice.chance(_INSPECTED):
        return
    after = _LATE_AFTER if dice.chance(_LATE) else _IN_TIME_AFTER
    day = days_later(plan.paid_out_on, dice.between(*after))
    while day <= until:
        _put_visit(rows, clerk, loan_id, day)
        if not dice.chance(_AGAIN):
            return
        day = days_later(day, dice.between(*_AGAIN_AFTER))


def _put_visit(rows: Rows, clerk: Clerk, loan_id: UUID, day: date) -> None:
    dice, at = clerk.dice, clerk.arrivals.of(day)
    use, visit_id = dice.weighted(_USES, _USE_WEIGHTS), dice.new_id(at)
    rows.put(
        Inspection, id=visit_id, loan_id=loan_id, inspected_on=day, used_as_agreed=use.value, note=_NOTES[use],
        voids_id=None, recorded_at=at, **clerk.recorded,
    )  # fmt: skip
    if dice.chance(_WRONG_LOAN):
        rows.put(
            Inspection, id=dice.new_id(at), loan_id=loan_id, inspected_on=day, used_as_agreed=None, note=_VOID,
            voids_id=visit_id, recorded_at=at, **clerk.recorded,
        )  # fmt: skip
