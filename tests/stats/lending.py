"""A random register of loans, and the figures of loans counted a second time in plain Python from its rows."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select

from incubator.loans.groups.models import GroupMember
from incubator.loans.inspections.models import Inspection
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Reconciliation, ReconciliationAction, ReconciliationMove
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.people.households.models import HouseholdClass
from incubator.people.models import Person
from tests.factories import SA_PA, current_locality
from tests.loans.stage import BY_SYSTEM, TODAY, LoanStage

PPM = 1_000_000
FIRST = date(2023, 1, 1)
LONG_AGO = date(1, 1, 1)
BUCKETS = ("d_normal", "d_overdue", "d_frozen")
TABLES = (Loan, LoanEntry, LoanSchedule, Instalment, Inspection, BankBalance, Reconciliation, ReconciliationMove,
          GroupMember, Person, HouseholdClass)  # fmt: skip


class Question(NamedTuple):
    """What is asked; a period from `from_` to before `to`."""

    as_of: date = TODAY
    known_at: datetime | None = None
    from_: date | None = None
    to: date | None = None

    @property
    def first(self) -> date:
        return self.from_ or LONG_AGO

    @property
    def after(self) -> date:
        return self.to or self.as_of + timedelta(1)

    def params(self) -> dict[str, str]:
        told = {"as_of": self.as_of, "known_at": self.known_at, "from": self.from_, "to": self.to}
        return {name: value.isoformat() for name, value in told.items() if value is not None}


class Lending:
    """Writes loans with random lives. Whatever is written later was recorded later, however far back it reaches."""

    def __init__(self, stage: LoanStage, dice: Random) -> None:
        self.stage = stage
        self.dice = dice
        self.now = datetime(2025, 2, 1, tzinfo=UTC)

    def moment(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def day(self, since: date = FIRST) -> date:
        return since + timedelta(self.dice.randrange((TODAY - since).days + 1))

    async def fill(self, loans: int = 14) -> None:
        stage, dice = self.stage, self.dice
        programmes = [stage.programme, await stage.offer(name="Giải quyết việc làm")]
        away = [await stage.home(SA_PA) for _ in range(3)]
        second = await stage.circle([away[0]], name="Tổ 2")
        await stage.joined(second, away[1], date(2024, 1, 1), date(2025, 6, 1))
        for household_id in (*stage.households, *away):
            if dice.random() < 0.7:
                await stage.classed(household_id, dice.choice(["poor", "near_poor"]), FIRST)
                await stage.classed(household_id, "average", date(2024, 1, 1))
        for _ in range(loans):
            household_id = dice.choice([*stage.households, *away])
            loan_id = await stage.granted(
                10_000, FIRST + timedelta(dice.randrange(400)), household_id=household_id,
                borrower_id=await self.borrower(household_id), programme_id=dice.choice(programmes),
                group_id=dice.choice([stage.group, second, None]),
                **(await self.place(SA_PA) if household_id in away else {}),
            )  # fmt: skip
            await self.live(await stage.row(loan_id))

    async def borrower(self, household_id: UUID) -> UUID:
        return await self.stage.living(
            household_id, sex=self.dice.choice(["female", "male", None]), since=date(2022, 1, 1),
            birth_year=self.dice.choice([1960, 1990, 2001, None]), ethnicity=self.dice.choice(["hmong", "kinh", None]),
        )  # fmt: skip

    async def place(self, commune: str) -> dict[str, Any]:
        async with self.stage.world.database.begin() as session:
            place = await current_locality(session, commune)
        return {"locality_id": place.id, "province_id": place.parent_id}

    async def live(self, loan: Loan) -> None:
        """Entries, versions of the schedule, visits and statements of one loan, in the order of their recording."""
        account = Account(loan, self.dice)
        if self.dice.random() < 0.9:
            account.post("disbursement", loan.approved_on + timedelta(self.dice.randrange(30)), (10_000, 0, 0))
        for _ in range(self.dice.randrange(25)):
            account.happen(self.day(loan.approved_on))
        for entry in account.entries:
            entry.recorded_at = self.moment()
        await self.save(*account.entries)
        await self.schedules(loan)
        for _ in range(self.dice.randrange(3)):
            await self.inspect(loan)
        for _ in range(self.dice.randrange(4)):
            await self.state(loan)

    async def schedules(self, loan: Loan) -> None:
        for number in range(1, self.dice.randrange(4)):
            days = sorted(self.dice.sample(range(30, 1000), 4))
            await self.stage.schedule(
                loan.id, {loan.approved_on + timedelta(day): 2_500 for day in days}, number=number,
                reason="original" if number == 1 else "extended", recorded_at=self.moment(),
                decided_on=loan.approved_on if number == 1 else self.day(loan.approved_on),
            )  # fmt: skip

    async def inspect(self, loan: Loan) -> None:
        seen = Inspection(
            id=uuid4(), loan_id=loan.id, inspected_on=self.day(loan.approved_on), used_as_agreed="yes",
            recorded_at=self.moment(), **BY_SYSTEM,
        )  # fmt: skip
        await self.save(seen)
        if self.dice.random() < 0.3:
            void = Inspection(
                loan_id=loan.id, inspected_on=seen.inspected_on, voids_id=seen.id, note="Nhầm",
                recorded_at=self.moment(), **BY_SYSTEM,
            )  # fmt: skip
            await self.save(void)

    async def state(self, loan: Loan) -> None:
        """A row of the bank's statement, and often a difference, which may be explained later, and opened again."""
        balance = BankBalance(
            loan_id=loan.id, on_day=self.day(loan.approved_on), normal_vnd=1, overdue_vnd=0, frozen_vnd=0,
            recorded_at=self.moment(), **BY_SYSTEM,
        )  # fmt: skip
        await self.save(balance)
        if self.dice.random() < 0.6:
            found = Reconciliation(
                id=uuid4(), bank_balance_id=balance.id, loan_id=loan.id, d_normal=1, d_overdue=0, d_frozen=0,
                status="open",
            )  # fmt: skip
            moves = [self.moved(found, number) for number in range(1, self.dice.randrange(4) + 1)]
            await self.save(found, *moves)

    def moved(self, found: Reconciliation, number: int) -> ReconciliationMove:
        before, at = found.status, self.moment()
        action = ReconciliationAction.explain if before == "open" else ReconciliationAction.reopen
        found.move(action, self.stage.staff.id, cause="timing" if before == "open" else None, note=None, now=at)
        return ReconciliationMove(
            reconciliation_id=found.id, number=number, action=action.value, from_status=before, to_status=found.status,
            cause=found.cause, recorded_at=at, actor_kind="account", actor_id=self.stage.staff.id,
        )  # fmt: skip

    async def save(self, *rows: Any) -> None:
        async with self.stage.world.database.begin() as session:
            for row in rows:
                session.add(row)
                await session.flush()


