"""Applications for loans: those that led to a loan of this year, and those that are on their way."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from incubator.demo.dice import days_later, workday
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import BANK_CLOSES
from incubator.demo.loans_households import Home
from incubator.demo.loans_plans import Plan
from incubator.demo.loans_programmes import MILLION, Lenders, Offer
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.loans.applications.models import (
    ApplicationAction,
    ApplicationStatus,
    ApplicationTransition,
    LoanApplication,
)

KEPT_SINCE = date(2025, 1, 6)
"""Papers of earlier applications stayed with the bank."""

_KEPT, _ASKED_MORE, _DECIDED_AFTER = 0.05, (0, 20), 24
_ON_THEIR_WAY, _BEGUN_BEFORE, _STEP_AFTER = 0.12, (18, 75), (2, 9)

_A = ApplicationAction
_TO_THE_BANK = (_A.submit, _A.approve_by_group, _A.certify, _A.approve_by_bank)
_PATHS: Sequence[tuple[ApplicationAction, ...]] = (
    (), _TO_THE_BANK[:1], _TO_THE_BANK[:2], _TO_THE_BANK[:3], _TO_THE_BANK, (*_TO_THE_BANK[:2], _A.reject),
    (*_TO_THE_BANK[:1], _A.withdraw),
)  # fmt: skip
_PATH_WEIGHTS = (8, 16, 20, 22, 10, 14, 10)
_REASONS = {
    _A.reject: "Phương án chưa rõ đầu ra, tổ đề nghị bổ sung.",
    _A.withdraw: "Hộ đã thu xếp được vốn của gia đình.",
}
_PURPOSES = (
    "Mua trâu, bò sinh sản", "Mua lợn giống và cám, sửa chuồng", "Trồng quế, mua cây giống và phân bón",
    "Trồng chè, cải tạo nương", "Nuôi cá lồng, mua lưới và cá giống", "Mua máy sao chè cỡ nhỏ",
    "Sửa nhà làm homestay", "Làm giếng và nhà vệ sinh hợp chuẩn", "Đóng học phí cho con học cao đẳng",
)  # fmt: skip


def put_kept(rows: Rows, clerk: Clerk, lenders: Lenders, home: Home, plan: Plan) -> UUID | None:
    """The application that led to a loan, if its papers are here."""
    if plan.approved_on < KEPT_SINCE or not clerk.dice.chance(_KEPT):
        return None
    begun_on = workday(plan.approved_on - timedelta(days=_DECIDED_AFTER))
    asked = (plan.approved_millions + clerk.dice.between(*_ASKED_MORE)) * MILLION
    asked = min(asked, plan.offer.max_vnd or asked)
    path = [*_TO_THE_BANK[:3]] if home.circle else [_A.submit, _A.certify]
    days = [days_later(begun_on, 4 * number) for number in range(len(path) + 1)]
    steps = list(zip([*path, _A.approve_by_bank], [*days[1:], plan.approved_on], strict=True))
    return _put(rows, clerk, lenders, home, plan.offer, asked, len(plan.due_days) * 12, begun_on, steps)


def put_on_its_way(rows: Rows, clerk: Clerk, lenders: Lenders, home: Home, offer: Offer) -> None:
    """An application of these weeks, as far as it has come."""
    dice = clerk.dice
    if not dice.chance(_ON_THEIR_WAY):
        return
    day = begun_on = workday(BANK_CLOSES - timedelta(days=dice.between(*_BEGUN_BEFORE)))
    steps = []
    for action in dice.weighted(_PATHS, _PATH_WEIGHTS):
        day = days_later(day, dice.between(*_STEP_AFTER))
        if day > BANK_CLOSES:
            break
        steps.append((action, day))
    least, usual, _ = offer.millions
    asked = dice.between(least, usual) * MILLION
    _put(rows, clerk, lenders, home, offer, asked, dice.pick(offer.months), begun_on, steps)


def _put(
    rows: Rows, clerk: Clerk, lenders: Lenders, home: Home, offer: Offer, asked_vnd: int, months: int, begun_on: date,
    steps: Sequence[tuple[ApplicationAction, date]],
) -> UUID:  # fmt: skip
    at = clerk.dice.after(clerk.arrivals.on(begun_on), begun_on)
    application = LoanApplication(
        id=clerk.dice.new_id(at), version=1 + len(steps), household_id=home.id, applicant_id=home.head_id,
        programme_id=lenders.programmes[offer.code], group_id=home.circle and home.circle.id,
        project_id=home.project_id, asked_vnd=asked_vnd, months=months, purpose=clerk.dice.pick(_PURPOSES),
        status=ApplicationStatus.draft.value, applied_on=begun_on, moved_on=begun_on, locality_id=home.commune_id,
        province_id=PROVINCE_ID, created_at=at, **clerk.entered,
    )  # fmt: skip
    rows.add(application)
    _put_step(rows, clerk, application, 1, _A.enter, None)
    for number, (action, day) in enumerate(steps, start=2):
        before = application.status
        application.move(action, day, today=BANK_CLOSES)
        _put_step(rows, clerk, application, number, action, before)
    return application.id


def _put_step(
    rows: Rows, clerk: Clerk, application: LoanApplication, number: int, action: ApplicationAction, before: str | None
) -> None:
    at = clerk.arrivals.on(application.moved_on) if before else application.created_at
    rows.put(
        ApplicationTransition, id=clerk.dice.new_id(at), application_id=application.id, number=number,
        action=action.value, from_status=before, to_status=application.status, occurred_on=application.moved_on,
        recorded_at=max(at, application.created_at), actor_kind=clerk.staff.kind, actor_id=clerk.staff.id,
        reason=_REASONS.get(action),
    )  # fmt: skip
