"""What the API takes and gives about requests for an entry."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.ledger.models import EntryKind, EntryRequestStatus
from incubator.paging import PageQuery

Note = Annotated[str, Meta(min_length=1, max_length=1_000, examples=["Đã đối chiếu với sao kê"])]
Change = Annotated[int | None, Meta(description="What would change, with its sign; null where amounts are hidden.")]


class ApproveEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry is written as it was asked for. Not for who asked."""

    note: Note | None = None


class RefuseEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is written. Not for who asked, who withdraws instead."""

    note: Note


class WithdrawEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asked does so no more."""

    note: Note | None = None


class EntryRequestQuery(PageQuery, frozen=True, kw_only=True):
    """Which requests to list, newest first."""

    status: EntryRequestStatus | None = None
    loan_id: UUID | None = None


class EntryRequestOut(msgspec.Struct, frozen=True):
    """A request for an entry that needs two people, and what became of it. Reason and note are hidden together with
    the amounts."""

    id: UUID
    version: int
    loan_id: UUID
    contract_no: str
    kind: EntryKind
    effective_on: date
    amounts_hidden: bool
    normal_change_vnd: Change
    overdue_change_vnd: Change
    frozen_change_vnd: Change
    interest_vnd: Change
    reverses_id: UUID | None
    reason: str | None
    status: EntryRequestStatus
    requested_by_id: UUID
    requested_by: str
    requested_at: datetime
    decided_by_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    entry_id: UUID | None
