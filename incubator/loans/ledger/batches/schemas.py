"""What the API takes and gives about rows of the bank that are entered together."""

import enum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.loans.ledger.schemas import PlainEntry

MOST_ROWS = 2_000
"""So that the largest request stays below the limit of a body."""


class RowStatus(enum.StrEnum):
    """What became of a row. `known`: it was entered by an earlier batch, or stands above in this one."""

    written = "written"
    known = "known"
    refused = "refused"


class BatchRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the bank. The same lender, contract, day, kind, amounts and `ordinal` are the same row, which is
    entered once, whatever files it stands in."""

    lender_code: Annotated[str, Meta(min_length=1, max_length=40, examples=["vbsp"])]
    contract_no: Annotated[str, Meta(min_length=1, max_length=60, examples=["6600-2019-000123"])]
    entry: PlainEntry
    ordinal: Annotated[
        int, Meta(ge=1, le=1_000, description="Which one of several rows that are otherwise the same it is.")
    ] = 1


class EntryBatchCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that are entered all or not at all."""

    rows: Annotated[list[BatchRow], Meta(min_length=1, max_length=MOST_ROWS)]
    dry_run: Annotated[bool, Meta(description="Only say what would become of each row.")] = False


class RowResult(msgspec.Struct, frozen=True):
    """What became of a row. A refused one has the code of the refusal, for `business_rule_failed` the rule too, and in
    `params` what the sentence of the code or the rule speaks of."""

    row: Annotated[int, Meta(ge=0, description="The place of the row, from 0.")]
    status: RowStatus
    entry_id: UUID | None
    code: Annotated[str, Meta(examples=["insufficient_balance"])] | None
    rule: str | None
    params: dict[str, Any] | None


class EntryBatchOut(msgspec.Struct, frozen=True):
    """What became of a batch. `committed` is true where all rows are in the ledger now."""

    committed: bool
    written: int
    known: int
    refused: int
    rows: list[RowResult]
