"""What the API takes and gives about outcomes: a union tagged by `kind`, and the rows of the ledger."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.schemas import ShortText
from incubator.mentoring.outcomes.models import MOST_VND, OutcomeKind
from incubator.paging import PageQuery

OutcomeDay = Annotated[date, Meta(description="The day it happened. Not ahead, not before the project was founded.")]
PeriodStart = Annotated[
    date,
    Meta(description="The first day of the period. It may lie before the founding.", examples=["2024-04-01"]),
]
Evidence = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2_000,
        description="What shows it: a paper with its number and date, or who saw it.",
        examples=["Hợp đồng số 12/2025/HĐMB ngày 05/10/2025"],
    ),
]
EvidenceLink = Annotated[
    str,
    Meta(
        min_length=10,
        max_length=2_000,
        pattern=r"^https?://[^\s]+$",
        description="Where a copy is kept.",
        examples=["https://files.example.org/contracts/12-2025.pdf"],
    ),
]
Amount = Annotated[int, Meta(ge=1, le=MOST_VND, description="Whole dong.", examples=[45_000_000])]
Reference = Annotated[str, Meta(min_length=1, max_length=200, examples=["12/2025/HĐMB"])]
CorrectsId = Annotated[UUID, Meta(description="The row that this one replaces; `reason` says why.")]


class _Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    occurred_on: OutcomeDay
    evidence: Evidence
    evidence_link: EvidenceLink | None = None
    note: ShortText | None = None
    corrects_id: CorrectsId | None = None
    reason: ShortText | None = None


class RevenueOutcome(_Outcome, frozen=True, kw_only=True, tag="revenue_vnd"):
    """What the project sold for in a period, of which `occurred_on` is the last day."""

    period_from: PeriodStart
    amount_vnd: Amount


class JobsOutcome(_Outcome, frozen=True, kw_only=True, tag="jobs"):
    """Jobs that came into being on or by that day."""

    jobs: Annotated[int, Meta(ge=1, le=100_000, examples=[4])]


class OcopStarOutcome(_Outcome, frozen=True, kw_only=True, tag="ocop_star"):
    """A product got its stars in the programme One Commune One Product."""

    stars: Annotated[int, Meta(ge=1, le=5, examples=[3])]


class CooperativeOutcome(_Outcome, frozen=True, kw_only=True, tag="cooperative_registered"):
    """A cooperative or a group was registered, under the number in `reference`."""

    reference: Reference


class MarketContractOutcome(_Outcome, frozen=True, kw_only=True, tag="market_contract"):
    """Somebody undertook to buy."""

    reference: Reference
    amount_vnd: Amount | None = None


class LoanOutcome(_Outcome, frozen=True, kw_only=True, tag="loan_received"):
    """A loan was paid out. `reference` is the number of its contract; how much it is stands in the loan."""

    reference: Reference


class PrizeOutcome(_Outcome, frozen=True, kw_only=True, tag="prize"):
    """A prize was won."""

    reference: Reference | None = None
    amount_vnd: Amount | None = None


class OtherOutcome(_Outcome, frozen=True, kw_only=True, tag="other"):
    """Something else that counts, as `note` tells."""

    note: ShortText


class OutcomeWithdrawal(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="withdrawal"
):
    """Take a row back that should not be there. Both stay in the ledger."""

    corrects_id: Annotated[UUID, Meta(description="The row that is taken back.")]
    reason: ShortText


OutcomeCreate = (
    RevenueOutcome
    | JobsOutcome
    | OcopStarOutcome
    | CooperativeOutcome
    | MarketContractOutcome
    | LoanOutcome
    | PrizeOutcome
    | OtherOutcome
    | OutcomeWithdrawal
)


class OutcomeQuery(PageQuery, frozen=True, kw_only=True):
    """Which rows to list, newest first."""

    kind: OutcomeKind | None = None
    standing: Annotated[
        bool, Meta(description="false gives the whole ledger, with rows that were replaced and those that did so.")
    ] = True


class OutcomeOut(msgspec.Struct, frozen=True):
    """A row of the ledger. `is_standing`: neither replaced by a later row nor a withdrawal. A withdrawal repeats
    what it takes back."""

    id: UUID
    project_id: UUID
    kind: OutcomeKind
    occurred_on: date
    period_from: date | None
    amount_vnd: int | None
    jobs: int | None
    stars: int | None
    reference: str | None
    note: str | None
    evidence: str
    evidence_link: str | None
    is_standing: bool
    is_withdrawal: bool
    corrects_id: UUID | None
    corrected_by_id: UUID | None
    reason: str | None
    recorded_by_id: UUID
    recorded_by: str | None
    recorded_at: datetime
