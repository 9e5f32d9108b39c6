"""What an entry may do to its loan. The database refuses the same, but cannot say what is left and on which day."""

from datetime import date
from uuid import UUID

import msgspec

from incubator.errors import DomainError, Phrase, broken_rule, rule_text
from incubator.loans.ledger.models import EntryKind
from incubator.loans.models import Bucket

ENTRY_IN_FUTURE = rule_text(
    "entry_in_future",
    "An entry takes effect today at the latest.",
    "Ngày hiệu lực của bút toán không được sau ngày hôm nay.",
)
ENTRY_BEFORE_APPROVAL = rule_text(
    "entry_before_approval",
    "An entry takes effect on the day of the loan's approval at the earliest.",
    "Ngày hiệu lực của bút toán không được trước ngày phê duyệt khoản vay.",
)
LOAN_CANCELLED = rule_text(
    "loan_cancelled",
    "The loan was cancelled; nothing can be entered into its ledger.",
    "Khoản vay đã bị hủy; không thể ghi thêm bút toán.",
)
BALANCE_BELOW_ZERO = rule_text(
    "balance_below_zero",
    "At the end of some day a balance of the loan would be below zero.",
    "Có ngày số dư cuối ngày của khoản vay sẽ nhỏ hơn 0.",
)
REVERSAL_OF_AN_ENTRY = rule_text(
    "reversal_of_an_entry",
    "What is reversed is an entry of the same loan that is no reversal itself.",
    "Chỉ đảo được bút toán của chính khoản vay này, và bút toán đó không phải là bút toán đảo.",
)
ENTRIES_IN_SEQUENCE = rule_text(
    "entries_in_sequence",
    "The entries of a loan are numbered one by one, without gaps.",
    "Các bút toán của khoản vay được đánh số liên tục, không bỏ số.",
)
SUMS_OF_THE_LEDGER = rule_text(
    "sums_of_the_ledger",
    "The balances of a loan follow from its ledger; they are not written by themselves.",
    "Số dư khoản vay được tính từ các bút toán; không ghi trực tiếp được.",
)
DISBURSED_OVER_APPROVED = rule_text(
    "disbursed_over_approved",
    "Of {approved_vnd} VND approved, {disbursed_vnd} VND were disbursed; {asked_vnd} VND more are too much.",
    "Số tiền phê duyệt là {approved_vnd} đồng, đã giải ngân {disbursed_vnd} đồng; không thể giải ngân thêm "
    "{asked_vnd} đồng.",
)
ALREADY_REVERSED = rule_text(
    "already_reversed",
    "The entry was reversed already, by entry {by_id}.",
    "Bút toán này đã được đảo bởi bút toán {by_id}.",
)
ENTRY_CHANGES_NOTHING = rule_text(
    "entry_changes_nothing",
    "An entry needs an amount other than zero.",
    "Bút toán phải có ít nhất một số tiền khác 0.",
)

BUCKET_LABELS: dict[str, Phrase] = {
    Bucket.normal: Phrase("normal", "trong hạn"),
    Bucket.overdue: Phrase("overdue", "quá hạn"),
    Bucket.frozen: Phrase("frozen", "khoanh nợ"),
}


class Amounts(msgspec.Struct, frozen=True):
    """Balances of the three parts of the principal, or changes of them, in VND."""

    normal: int = 0
    overdue: int = 0
    frozen: int = 0

    def of(self, bucket: Bucket) -> int:
        return getattr(self, bucket)  # type: ignore[no-any-return]

    def plus(self, other: "Amounts") -> "Amounts":
        return Amounts(self.normal + other.normal, self.overdue + other.overdue, self.frozen + other.frozen)

    def minus(self, other: "Amounts") -> "Amounts":
        return Amounts(self.normal - other.normal, self.overdue - other.overdue, self.frozen - other.frozen)


