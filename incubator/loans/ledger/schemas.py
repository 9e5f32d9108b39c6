"""What the API takes and gives about the ledger: a union tagged by `kind`, and the rows."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.ledger.models import EntryKind, EntrySource
from incubator.loans.ledger.requests.schemas import EntryRequestOut
from incubator.loans.models import LoanStatus
from incubator.money import MOST_VND
from incubator.paging import PageQuery

EffectiveOn = Annotated[
    date,
    Meta(description="The day it happened: not ahead, not before the approval of the loan.", examples=["2025-09-15"]),
]
Amount = Annotated[int, Meta(ge=1, le=MOST_VND, description="Whole dong.", examples=[20_000_000])]
Part = Annotated[int, Meta(ge=0, le=MOST_VND, description="Whole dong; at least one part is not zero.")]
ShownPart = Annotated[
    int, Meta(ge=0, le=MOST_VND, description="Whole dong; at least one part is not zero.", examples=[5_000_000])
]
Signed = Annotated[
    int, Meta(ge=-MOST_VND, le=MOST_VND, description="Whole dong; negative takes away. At least one is not zero.")
]
ShownSigned = Annotated[
    int,
    Meta(
        ge=-MOST_VND,
        le=MOST_VND,
        description="Whole dong; negative takes away. At least one is not zero.",
        examples=[-500_000],
    ),
]
Why = Annotated[str, Meta(min_length=1, max_length=1_000, examples=["Theo sao kê tháng 9 của ngân hàng"])]
Change = Annotated[int | None, Meta(description="What changed, with its sign; null where amounts are hidden.")]
Balance = Annotated[int | None, Meta(description="Null where amounts are hidden.")]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    effective_on: EffectiveOn


class Disbursement(_Entry, frozen=True, kw_only=True, tag="disbursement"):
    """Money was paid out. All that is paid out stays within what was approved."""

    amount_vnd: Amount


class Repayment(_Entry, frozen=True, kw_only=True, tag="repayment"):
    """Money came in: principal, by the part that it pays back, and interest."""

    normal_vnd: ShownPart = 0
    overdue_vnd: Part = 0
    frozen_vnd: Part = 0
    interest_vnd: Part = 0


class OverdueTransfer(_Entry, frozen=True, kw_only=True, tag="overdue_transfer"):
    """The bank made normal principal overdue."""

    amount_vnd: Amount


class OverdueCure(_Entry, frozen=True, kw_only=True, tag="overdue_cure"):
    """The bank made overdue principal normal again, as when it extends a loan."""

    amount_vnd: Amount


class Freeze(_Entry, frozen=True, kw_only=True, tag="freeze"):
    """The bank froze principal, as after a flood."""

    from_normal_vnd: ShownPart = 0
    from_overdue_vnd: Part = 0


class Unfreeze(_Entry, frozen=True, kw_only=True, tag="unfreeze"):
    """Frozen principal is normal or overdue again."""

    to_normal_vnd: ShownPart = 0
    to_overdue_vnd: Part = 0


class WriteOff(_Entry, frozen=True, kw_only=True, tag="write_off"):
    """Principal will not come back. A second person approves it."""

    normal_vnd: Part = 0
    overdue_vnd: ShownPart = 0
    frozen_vnd: Part = 0
    reason: Why


class Adjustment(_Entry, frozen=True, kw_only=True, tag="adjustment"):
    """What no other kind says, such as a difference from the bank that has no better explanation. A second person
    approves it."""

    normal_vnd: ShownSigned = 0
    overdue_vnd: Signed = 0
    frozen_vnd: Signed = 0
    interest_vnd: Signed = 0
    reason: Why


class Reversal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="reversal"):
    """Take a wrong entry back: the exact negation, on the same day. Both stay in the ledger, and later entries stay
    as they are. Reversing a write-off or an adjustment needs a second person, as these do."""

    reverses_id: UUID
    reason: Why


PlainEntry = Disbursement | Repayment | OverdueTransfer | OverdueCure | Freeze | Unfreeze
"""What one person enters, and what comes in batches."""

EntryCreate = (
    Disbursement | Repayment | OverdueTransfer | OverdueCure | Freeze | Unfreeze | WriteOff | Adjustment | Reversal
)


class EntryQuery(PageQuery, frozen=True, kw_only=True):
    """Which entries to list, the last recorded first."""

    kind: EntryKind | None = None
    effective_on_gte: date | None = None
    effective_on_lt: date | None = None


class EntryOut(msgspec.Struct, frozen=True):
    """A row of the ledger, which never changes. `counts_as` is what figures count it as: a reversal as the kind that
    it reverses. The reason is hidden together with the amounts."""

    id: UUID
    loan_id: UUID
    seq: int
    kind: EntryKind
    counts_as: EntryKind
    effective_on: date
    recorded_at: datetime
    amounts_hidden: bool
    normal_change_vnd: Change
    overdue_change_vnd: Change
    frozen_change_vnd: Change
    interest_vnd: Change
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    reason: str | None
    source: EntrySource
    recorded_by_id: UUID
    recorded_by: str | None


class LedgerBalancesOut(msgspec.Struct, frozen=True):
    """A loan as its whole ledger leaves it. `version` is that of the loan, which every entry raises."""

    id: UUID
    version: int
    status: LoanStatus
    amounts_hidden: bool
    approved_vnd: Balance
    disbursed_vnd: Balance
    normal_vnd: Balance
    overdue_vnd: Balance
    frozen_vnd: Balance
    outstanding_vnd: Balance
    written_off_vnd: Balance


class PostedOut(msgspec.Struct, frozen=True):
    """What became of an entry. It was written (201): then `entry` has it. Or it waits for a second person (202): then
    `request` says what is asked for, and the balances are as before. `id` is that of the one or the other."""

    id: UUID
    entry: EntryOut | None
    request: EntryRequestOut | None
    loan: LedgerBalancesOut