class Account:
    """Entries that the database would take, tried one after another."""

    def __init__(self, loan: Loan, dice: Random) -> None:
        self.loan = loan
        self.dice = dice
        self.entries: list[LoanEntry] = []

    def happen(self, day: date) -> None:
        vnd = self.dice.choice([500, 1_000, 2_500, 10_000])
        kind, amounts = self.dice.choice(
            [
                ("repayment", (-vnd, 0, 0)), ("repayment", (0, -vnd, 0)), ("repayment", (0, 0, 0)),
                ("overdue_transfer", (-vnd, vnd, 0)), ("overdue_cure", (vnd, -vnd, 0)), ("freeze", (-vnd, 0, vnd)),
                ("unfreeze", (vnd, 0, -vnd)), ("write_off", (-vnd, 0, 0)), ("write_off", (0, 0, -vnd)),
                ("adjustment", (vnd, 0, 0)), ("adjustment", (-vnd, 0, 0)), ("disbursement", (vnd, 0, 0)),
                ("reversal", None),
            ]
        )  # fmt: skip
        if kind == "reversal":
            self.reverse()
        else:
            self.post(kind, day, amounts)

    def post(self, kind: str, day: date, amounts: Any, **columns: Any) -> None:
        interest = 70 if kind == "repayment" else 0
        entry = LoanEntry(
            id=uuid4(), loan_id=self.loan.id, seq=len(self.entries) + 1, kind=kind, effective_on=day,
            **{"counts_as": kind, "interest_vnd": interest, **columns}, **dict(zip(BUCKETS, amounts, strict=True)),
            source="typed", reason="Theo sao kê", **BY_SYSTEM,
        )  # fmt: skip
        if day <= TODAY and self.holds([*self.entries, entry]):
            self.entries.append(entry)

    def reverse(self) -> None:
        reversed_ids = {entry.reverses_id for entry in self.entries}
        left = [entry for entry in self.entries if entry.kind != "reversal" and entry.id not in reversed_ids]
        if not left:
            return
        old = self.dice.choice(left)
        amounts = [-getattr(old, bucket) for bucket in BUCKETS]
        self.post(
            "reversal", old.effective_on, amounts, counts_as=old.counts_as, interest_vnd=-old.interest_vnd,
            reverses_id=old.id,
        )  # fmt: skip

    def holds(self, entries: list[LoanEntry]) -> bool:
        disbursed = sum(principal(entry) for entry in entries if entry.counts_as == "disbursement")
        days = {entry.effective_on for entry in entries}
        return 0 <= disbursed <= self.loan.approved_vnd and all(
            sum(getattr(entry, bucket) for entry in entries if entry.effective_on <= day) >= 0
            for day in days
            for bucket in BUCKETS
        )


