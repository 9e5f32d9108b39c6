"""Entering many rows of the bank in one transaction: all of them or none, each of them once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby, islice
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Date, Integer, Text, Uuid, any_, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import Base, Reads, SessionReads, param
from incubator.errors import DomainError
from incubator.loans.access import record_reading, require_amounts_of_all
from incubator.loans.contracts import contract_number
from incubator.loans.ledger.actions import books, signed
from incubator.loans.ledger.batches.judgement import NewRow, field_error, judge, key_of, result_of
from incubator.loans.ledger.batches.queries import Contract, Key, LockedLoan, known_rows, lock_loans
from incubator.loans.ledger.batches.schemas import BatchRow, EntryBatchOut, RowStatus
from incubator.loans.ledger.models import EntrySource, LoanEntry
from incubator.loans.ledger.queries import changes_since

CHUNK = 5_000
"""Rows of one INSERT, which has to end within the statement timeout together with its trigger; and loans whose days
are held in memory at once."""

MOST_FAULTS = 100
"""As many wrong fields as any refusal names."""


class Batch:
    """The rows of a batch on their way: which loan each is of, which are new, which were refused and why."""

    def __init__(self, rows: Sequence[BatchRow], loans: Mapping[Contract, LockedLoan]) -> None:
        self.loans = {loan.id: loan for loan in loans.values()}
        self.keys: dict[int, Key] = {}
        self.entries: dict[Key, UUID] = {}
        self.new: dict[UUID, list[NewRow]] = {}
        self.refused: dict[int, DomainError] = {}
        self.size = len(rows)
        self._postings = [signed(row.entry) for row in rows]
        for number, row in enumerate(rows):
            loan = loans.get(_contract_of(row))
            if loan is None:
                self.refused[number] = DomainError("not_found")
            else:
                self.keys[number] = (loan.id, key_of(self._postings[number], row.ordinal))

    def find_new(self, known: Mapping[Key, UUID]) -> None:
        """Of rows that are the same, the first is new, if the ledger does not have it."""
        self.entries = dict(known)
        seen = set(known)
        for number, key in self.keys.items():
            if key not in seen and number not in self.refused:
                seen.add(key)
                self.new.setdefault(key[0], []).append(NewRow(number, *key, self._postings[number]))

    def is_new(self) -> set[int]:
        return {row.row for rows in self.new.values() for row in rows}


async def post_batch(
    session: AsyncSession, actor: Actor, rows: Sequence[BatchRow], *, now: datetime, dry_run: bool = False
) -> EntryBatchOut:
    """Enter the rows, in any number, and say of each what became of it. Where one is refused nothing is written, and
    the refusal names every such row; a dry run says the same and writes nothing in any case."""
    actor.require(Permission.loans_manage)
    reads = SessionReads(session)
    batch = Batch(rows, await lock_loans(reads, actor, {_contract_of(row) for row in rows}))
    _refuse_strangers(actor, batch)
    batch.find_new(await known_rows(reads, list(dict.fromkeys(batch.keys.values()))))
    await _judge(reads, batch, today=civil_day(now))
    if batch.refused and not dry_run:
        raise _refusal(batch.refused)
    if not dry_run:
        await _write(session, actor, batch)
    out = _out(batch, committed=not dry_run)
    did = "check_entry_batch" if dry_run else "enter_batch"
    record_audit(session, actor, did, "loan_entry", None, written=out.written, known=out.known, refused=out.refused)
    await session.flush()
    return out


async def look_again(session: AsyncSession, actor: Actor, answer: bytes) -> None:
    """Before a batch's answer is given once more: 403 for who may no longer write amounts of all its loans."""
    rows = msgspec.json.decode(answer, type=EntryBatchOut).rows
    entry_ids = [row.entry_id for row in rows if row.entry_id]
    of_batch = select(LoanEntry.loan_id).where(LoanEntry.id == any_(param("entry_ids", ARRAY(Uuid)))).distinct()
    loan_ids = (await session.scalars(of_batch, {"entry_ids": entry_ids})).all()
    await require_amounts_of_all(session, actor, Permission.loans_manage, loan_ids)
    record_reading(session, actor, "loan_entry", None, list="entry_batch", repeated=True)


def _refuse_strangers(actor: Actor, batch: Batch) -> None:
    """Rows of loans that the actor sees, but whose amounts are not theirs to write."""
    territory = actor.territory(Permission.loans_manage, sensitive=True)
    for number, (loan_id, _) in batch.keys.items():
        loan = batch.loans[loan_id]
        if not territory.covers(loan.province_id, loan.locality_id):
            batch.refused[number] = DomainError("forbidden")


