"""The row of one loan, as the database gives it, made into what the API answers."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from incubator.loans.findings import ABOUT_AMOUNTS, LoanWarning, RateSource
from incubator.loans.lenders.schemas import LenderRef
from incubator.loans.schemas import CreditGroupRef, LoanOut, LoanProgrammeRef, PersonRef, RateInForce
from incubator.localities.schemas import LocalityRef


def loan_out(as_of: date, known_at: datetime | None) -> Callable[..., LoanOut]:
    """The reader of a loan's row for the times that were asked for."""

    def out(
        id_: Any, version: int, contract_no: str, household_id: Any, project_id: Any, application_id: Any,
        approved_on: date, maturity_on: date, cancelled_on: date | None, cancel_reason: str | None,
        created_at: datetime, *rest: Any,
    ) -> LoanOut:  # fmt: skip
        names, (status, is_extended, matures_on), rates, opened, amounts, found = _parts(rest)
        return LoanOut(
            id=id_, version=version, lender=LenderRef(*names[:3]), contract_no=contract_no,
            programme=LoanProgrammeRef(*names[3:6]), household_id=household_id, borrower=PersonRef(*names[6:8]),
            group=CreditGroupRef(*names[8:10]) if names[8] else None, project_id=project_id,
            application_id=application_id,
            locality=LocalityRef(*names[10:]), approved_on=approved_on, maturity_on=maturity_on,
            cancelled_on=cancelled_on, cancel_reason=cancel_reason, as_of=as_of, known_at=known_at,
            register_basis="today", status=status, is_overdue=amounts["overdue_vnd"] > 0,
            is_frozen=amounts["frozen_vnd"] > 0, is_extended=is_extended, matures_on=matures_on,
            rate=_rate_in_force(*rates), amounts_hidden=not opened,
            **(amounts if opened else dict.fromkeys(amounts)),
            warnings=[warning for warning in found if opened or warning not in ABOUT_AMOUNTS], created_at=created_at,
        )  # fmt: skip

    return out


def _parts(rest: tuple[Any, ...]) -> tuple[Any, Any, Any, bool, dict[str, int], list[LoanWarning]]:
    """What stands behind the loan's own columns: names, status and flags, rates, whether amounts are shown, the
    amounts, and the warnings that hold."""
    approved, normal, overdue, frozen, disbursed, collected, written_off, adjusted, interest = rest[22:31]
    amounts = {
        "approved_vnd": approved, "disbursed_vnd": disbursed, "normal_vnd": normal, "overdue_vnd": overdue,
        "frozen_vnd": frozen, "outstanding_vnd": normal + overdue + frozen, "collected_vnd": collected,
        "interest_received_vnd": interest, "written_off_vnd": written_off, "adjusted_vnd": adjusted,
    }  # fmt: skip
    found = [warning for warning, holds in zip(LoanWarning, rest[31:], strict=True) if holds]
    return rest[:14], rest[14:17], rest[17:21], rest[21], amounts, found


def _rate_in_force(
    own_from: date | None, own_ppm: int | None, usual_from: date | None, usual_ppm: int | None
) -> RateInForce | None:
    """A rate of the loan itself comes first; where that is null, the programme's holds from then on."""
    if own_from is not None and own_ppm is not None:
        return RateInForce(own_ppm, RateSource.loan, own_from)
    if usual_from is None or usual_ppm is None:
        return None
    return RateInForce(usual_ppm, RateSource.programme, max(usual_from, own_from or usual_from))
