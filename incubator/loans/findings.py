"""What is unusual about a loan although it stands as the bank has it: found in SQL whenever the loan is shown."""

import enum
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_
from sqlalchemy.orm import aliased

from incubator.loans.applications.models import LoanApplication
from incubator.loans.groups.models import GroupMember
from incubator.loans.groups.queries import belongs_on
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.people.households.membership import is_household_member


class LoanWarning(enum.StrEnum):
    """Where the bank's figures differ from what the programme or our registers say."""

    over_programme_amount = "over_programme_amount"
    over_programme_term = "over_programme_term"
    programme_not_open = "programme_not_open"
    more_than_asked = "more_than_asked"
    before_application = "before_application"
    borrower_not_in_household = "borrower_not_in_household"
    household_not_in_group = "household_not_in_group"
    schedule_differs = "schedule_differs"


class RateSource(enum.StrEnum):
    """Where the rate in force comes from."""

    loan = "loan"
    programme = "programme"


ABOUT_AMOUNTS = frozenset(
    {LoanWarning.over_programme_amount, LoanWarning.more_than_asked, LoanWarning.schedule_differs}
)
"""Warnings that tell something about an amount, so they are shown where amounts are."""


def warnings_of(
    loan: Any, programme: Any, *, schedule_id: Any, disbursed_vnd: Any
) -> dict[LoanWarning, ColumnElement[bool]]:
    """Each warning as a condition on a loan joined with its programme. Null is no warning. `schedule_id` and
    `disbursed_vnd` are of the times that are asked for."""
    _W = LoanWarning
    return {
        _W.over_programme_amount: loan.approved_vnd > programme.max_vnd,
        _W.over_programme_term: loan.maturity_on > loan.approved_on + func.make_interval(0, programme.max_months),
        _W.programme_not_open: not_(
            and_(
                loan.approved_on >= programme.starts_on,
                loan.approved_on <= func.coalesce(programme.ends_on, loan.approved_on),
            )
        ),
        _W.more_than_asked: _is_of(loan, lambda application: application.asked_vnd < loan.approved_vnd),
        _W.before_application: _is_of(loan, lambda application: application.moved_on > loan.approved_on),
        _W.borrower_not_in_household: not_(_lived_there(loan)),
        _W.household_not_in_group: and_(loan.group_id.is_not(None), not_(_belonged(loan))),
        _W.schedule_differs: _is_out_of_step(loan, schedule_id, disbursed_vnd),
    }


def _is_of(loan: Any, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether this is so of the application that the loan comes from."""
    application = aliased(LoanApplication)
    return exists().where(application.id == loan.application_id, condition(application))


def _lived_there(loan: Any) -> ColumnElement[bool]:
    return is_household_member(loan.household_id, loan.borrower_id, loan.approved_on)


def _belonged(loan: Any) -> ColumnElement[bool]:
    member = aliased(GroupMember)
    return exists().where(
        member.household_id == loan.household_id,
        member.group_id == loan.group_id,
        belongs_on(loan.approved_on, member),
    )


def _is_out_of_step(loan: Any, schedule_id: Any, disbursed_vnd: Any) -> ColumnElement[bool]:
    """Whether a correction of the loan left its schedule with another total, or with principal due by the approval."""
    version, instalment = aliased(LoanSchedule), aliased(Instalment)
    is_other_total = version.principal_vnd.not_in([loan.approved_vnd, disbursed_vnd])
    too_early = exists().where(instalment.schedule_id == version.id, instalment.due_on <= loan.approved_on)
    return exists().where(version.id == schedule_id, or_(is_other_total, too_early))