def _contract_of(row: BatchRow) -> Contract:
    """The number as loans have it: a file may have more white space around and in it."""
    return row.lender_code, contract_number(row.contract_no)


async def _judge(reads: Reads, batch: Batch, *, today: date) -> None:
    """Some loans at a time: for a row of long ago, all that a loan did since is fetched."""
    waiting = iter(batch.new.items())
    while some := dict(islice(waiting, CHUNK)):
        since = {loan_id: min(row.posting.effective_on for row in rows) for loan_id, rows in some.items()}
        days = await changes_since(reads, since)
        for loan_id, rows in some.items():
            batch.refused |= judge(books(batch.loans[loan_id], days[loan_id]), rows, today=today)


def _refusal(refused: Mapping[int, DomainError]) -> DomainError:
    if stranger := next((refusal for refusal in refused.values() if refusal.code == "forbidden"), None):
        return stranger
    named = sorted(refused.items())[:MOST_FAULTS]
    return DomainError("validation_failed", errors=[field_error(number, refusal) for number, refusal in named])


async def _write(session: AsyncSession, actor: Actor, batch: Batch) -> None:
    for rows in _chunks(batch):
        written = await session.execute(_INSERT, _values(actor, batch, rows))
        batch.entries |= {(loan_id, row_key): entry_id for loan_id, row_key, entry_id in written}


def _chunks(batch: Batch) -> Iterator[list[NewRow]]:
    """All rows of a loan in one chunk: between two the balances have to hold. In the order in which loans are
    locked."""
    chunk: list[NewRow] = []
    for loan_id in sorted(batch.new):
        chunk += batch.new[loan_id]
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _values(actor: Actor, batch: Batch, rows: Sequence[NewRow]) -> dict[str, object]:
    postings = [row.posting for row in rows]
    return {
        "loan_id": [row.loan_id for row in rows],
        "seq": [seq for loan_id, group in groupby(rows, lambda row: row.loan_id)
                for seq, _ in enumerate(group, batch.loans[loan_id].last_seq + 1)],
        "kind": [posting.kind.value for posting in postings],
        "effective_on": [posting.effective_on for posting in postings],
        "d_normal": [posting.change.normal for posting in postings],
        "d_overdue": [posting.change.overdue for posting in postings],
        "d_frozen": [posting.change.frozen for posting in postings],
        "interest_vnd": [posting.interest_vnd for posting in postings],
        "row_key": [row.row_key for row in rows],
        "actor_kind": actor.kind,
        "actor_id": actor.id,
    }  # fmt: skip


def _out(batch: Batch, *, committed: bool) -> EntryBatchOut:
    new = batch.is_new()
    results = []
    for number in range(batch.size):
        entry_id = batch.entries.get(batch.keys[number]) if number in batch.keys else None
        results.append(result_of(number, batch.refused.get(number), entry_id, is_known=number not in new))
    counts = {status: sum(result.status is status for result in results) for status in RowStatus}
    return EntryBatchOut(
        committed, counts[RowStatus.written], counts[RowStatus.known], counts[RowStatus.refused], results
    )


_TABLE = Base.metadata.tables[LoanEntry.__tablename__]
_COLUMNS = {
    "loan_id": Uuid, "seq": Integer, "kind": Text, "effective_on": Date, "d_normal": BigInteger,
    "d_overdue": BigInteger, "d_frozen": BigInteger, "interest_vnd": BigInteger, "row_key": Text,
}  # fmt: skip
_ROWS = (
    func.unnest(*(param(name, ARRAY(type_)) for name, type_ in _COLUMNS.items()))
    .table_valued(*_COLUMNS, name="rows")
    .render_derived()
)
_INSERT = (
    insert(_TABLE)
    .from_select(
        [*_COLUMNS, "counts_as", "source", "recorded_by_kind", "recorded_by_id"],
        select(
            *(_ROWS.c[name] for name in _COLUMNS), _ROWS.c.kind, literal(EntrySource.batch.value),
            param("actor_kind", Text), param("actor_id", Uuid),
        ),
        include_defaults=False,
    )
    .returning(_TABLE.c.loan_id, _TABLE.c.row_key, _TABLE.c.id)
)  # fmt: skip
"""One statement for a chunk, put together once."""
