"""Recording an inspection, and taking a wrong one back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import FIRST_DAY, civil_day
from incubator.errors import DomainError, wrong_field
from incubator.ideas.models import check_day
from incubator.loans.access import lock_loan
from incubator.loans.inspections.models import Inspection, Use, check_inspected_on, check_not_voided
from incubator.loans.inspections.queries import first_disbursed_on
from incubator.loans.inspections.schemas import InspectionCreate, InspectionVoid
from incubator.loans.models import Loan


async def add_inspection(
    session: AsyncSession, actor: Actor, loan_id: UUID, data: InspectionCreate, *, now: datetime
) -> UUID:
    """What a visit found, by who enters loans where this one lies."""
    actor.require(Permission.loans_enter)
    loan = await lock_loan(session, actor, loan_id)
    actor.require_at(Permission.loans_enter, province_id=loan.province_id, commune_id=loan.locality_id)
    if data.used_as_agreed is not Use.yes and data.note is None:
        raise wrong_field("/note", "required")
    check_day(data.inspected_on, not_before=FIRST_DAY, today=civil_day(now))
    paid_on = await session.scalar(select(first_disbursed_on(loan.id)))
    since = paid_on or loan.approved_on
    check_inspected_on(data.inspected_on, since=since, is_cancelled=loan.cancelled_on is not None)
    inspection = Inspection(
        loan_id=loan.id, inspected_on=data.inspected_on, used_as_agreed=data.used_as_agreed.value, note=data.note,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    return await _append(session, actor, "add", inspection)


async def void_inspection(
    session: AsyncSession, actor: Actor, loan_id: UUID, inspection_id: UUID, data: InspectionVoid, *, now: datetime
) -> UUID:
    """Take an inspection back: who recorded it within some days, staff at any time. Both rows stay."""
    actor.require(Permission.loans_enter, Permission.loans_manage)
    loan = await lock_loan(session, actor, loan_id)
    inspection = await session.scalar(
        select(Inspection).where(
            Inspection.id == inspection_id, Inspection.loan_id == loan.id, Inspection.voids_id.is_(None)
        )
    )
    if inspection is None:
        raise DomainError("not_found")
    by_staff = _may(actor, Permission.loans_manage, loan)
    if not by_staff and not (inspection.recorded_by_id == actor.id and _may(actor, Permission.loans_enter, loan)):
        raise DomainError("forbidden")
    check_not_voided(
        await session.scalar(select(Inspection.id).where(Inspection.voids_id == inspection.id)) is not None
    )
    inspection.check_voidable(civil_day(now), by_staff=by_staff)
    void = Inspection(
        loan_id=loan.id, inspected_on=inspection.inspected_on, note=data.reason, voids_id=inspection.id,
        recorded_by_kind=actor.kind, recorded_by_id=actor.id,
    )  # fmt: skip
    await _append(session, actor, "void", void)
    return inspection.id


def _may(actor: Actor, permission: Permission, loan: Loan) -> bool:
    return actor.territory(permission).covers(loan.province_id, loan.locality_id)


async def _append(session: AsyncSession, actor: Actor, action: str, inspection: Inspection) -> UUID:
    session.add(inspection)
    await session.flush()
    subject_id = inspection.voids_id or inspection.id
    record_audit(session, actor, action, "loan_inspection", subject_id, loan_id=str(inspection.loan_id))
    await session.flush()
    return inspection.id