def principal(entry: LoanEntry) -> int:
    return sum(getattr(entry, bucket) for bucket in BUCKETS)


class Books:
    """Every row, read once."""

    def __init__(self, rows: dict[Any, list[Any]]) -> None:
        self._rows = rows

    @classmethod
    async def read(cls, stage: LoanStage) -> "Books":
        async with stage.world.database.begin() as session:
            return cls({table: list((await session.scalars(select(table))).all()) for table in TABLES})

    def all(self, table: Any, **columns: Any) -> list[Any]:
        return [row for row in self._rows[table] if all(getattr(row, name) == value for name, value in columns.items())]


def known(rows: Iterable[Any], asked: Question) -> list[Any]:
    return [row for row in rows if asked.known_at is None or row.recorded_at <= asked.known_at]


class Standing:
    """One loan, as it stood."""

    def __init__(self, books: Books, loan: Loan, asked: Question) -> None:
        self.books = books
        self.loan = loan
        self.asked = asked
        entries = known(books.all(LoanEntry, loan_id=loan.id), asked)
        self.entries = [entry for entry in entries if entry.effective_on <= asked.as_of]
        self.inside = [entry for entry in self.entries if asked.first <= entry.effective_on < asked.after]
        self.paid_out = sum(principal(entry) for entry in self.entries if entry.counts_as == "disbursement")
        self.outstanding = sum(map(principal, self.entries))

    def flow(self, kind: str) -> int:
        return sum(principal(entry) for entry in self.inside if entry.counts_as == kind)

    def before(self, day: date) -> int:
        return sum(principal(entry) for entry in self.entries if entry.effective_on < day)

    @property
    def schedule(self) -> LoanSchedule | None:
        versions = known(self.books.all(LoanSchedule, loan_id=self.loan.id), self.asked)
        decided = [version for version in versions if version.decided_on <= self.asked.as_of]
        return max(decided, key=lambda version: (version.decided_on, version.number), default=None)

    def unpaid(self) -> list[tuple[date, int]]:
        """The instalments that are not paid in full, with what is left of each."""
        schedule = self.schedule
        paid = self.paid_out - self.outstanding
        left = []
        instalments = self.books.all(Instalment, schedule_id=schedule.id) if schedule and self.outstanding else []
        for one in sorted(instalments, key=lambda one: one.due_on):
            share = min(paid, one.principal_vnd)
            paid -= share
            if share < one.principal_vnd:
                left.append((one.due_on, one.principal_vnd - share))
        return left

    def past_due(self) -> int:
        return min(sum(vnd for due_on, vnd in self.unpaid() if due_on < self.asked.as_of), self.outstanding)

    def at_risk(self, days: int) -> int:
        late = any((self.asked.as_of - due_on).days > days for due_on, _ in self.unpaid())
        return self.outstanding if late else 0

    def is_inspected(self) -> bool:
        rows = known(self.books.all(Inspection, loan_id=self.loan.id), self.asked)
        voided = {row.voids_id for row in rows}
        return any(
            row.voids_id is None and row.id not in voided
            and row.inspected_on <= self.asked.as_of and self.asked.first <= row.inspected_on < self.asked.after
            for row in rows
        )  # fmt: skip

    def balance(self) -> BankBalance | None:
        rows = known(self.books.all(BankBalance, loan_id=self.loan.id), self.asked)
        return max(
            (row for row in rows if row.on_day <= self.asked.as_of), key=lambda row: (row.on_day, row.id), default=None
        )

    def is_reconciled(self) -> bool:
        balance = self.balance()
        if balance is None:
            return False
        found = self.books.all(Reconciliation, bank_balance_id=balance.id)
        moves = [known(self.books.all(ReconciliationMove, reconciliation_id=one.id), self.asked) for one in found]
        return all(made and max(made, key=lambda move: move.number).action == "explain" for made in moves)


