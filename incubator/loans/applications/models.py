"""Applications for a loan, and the machine that moves them from the household to the bank."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from incubator.actor import Permission
from incubator.db import Base, one_of
from incubator.errors import DomainError
from incubator.ideas.models import check_day
from incubator.money import MOST_VND


class ApplicationStatus(enum.StrEnum):
    draft = "draft"
    submitted = "submitted"
    group_approved = "group_approved"
    commune_certified = "commune_certified"
    bank_approved = "bank_approved"
    rejected = "rejected"
    withdrawn = "withdrawn"


class ApplicationAction(enum.StrEnum):
    enter = "enter"
    submit = "submit"
    approve_by_group = "approve_by_group"
    certify = "certify"
    approve_by_bank = "approve_by_bank"
    reject = "reject"
    withdraw = "withdraw"
    void = "void"


class Step(msgspec.Struct, frozen=True):
    """One row of the state machine: from where, to where, and which permission it takes."""

    sources: frozenset[ApplicationStatus]
    target: ApplicationStatus
    permission: Permission


_S, _A, _P = ApplicationStatus, ApplicationAction, Permission

UNDECIDED = frozenset({_S.submitted, _S.group_approved, _S.commune_certified})

NEXT: Mapping[ApplicationAction, Step] = {
    _A.submit: Step(frozenset({_S.draft}), _S.submitted, _P.loans_enter),
    _A.approve_by_group: Step(frozenset({_S.submitted}), _S.group_approved, _P.loans_enter),
    _A.certify: Step(frozenset({_S.submitted, _S.group_approved}), _S.commune_certified, _P.loans_enter),
    _A.approve_by_bank: Step(frozenset({_S.commune_certified}), _S.bank_approved, _P.loans_manage),
    _A.reject: Step(UNDECIDED, _S.rejected, _P.loans_enter),
    _A.withdraw: Step(UNDECIDED | {_S.draft}, _S.withdrawn, _P.loans_enter),
}
"""Every step between statuses; a void takes one of them back. Certifying a submitted application is for borrowers
without a group, such as students."""


class LoanApplication(Base):
    """A household asks for a loan. Its place is that of the household on the day of entry."""

    __tablename__ = "loan_application"
    __table_args__ = (
        ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_loan_application_locality_id_province_id_locality",
        ),
        CheckConstraint(one_of("status", ApplicationStatus), name="status_known"),
        CheckConstraint(f"asked_vnd BETWEEN 1 AND {MOST_VND}", name="asked_vnd_range"),
        CheckConstraint("months BETWEEN 1 AND 600", name="months_range"),
        CheckConstraint("char_length(purpose) BETWEEN 1 AND 500", name="purpose_length"),
        CheckConstraint("moved_on >= applied_on", name="moves_after_entry"),
        Index("ix_loan_application_province_id_id", "province_id", "id"),
        Index("ix_loan_application_locality_id_id", "locality_id", "id"),
        Index("ix_loan_application_status_id", "status", "id"),
        Index("ix_loan_application_household_id_id", "household_id", "id"),
        Index("ix_loan_application_group_id_id", "group_id", "id"),
        Index("ix_loan_application_programme_id_id", "programme_id", "id"),
        Index("ix_loan_application_project_id_id", "project_id", "id", postgresql_where="project_id IS NOT NULL"),
        Index("ix_loan_application_applicant_id", "applicant_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    applicant_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("loan_programme.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("credit_group.id"))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("project.id"))
    asked_vnd: Mapped[int] = mapped_column(BigInteger)
    months: Mapped[int] = mapped_column(SmallInteger)
    purpose: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    applied_on: Mapped[date] = mapped_column(Date)
    moved_on: Mapped[date] = mapped_column(Date)
    locality_id: Mapped[UUID] = mapped_column(Uuid)
    province_id: Mapped[UUID] = mapped_column(Uuid)
    entered_by_kind: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}

    def require_step(self, action: ApplicationAction) -> None:
        """409 where the action does not start at this status."""
        if self.status not in NEXT[action].sources:
            allowed = actions_from(self.status)
            raise DomainError("invalid_transition", status=self.status, action=action.value, allowed_actions=allowed)

    def move(self, action: ApplicationAction, occurred_on: date, *, today: date) -> None:
        """The only place where a status changes. Refuses a step that `NEXT` does not hold, and a wrong day."""
        self.require_step(action)
        check_day(occurred_on, not_before=self.moved_on, today=today)
        self.status = NEXT[action].target.value
        self.moved_on = occurred_on

    def take_back(self, status: str, moved_on: date) -> None:
        """Undo the last step after a row of history voids it: what held before it holds again."""
        self.status = status
        self.moved_on = moved_on


class ApplicationTransition(Base):
    """The append-only history. `voids_id` names a wrong row that this one takes back."""

    __tablename__ = "loan_application_transition"
    __table_args__ = (UniqueConstraint("application_id", "number"), UniqueConstraint("voids_id"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    application_id: Mapped[UUID] = mapped_column(ForeignKey("loan_application.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    action: Mapped[str] = mapped_column(Text)
    from_status: Mapped[str | None] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str | None] = mapped_column(Text)
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_application_transition.id"))


def actions_from(status: str) -> list[str]:
    """The actions that start at a status, in the order of the table."""
    return [action.value for action, step in NEXT.items() if status in step.sources]
