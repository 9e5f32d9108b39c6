"""What the API takes and gives about applications for a loan, and their steps as a union tagged by `action`."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.moves.schemas import OccurredOn
from incubator.loans.applications.models import ApplicationAction, ApplicationStatus
from incubator.loans.schemas import CreditGroupRef, LoanProgrammeRef, PersonRef, Reason, Vnd
from incubator.localities.schemas import CommuneCode, LocalityRef
from incubator.paging import PageQuery

Months = Annotated[int, Meta(ge=1, le=600, description="How long the loan shall run.", examples=[36])]
Purpose = Annotated[str, Meta(min_length=1, max_length=500, examples=["Mua hai con trâu sinh sản"])]


class ApplicationCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household asks for a loan, as a draft or handed in at once."""

    household_id: UUID
    applicant_id: Annotated[UUID, Meta(description="A person who lives in the household on that day.")]
    programme_id: UUID
    asked_vnd: Vnd
    months: Months
    purpose: Purpose
    group_id: Annotated[UUID, Meta(description="The credit group to which the household belongs.")] | None = None
    project_id: Annotated[UUID, Meta(description="The project that the loan is for.")] | None = None
    applied_on: Annotated[date, Meta(description="Today if absent; not ahead.")] | UnsetType = UNSET
    submit: Annotated[bool, Meta(description="Hand it in at once, on that day.")] = False


class ApplicationPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch of a draft: absent is unchanged, null clears. Household and day stay."""

    applicant_id: UUID | UnsetType = UNSET
    programme_id: UUID | UnsetType = UNSET
    group_id: UUID | None | UnsetType = UNSET
    project_id: UUID | None | UnsetType = UNSET
    asked_vnd: Vnd | UnsetType = UNSET
    months: Months | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET


class _Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    occurred_on: OccurredOn | UnsetType = UNSET


class SubmitApplication(_Step, frozen=True, kw_only=True, tag="submit"):
    """Hand in a draft, within the limits of a programme that is open on that day."""


class ApproveByGroup(_Step, frozen=True, kw_only=True, tag="approve_by_group"):
    """The credit group, of at least five households, is for it."""


class CertifyApplication(_Step, frozen=True, kw_only=True, tag="certify"):
    """The commune certifies: after the group's approval, or at once where no group is named."""


class ApproveByBank(_Step, frozen=True, kw_only=True, tag="approve_by_bank"):
    """The bank approves; a loan may follow."""


class RejectApplication(_Step, frozen=True, kw_only=True, tag="reject"):
    """The group, the commune or the bank is against it."""

    reason: Reason


class WithdrawApplication(_Step, frozen=True, kw_only=True, tag="withdraw"):
    """The household does not want the loan any more."""

    reason: Reason


class VoidApplicationStep(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="void"
):
    """Take back the last step because it was recorded by mistake. Both rows stay in the history."""

    reason: Reason


ApplicationStep = (
    SubmitApplication
    | ApproveByGroup
    | CertifyApplication
    | ApproveByBank
    | RejectApplication
    | WithdrawApplication
    | VoidApplicationStep
)


class ApplicationQuery(PageQuery, frozen=True, kw_only=True):
    """Which applications to list, newest first."""

    status: Annotated[list[ApplicationStatus], Meta(max_length=7, description="One or several.")] = []
    household_id: UUID | None = None
    applicant_id: UUID | None = None
    programme_id: UUID | None = None
    group_id: UUID | None = None
    project_id: UUID | None = None
    locality_code: CommuneCode | None = None


class ApplicationRow(msgspec.Struct, frozen=True):
    """An application in a list. `asked_vnd` is null where `amounts_hidden`."""

    id: UUID
    version: int
    status: ApplicationStatus
    household_id: UUID
    applicant_id: UUID
    applicant_name: str
    programme_id: UUID
    programme_code: str
    group_id: UUID | None
    project_id: UUID | None
    locality_code: str
    locality_name: str
    asked_vnd: int | None
    months: int
    applied_on: date
    moved_on: date
    amounts_hidden: bool
    created_at: datetime


class ApplicationOut(msgspec.Struct, frozen=True):
    """An application. `loan_id` is the loan that it became, unless that was cancelled; `allowed_actions` are the steps
    that your role may make from here. `asked_vnd` is null where `amounts_hidden`."""

    id: UUID
    version: int
    status: ApplicationStatus
    allowed_actions: list[str]
    household_id: UUID
    applicant: PersonRef
    programme: LoanProgrammeRef
    group: CreditGroupRef | None
    project_id: UUID | None
    locality: LocalityRef
    asked_vnd: int | None
    months: int
    purpose: str
    applied_on: date
    moved_on: date
    loan_id: UUID | None
    amounts_hidden: bool
    created_at: datetime


class ApplicationTransitionOut(msgspec.Struct, frozen=True):
    """One step: the day it happened, the moment it was recorded, and who recorded it."""

    id: UUID
    number: int
    action: ApplicationAction
    from_status: ApplicationStatus | None
    to_status: ApplicationStatus
    occurred_on: date
    recorded_at: datetime
    actor_id: UUID
    actor: str | None
    reason: str | None
    voids_id: UUID | None
