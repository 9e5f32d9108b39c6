"""What the API takes and gives about differences between the lender's statement and the ledger."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.schemas import ShortText
from incubator.loans.reconciliation.models import DifferenceCause, ReconciliationAction, ReconciliationStatus
from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery


class ExplainDifference(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="explain"
):
    """Bank and ledger may differ, and this is why. `other` needs a note."""

    cause: DifferenceCause
    note: ShortText | None = None


class CorrectDifference(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="correct"
):
    """Entries were made since, and nothing of the difference is left."""

    note: ShortText | None = None


class ReopenDifference(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="reopen"
):
    """It was not settled after all."""

    reason: ShortText


DifferenceMove = ExplainDifference | CorrectDifference | ReopenDifference


class ReconciliationQuery(PageQuery, frozen=True, kw_only=True):
    """Which differences to list, newest first."""

    status: ReconciliationStatus | None = None
    loan_id: UUID | None = None
    group_id: UUID | None = None
    lender_id: UUID | None = None
    on_day: Annotated[date, Meta(description="The day of the statement.")] | None = None
    locality_code: CommuneCode | None = None
    standing: Annotated[bool, Meta(description="Only those that no newer row of a statement replaced.")] = True


class GroupDifferenceQuery(PageQuery, frozen=True, kw_only=True):
    """Which open differences to sum up."""

    lender_id: UUID | None = None
    on_day: Annotated[date, Meta(description="The day of the statement.")] | None = None
    locality_code: CommuneCode | None = None


class ReconciliationRow(msgspec.Struct, frozen=True):
    """A difference: `d_*` bank minus ledger when the row came in, `left_*` what is left of it now, with everything
    that is recorded by now for that day. An open one with `agrees_now` was corrected by entries since. The note is null
    where amounts are hidden, because it may tell them."""

    id: UUID
    version: int
    loan_id: UUID
    contract_no: str
    lender_id: UUID
    group_id: UUID | None
    locality_code: str
    bank_balance_id: UUID
    on_day: date
    status: ReconciliationStatus
    is_standing: bool
    agrees_now: bool
    d_normal_vnd: int | None
    d_overdue_vnd: int | None
    d_frozen_vnd: int | None
    left_normal_vnd: int | None
    left_overdue_vnd: int | None
    left_frozen_vnd: int | None
    amounts_hidden: bool
    cause: DifferenceCause | None
    note: str | None
    settled_by_id: UUID | None
    settled_by: str | None
    settled_at: datetime | None
    created_at: datetime


class ReconciliationOut(ReconciliationRow, frozen=True):
    """One difference, what the bank says, and which moves you may make from here."""

    bank_normal_vnd: int | None
    bank_overdue_vnd: int | None
    bank_frozen_vnd: int | None
    allowed_actions: list[str]


class ReconciliationTransitionOut(msgspec.Struct, frozen=True):
    """One move of a difference, the moment it was recorded, and who made it. Its note is null where amounts are hidden,
    because it may tell them."""

    id: UUID
    number: int
    action: ReconciliationAction
    from_status: ReconciliationStatus
    to_status: ReconciliationStatus
    cause: DifferenceCause | None
    note: str | None
    amounts_hidden: bool
    recorded_at: datetime
    actor_id: UUID
    actor: str | None


class GroupDifferenceRow(msgspec.Struct, frozen=True):
    """The open differences of a credit group's loans, or of the loans without a group: how many, the sums of bank
    minus ledger when they came in, and the sum of what they differ by in either direction."""

    group_id: UUID | None
    group_name: str | None
    differences: int
    loans: int
    d_normal_vnd: int | None
    d_overdue_vnd: int | None
    d_frozen_vnd: int | None
    off_by_vnd: int | None
    amounts_hidden: bool