def count(books: Books, loans: Iterable[Loan], asked: Question) -> dict[str, int | None]:
    """Every measure over these loans."""
    stood = [Standing(books, loan, asked) for loan in loans]
    owing = [one for one in stood if one.outstanding > 0]
    circles = {one.loan.group_id for one in owing if one.loan.group_id}
    numbers: dict[str, int | None] = {
        "households_ever": len({one.loan.household_id for one in stood if one.paid_out > 0}),
        "households_current": len({one.loan.household_id for one in owing}),
        "loans": sum(one.paid_out > 0 for one in stood),
        "loans_current": len(owing),
        "groups": len(circles),
        "members": sum(
            row.from_on <= asked.as_of and (row.to_on is None or row.to_on >= asked.as_of)
            for circle in circles
            for row in books.all(GroupMember, group_id=circle)
        ),
        "opening_vnd": sum(one.before(asked.first) for one in stood),
        "disbursed_vnd": sum(one.flow("disbursement") for one in stood),
        "collected_vnd": -sum(one.flow("repayment") for one in stood),
        "written_off_vnd": -sum(one.flow("write_off") for one in stood),
        "adjusted_vnd": sum(one.flow("adjustment") for one in stood),
        "closing_vnd": sum(one.before(asked.after) for one in stood),
        "interest_received_vnd": sum(entry.interest_vnd for one in stood for entry in one.inside),
        "outstanding_vnd": sum(one.outstanding for one in stood),
        "past_due_by_schedule_vnd": sum(one.past_due() for one in stood),
    }  # fmt: skip
    for name, bucket in zip(("normal_vnd", "overdue_vnd", "frozen_vnd"), BUCKETS, strict=True):
        numbers[name] = sum(getattr(entry, bucket) for one in stood for entry in one.entries)
    for days in (1, 30, 90):
        numbers[f"par{days}_vnd"] = sum(one.at_risk(days) for one in stood)
        numbers[f"par{days}_ppm"] = ratio(numbers[f"par{days}_vnd"], numbers["outstanding_vnd"])
    numbers["overdue_ratio_ppm"] = ratio(numbers["overdue_vnd"], numbers["outstanding_vnd"])
    numbers["inspected_share_ppm"] = ratio(sum(one.is_inspected() for one in owing), len(owing))
    numbers["reconciled_share_ppm"] = ratio(sum(one.is_reconciled() for one in owing), len(owing))
    return numbers


def ratio(part: int | None, whole: int | None) -> int | None:
    if not whole or part is None:
        return None
    return int(Decimal(part * PPM / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_UP))
