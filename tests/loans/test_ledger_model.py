"""Money is conserved whatever is entered, taken back, sent again or lost on the way: the service against a small model.

The model keeps what each entry did and tries every new one by adding all of them up again, day by day.
"""

import asyncio
from collections.abc import Coroutine
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from incubator.loans.ledger.proof import portions
from tests.conftest import committing_world
from tests.factories import World
from tests.loans.entering import decide, key
from tests.loans.stage import LoanStage, set_loans

DAYS = [date(2025, 1, 14), date(2025, 1, 15), *(date(2025, month, 1) for month in range(2, 12)), date(2025, 12, 1)]
"""From the day before the approval to the day after today."""

days = st.sampled_from([*DAYS[2:-1], DAYS[1], DAYS[-1], DAYS[0]])
amounts = st.integers(1, 12)
parts = st.integers(0, 6)
lost = st.booleans()

Change = tuple[int, int, int]


class Done(NamedTuple):
    """An entry that the model holds."""

    kind: str
    day: date
    change: Change
    interest: int


class Book:
    """A loan as the model sees it."""

    def __init__(self, loan_id: UUID, approved: int) -> None:
        self.loan_id = loan_id
        self.approved = approved
        self.entries: dict[str, Done] = {}
        self.taken_back: set[str] = set()

    def verdict(self, entry: Done) -> int:
        """The status that an entry has to be answered with."""
        if not any((*entry.change, entry.interest)) or not DAYS[1] <= entry.day <= DAYS[-2]:
            return 422
        together = [*self.entries.values(), entry]
        if sum(e.change[0] for e in together if e.kind == "disbursement") > self.approved:
            return 422
        return 201 if self._holds(together) else 409

    def left(self) -> Change:
        return self._at(list(self.entries.values()), DAYS[-1])

    def of_kind(self, *kinds: str) -> int:
        """By how much entries of these kinds changed what is owed."""
        return sum(sum(entry.change) for entry in self.entries.values() if entry.kind in kinds)

    def _holds(self, entries: list[Done]) -> bool:
        return all(min(self._at(entries, day)) >= 0 for day in DAYS)

    def _at(self, entries: list[Done], day: date) -> Change:
        by_then = [entry.change for entry in entries if entry.day <= day] or [(0, 0, 0)]
        normal, overdue, frozen = (sum(column) for column in zip(*by_then, strict=True))
        return normal, overdue, frozen


class Sent(NamedTuple):
    """A request as it was sent: somebody may send it again."""

    book: Book
    body: dict[str, Any]
    headers: dict[str, str]
    entry: Done
    takes_back: str | None


