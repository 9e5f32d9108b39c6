"""The ledger of one loan while its story is told: balances, interest and the rows that make them."""

from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.demo.dice import days_later
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import STATEMENT_OF
from incubator.demo.rows import Rows
from incubator.loans.ledger.batches.judgement import key_of
from incubator.loans.ledger.models import EntryKind, EntrySource, LoanEntry
from incubator.loans.ledger.rules import Amounts, Posting
from incubator.money import PPM

_FORGOTTEN, _FOUND_AFTER, _MENDED_AFTER = 0.02, (25, 60), (2, 12)
_YEAR = 365 * PPM
_TENFOLD = 10

_ONE_ZERO_TOO_MANY = "Nhập thừa một số 0 ở tiền lãi."
_ONE_ZERO_TOO_FEW = "Nhập thiếu một số 0 ở số tiền giải ngân."


class Book:
    """Writes entries in the order in which they happened; each is known no earlier than those before it.

    `at_statement` is what the ledger says of the day of the bank's statement, `known` what it said when that came in,
    and `late_at` is when the last entry came that was missing then.
    """

    def __init__(self, rows: Rows, clerk: Clerk, loan_id: UUID, rate_ppm: int) -> None:
        self._rows, self._clerk, self._dice = rows, clerk, clerk.dice
        self.loan_id = loan_id
        self._rate_ppm = rate_ppm
        self._seq = self._product = 0
        self._since = date.min
        self.known_at: datetime | None = None
        self.balance = self.at_statement = self.known = Amounts()
        self.late_at: datetime | None = None
        self.last_paid: tuple[date, int] = (date.min, 0)

    def disburse(self, day: date, vnd: int, *, mistyped: bool = False) -> None:
        right = _posting(EntryKind.disbursement, day, Amounts(normal=vnd))
        if mistyped:
            self._put_wrongly(replace(right, change=Amounts(normal=vnd // _TENFOLD)), _ONE_ZERO_TOO_FEW)
        self._put(right, _source(mistyped))

    def repay(self, day: date, *, normal: int = 0, overdue: int = 0, mistyped: bool = False) -> None:
        """Principal, and the interest since the last payment."""
        self._accrue(day)
        interest, self._product = (2 * self._product * self._rate_ppm + _YEAR) // (2 * _YEAR), 0
        right = _posting(EntryKind.repayment, day, Amounts(-normal, -overdue), interest)
        if mistyped:
            self._put_wrongly(replace(right, interest_vnd=interest * _TENFOLD), _ONE_ZERO_TOO_MANY)
        if normal or overdue or interest:
            self._put(right, _source(mistyped), found_late=not mistyped and self._dice.chance(_FORGOTTEN))
            self.last_paid = day, normal

    def transfer(self, day: date, vnd: int) -> None:
        self._put(_posting(EntryKind.overdue_transfer, day, Amounts(-vnd, vnd)))

    def cure(self, day: date, vnd: int) -> None:
        self._put(_posting(EntryKind.overdue_cure, day, Amounts(vnd, -vnd)))

    def freeze(self, day: date) -> None:
        """All that is outstanding."""
        normal, overdue = self.balance.normal, self.balance.overdue
        self._put(_posting(EntryKind.freeze, day, Amounts(-normal, -overdue, normal + overdue)))

    def unfreeze(self, day: date) -> None:
        self._put(_posting(EntryKind.unfreeze, day, Amounts(normal=self.balance.frozen, frozen=-self.balance.frozen)))

    def write_off(self, day: date, reason: str) -> UUID:
        """What is frozen, by who approved it; the id of the entry."""
        off = _posting(EntryKind.write_off, day, Amounts(frozen=-self.balance.frozen))
        return self._put(replace(off, reason=reason), EntrySource.typed, by=self._clerk.approver)

    def _put_wrongly(self, wrong: Posting, reason: str) -> None:
        """An entry, and some days after it came in another one that undoes it."""
        entry_id = self._put(wrong)
        assert self.known_at is not None
        found_on = days_later(civil_day(self.known_at), self._dice.between(*_MENDED_AFTER))
        self.known_at = max(self.known_at, self._clerk.arrivals.on(found_on))
        back = replace(
            wrong, kind=EntryKind.reversal, change=Amounts().minus(wrong.change), interest_vnd=-wrong.interest_vnd,
            reverses_id=entry_id, reason=reason,
        )  # fmt: skip
        self._put(back, EntrySource.typed)

    def _put(
        self, posting: Posting, source: EntrySource = EntrySource.batch, *, found_late: bool = False,
        by: Actor | None = None,
    ) -> UUID:  # fmt: skip
        day, change, by = posting.effective_on, posting.change, by or self._clerk.staff
        self._accrue(day)
        at, self._seq = self._next_moment(day, found_late), self._seq + 1
        entry_id = self._dice.new_id(at)
        self._rows.put(
            LoanEntry, id=entry_id, loan_id=self.loan_id, seq=self._seq, kind=posting.kind.value,
            counts_as=posting.counts_as.value, effective_on=day, recorded_at=at, d_normal=change.normal,
            d_overdue=change.overdue, d_frozen=change.frozen, interest_vnd=posting.interest_vnd,
            reverses_id=posting.reverses_id, reason=posting.reason, source=source.value,
            row_key=key_of(posting, 1) if source is EntrySource.batch else None, recorded_by_kind=by.kind,
            recorded_by_id=by.id,
        )  # fmt: skip
        self.balance = self.balance.plus(change)
        if day <= STATEMENT_OF:
            self._remember(at, change)
        return entry_id

    def _next_moment(self, day: date, found_late: bool) -> datetime:
        arrivals = self._clerk.arrivals
        at = arrivals.on(days_later(day, self._dice.between(*_FOUND_AFTER))) if found_late else arrivals.of(day)
        self.known_at = at if self.known_at is None else max(at, self.known_at)
        return self.known_at

    def _remember(self, at: datetime, change: Amounts) -> None:
        self.at_statement = self.at_statement.plus(change)
        if at <= self._clerk.statement_at:
            self.known = self.known.plus(change)
        else:
            self.late_at = at

    def _accrue(self, day: date) -> None:
        """What is frozen bears no interest."""
        if outstanding := self.balance.normal + self.balance.overdue:
            self._product += outstanding * (day - self._since).days
        self._since = day


def _posting(kind: EntryKind, day: date, change: Amounts, interest_vnd: int = 0) -> Posting:
    return Posting(kind=kind, counts_as=kind, effective_on=day, change=change, interest_vnd=interest_vnd)


def _source(mistyped: bool) -> EntrySource:
    return EntrySource.typed if mistyped else EntrySource.batch