NOTHING = Amounts()


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is to be written, with the signs of the ledger."""

    kind: EntryKind
    effective_on: date
    change: Amounts
    interest_vnd: int = 0
    counts_as: EntryKind
    reverses_id: UUID | None = None
    reason: str | None = None


class Books(msgspec.Struct):
    """What the ledger of a loan says, as far as entries from a day on need it: `days` has the change of each day from
    then on, `opening` the balances before. Whoever holds these holds the loan locked."""

    approved_vnd: int
    approved_on: date
    is_cancelled: bool
    disbursed_vnd: int
    opening: Amounts
    days: dict[date, Amounts]

    def lowest(self, bucket: Bucket, since: date) -> tuple[int, date]:
        """The smallest balance at the end of a day, from this one on, and on which day it is so small first."""
        balance = self.opening.of(bucket) + sum(
            amounts.of(bucket) for day, amounts in self.days.items() if day <= since
        )
        lowest, at = balance, since
        for day in sorted(day for day in self.days if day > since):
            balance += self.days[day].of(bucket)
            if balance < lowest:
                lowest, at = balance, day
        return lowest, at

    def post(self, posting: Posting) -> None:
        """Write an entry down here, so that the next one is held against it."""
        day = posting.effective_on
        self.days[day] = self.days.get(day, NOTHING).plus(posting.change)
        self.disbursed_vnd += disbursed_by(posting)

    def take_back(self, posting: Posting) -> None:
        """Undo that."""
        day = posting.effective_on
        self.days[day] = self.days[day].minus(posting.change)
        if self.days[day] == NOTHING:
            del self.days[day]
        self.disbursed_vnd -= disbursed_by(posting)


def check_posting(books: Books, posting: Posting, *, today: date) -> None:
    """Refuse what the ledger cannot take."""
    check_form(books, posting, today=today)
    asked = disbursed_by(posting)
    if books.disbursed_vnd + asked > books.approved_vnd:
        raise broken_rule(
            DISBURSED_OVER_APPROVED,
            approved_vnd=books.approved_vnd, disbursed_vnd=books.disbursed_vnd, asked_vnd=asked,
            left_vnd=books.approved_vnd - books.disbursed_vnd,
        )  # fmt: skip
    for bucket in Bucket:
        if (taken := -posting.change.of(bucket)) > 0:
            _check_balance(books, bucket, taken, posting.effective_on)


def check_form(books: Books, posting: Posting, *, today: date) -> None:
    """What does not depend on balances."""
    if not any((posting.change.normal, posting.change.overdue, posting.change.frozen, posting.interest_vnd)):
        raise broken_rule(ENTRY_CHANGES_NOTHING)
    if books.is_cancelled:
        raise broken_rule(LOAN_CANCELLED)
    if posting.effective_on > today:
        raise broken_rule(ENTRY_IN_FUTURE, today=today.isoformat())
    if posting.effective_on < books.approved_on:
        raise broken_rule(ENTRY_BEFORE_APPROVAL, approved_on=books.approved_on.isoformat())


class Lack(msgspec.Struct, frozen=True):
    """What is too much: so many VND of a bucket at the end of a day, or of disbursements where no bucket is named."""

    vnd: int
    bucket: Bucket | None
    day: date

    def drawn_by(self, posting: Posting) -> int:
        """How much of it comes from this entry; not above zero where it is no cause."""
        if self.bucket is None:
            return disbursed_by(posting)
        return -posting.change.of(self.bucket) if posting.effective_on <= self.day else 0


def find_lack(books: Books) -> Lack | None:
    """The first thing that does not hold at the end of some day, whatever the order within the days."""
    if (over := books.disbursed_vnd - books.approved_vnd) > 0:
        return Lack(over, None, date.max)
    normal, overdue, frozen = books.opening.normal, books.opening.overdue, books.opening.frozen
    for day in sorted(books.days):
        change = books.days[day]
        normal, overdue, frozen = normal + change.normal, overdue + change.overdue, frozen + change.frozen
        if normal < 0 or overdue < 0 or frozen < 0:
            vnd, bucket = min((normal, Bucket.normal), (overdue, Bucket.overdue), (frozen, Bucket.frozen))
            return Lack(-vnd, bucket, day)
    return None


def disbursed_by(posting: Posting) -> int:
    return posting.change.normal if posting.counts_as is EntryKind.disbursement else 0


def _check_balance(books: Books, bucket: Bucket, taken: int, since: date) -> None:
    available, day = books.lowest(bucket, since)
    if available < taken:
        raise DomainError(
            "insufficient_balance",
            bucket=BUCKET_LABELS[bucket], available_vnd=available, asked_vnd=taken, day=day.isoformat(),
        )  # fmt: skip