class Ledgers(RuleBasedStateMachine):
    """The service, driven by rules."""

    loans: LoanStage
    runner: asyncio.Runner

    books: Bundle[Book] = Bundle("books")
    sent: Bundle[Sent] = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.touched: list[Book] = []
        self.answered: dict[str, httpx.Response] = {}

    @rule(target=books, approved=st.integers(40, 80), first=st.integers(0, 60))
    def create(self, approved: int, first: int) -> Book:
        """A loan, mostly with a first tranche."""
        book = Book(self._run(self.loans.granted(approved)), approved)
        self.touched.append(book)
        if first:
            self._send(book, "disbursement", DAYS[1], (first, 0, 0), lost=False, amount_vnd=first)
        return book

    @rule(target=sent, book=books, day=days, vnd=amounts, lost=lost)
    def disburse(self, book: Book, day: date, vnd: int, lost: bool) -> Sent:
        return self._send(book, "disbursement", day, (vnd, 0, 0), lost=lost, amount_vnd=vnd)

    @rule(target=sent, book=books, day=days, normal=parts, overdue=parts, interest=parts, lost=lost)
    def repay(self, book: Book, day: date, normal: int, overdue: int, interest: int, lost: bool) -> Sent:
        change, vnd = (-normal, -overdue, 0), {"normal_vnd": normal, "overdue_vnd": overdue, "interest_vnd": interest}
        return self._send(book, "repayment", day, change, interest, lost=lost, **vnd)

    @rule(target=sent, book=books, day=days, vnd=amounts, lost=lost)
    def transfer(self, book: Book, day: date, vnd: int, lost: bool) -> Sent:
        return self._send(book, "overdue_transfer", day, (-vnd, vnd, 0), lost=lost, amount_vnd=vnd)

    @rule(target=sent, book=books, day=days, vnd=amounts, lost=lost)
    def cure(self, book: Book, day: date, vnd: int, lost: bool) -> Sent:
        return self._send(book, "overdue_cure", day, (vnd, -vnd, 0), lost=lost, amount_vnd=vnd)

    @rule(target=sent, book=books, day=days, normal=parts, overdue=parts, lost=lost)
    def freeze(self, book: Book, day: date, normal: int, overdue: int, lost: bool) -> Sent:
        change, vnd = (-normal, -overdue, normal + overdue), {"from_normal_vnd": normal, "from_overdue_vnd": overdue}
        return self._send(book, "freeze", day, change, lost=lost, **vnd)

    @rule(target=sent, book=books, day=days, normal=parts, overdue=parts, lost=lost)
    def unfreeze(self, book: Book, day: date, normal: int, overdue: int, lost: bool) -> Sent:
        change, vnd = (normal, overdue, -normal - overdue), {"to_normal_vnd": normal, "to_overdue_vnd": overdue}
        return self._send(book, "unfreeze", day, change, lost=lost, **vnd)

    @rule(book=books, day=days, vnd=amounts)
    def write_off(self, book: Book, day: date, vnd: int) -> None:
        """By two people."""
        entry = Done("write_off", day, (-vnd, 0, 0), 0)
        body = {"kind": "write_off", "effective_on": str(day), "normal_vnd": vnd, "reason": "Người vay đã mất"}
        answer = self._post(book, body, key())
        expected = book.verdict(entry)
        assert answer.status_code == (202 if expected == 201 else expected), answer.text
        if expected == 201:
            done = self._run(decide(self.loans.approver, answer.json()["request"], "approval"))
            book.entries[done.json()["entry_id"]] = entry

    @rule(target=sent, book=books, data=st.data(), lost=lost)
    def reverse(self, book: Book, data: st.DataObject, lost: bool) -> Sent:
        """One of the entries that are no write-offs, taken back already or not; or none that there is."""
        plain = [id_ for id_, entry in book.entries.items() if entry.kind != "write_off"]
        of = data.draw(st.sampled_from([*plain, str(uuid4())]))
        wrong = book.entries.get(of, Done("nothing", DAYS[0], (0, 0, 0), 0))
        negated = Done(wrong.kind, wrong.day, tuple(-part for part in wrong.change), -wrong.interest)  # type: ignore[arg-type]
        body = {"kind": "reversal", "reverses_id": of, "reason": "Nhập nhầm"}
        return self._send_out(Sent(book, body, key(), negated, of), lost=lost)

    @rule(request=sent)
    def send_again(self, request: Sent) -> None:
        """What was done is answered as before and not done again; what was refused is tried anew."""
        self._receive(request)

    @invariant()
    def money_is_conserved(self) -> None:
        while self.touched:
            book = self.touched.pop()
            loan = self._run(self.loans.row(book.loan_id))
            assert (loan.normal_vnd, loan.overdue_vnd, loan.frozen_vnd) == book.left()
            assert (loan.disbursed_vnd, loan.last_seq) == (book.of_kind("disbursement"), len(book.entries))
            owed = book.of_kind("disbursement") + book.of_kind("repayment") + book.of_kind("write_off")
            assert loan.normal_vnd + loan.overdue_vnd + loan.frozen_vnd == owed

    def _send(
        self, book: Book, kind: str, day: date, change: Change, interest: int = 0, *, lost: bool, **data: int
    ) -> Sent:
        body = {"kind": kind, "effective_on": str(day), **data}
        return self._send_out(Sent(book, body, key(), Done(kind, day, change, interest), None), lost=lost)

    def _send_out(self, request: Sent, *, lost: bool) -> Sent:
        """An answer that is lost on the way leaves the sender to send again."""
        self._receive(request)
        if lost:
            self._receive(request)
        return request

    def _receive(self, request: Sent) -> None:
        book, name = request.book, request.headers["idempotency-key"]
        answer = self._post(book, request.body, request.headers)
        if (before := self.answered.get(name)) is not None:
            assert (answer.status_code, answer.text) == (201, before.text)
            return
        assert answer.status_code == self._expected(request), answer.text
        if answer.status_code == 201:
            self.answered[name] = answer
            book.entries[answer.json()["id"]] = request.entry
            book.taken_back |= {request.takes_back, answer.json()["id"]} if request.takes_back else set()

    def _expected(self, request: Sent) -> int:
        of = request.takes_back
        if of is not None and of not in request.book.entries:
            return 400
        if of is not None and of in request.book.taken_back:
            return 422
        return request.book.verdict(request.entry)

    def _post(self, book: Book, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        self.touched = [book]
        path = f"/v1/loans/{book.loan_id}/entries"
        return self._run(self.loans.staff.post(path, body, headers=headers))

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(step)


def test_money_is_conserved(server_url: str, template: str) -> None:
    """Hypothesis drives from outside of any event loop, so this test brings one of its own."""
    with asyncio.Runner() as runner:
        place = committing_world(server_url, template, "model", pool_size=2, read_pool_size=1)
        world: World = runner.run(place.__aenter__())
        try:
            machine = type("Machine", (Ledgers,), {"loans": runner.run(set_loans(world)), "runner": runner})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=25, stateful_step_count=15, deadline=None, derandomize=True, database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
            assert runner.run(found(world)) == []
        finally:
            runner.run(place.__aexit__(None, None, None))


async def found(world: World) -> list[Any]:
    """What the proof finds in all that was driven."""
    connection = await asyncpg.connect(world.service.litestar.state.settings.database_url)
    try:
        return [finding async for portion in portions(connection) for finding in portion.findings]
    finally:
        await connection.close()
