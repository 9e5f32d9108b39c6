"""The life of a loan, from paying out to paying back."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from incubator.demo.dice import days_later, workday
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import BANK_CLOSES
from incubator.demo.loans_ledger import Book
from incubator.demo.loans_plans import TRANCHES_APART, Fate, Plan
from incubator.demo.loans_programmes import MILLION
from incubator.demo.loans_requests import put_write_off
from incubator.demo.loans_schedules import Timetable
from incubator.demo.rows import Rows
from incubator.loans.schedules.models import ScheduleReason

_FIRST_TRANCHE, _SOONER = 0.6, (3, 60)
_PAID_BEFORE, _FOUND_OVERDUE_AFTER, _PAID_AFTER = (0, 12), (1, 6), (20, 200)
_QUIETLY_PAID_AFTER, _CURED_AFTER, _EXTENDED_BEFORE = (15, 100), (30, 60), (8, 25)
_PUT_OFF, _PUT_OFF_BY_FREEZE = 12, 14
_FROZEN_ON, _FROZEN_UNTIL, _THAWED = date(2024, 10, 15), date(2025, 10, 15), 0.6
_WRITTEN_OFF, _WRITTEN_OFF_FROM = 0.06, date(2025, 3, 10)


class Life:
    """Tells a loan due day by due day. What happens at the turn of its plan says at which place to go on."""

    def __init__(self, rows: Rows, clerk: Clerk, plan: Plan, book: Book, timetable: Timetable) -> None:
        self._rows, self._clerk, self._dice = rows, clerk, clerk.dice
        self._plan, self._book, self._timetable = plan, book, timetable

    def tell(self) -> None:
        if not self._plan.is_paid_out:
            return
        self._pay_out()
        turn, place = self._plan.turn, 0
        while place < len(self._timetable.dues):
            if place == turn:
                turn, following = None, _TURNS[self._plan.fate](self, place)
            else:
                following = self._pay(place)
            if following is None:
                return
            place = following

    def _pay_out(self) -> None:
        """At once, or in two parts, of which the second may lie ahead."""
        plan, book = self._plan, self._book
        day, vnd = plan.paid_out_on, plan.millions * MILLION
        if plan.fate is not Fate.in_tranches or plan.awaits_more:
            book.disburse(day, vnd, mistyped=plan.fate is Fate.underpaid)
            return
        first = int(plan.millions * _FIRST_TRANCHE) * MILLION
        book.disburse(day, first)
        book.disburse(workday(day + TRANCHES_APART - timedelta(days=self._dice.between(*_SOONER))), vnd - first)

    def _pay(self, place: int, *, mistyped: bool = False) -> int | None:
        """What is due, or the interest alone, some days before it is due."""
        due_on, vnd = self._timetable.dues[place]
        day = workday(due_on - timedelta(days=self._dice.between(*_PAID_BEFORE)))
        if day > BANK_CLOSES:
            return None
        self._book.repay(day, normal=min(vnd, self._book.balance.normal), mistyped=mistyped)
        return place + 1

    def _pay_mistyped(self, place: int) -> int | None:
        return self._pay(place, mistyped=True)

    def _end_early(self, _: int) -> int | None:
        assert self._plan.ends_on is not None
        self._book.repay(self._plan.ends_on, normal=self._book.balance.normal)
        return None

    def _fall_behind(self, place: int) -> int | None:
        """The bank books it as overdue, and it comes in later, if it does by the last day."""
        due_on, vnd = self._timetable.dues[place]
        if not self._transfer(place):
            return None
        day = days_later(due_on, self._dice.between(*_PAID_AFTER))
        if day > BANK_CLOSES:
            return None
        self._book.repay(day, overdue=vnd)
        return place + 1

    def _pay_late(self, place: int) -> int | None:
        """Late by the schedule, and nobody booked it as overdue."""
        due_on, vnd = self._timetable.dues[place]
        day = days_later(due_on, self._dice.between(*_QUIETLY_PAID_AFTER))
        if day > BANK_CLOSES:
            return None
        self._book.repay(day, normal=vnd)
        return place + 1

    def _stay_behind(self, place: int) -> int | None:
        """Nothing comes in any more."""
        for later in range(place, len(self._timetable.dues)):
            if not self._transfer(later):
                break
        return None

    def _be_cured(self, place: int) -> int | None:
        """The bank extends after it had booked the instalment as overdue."""
        due_on, vnd = self._timetable.dues[place]
        day = days_later(due_on, self._dice.between(*_CURED_AFTER))
        if not self._transfer(place) or day > BANK_CLOSES:
            return None
        self._timetable.put_off(place, _PUT_OFF, ScheduleReason.extended, day)
        self._book.cure(day, vnd)
        return place

    def _be_extended(self, place: int) -> int | None:
        due_on, _ = self._timetable.dues[place]
        decided_on = workday(due_on - timedelta(days=self._dice.between(*_EXTENDED_BEFORE)))
        self._timetable.put_off(place, _PUT_OFF, ScheduleReason.extended, decided_on)
        return place

    def _be_frozen(self, place: int) -> int | None:
        """After the flood. Most pay again a year later; of a few the bank gives up on what is left."""
        dice, book = self._dice, self._book
        book.freeze(workday(_FROZEN_ON + timedelta(days=dice.between(0, 14))))
        if dice.chance(_THAWED):
            day = workday(_FROZEN_UNTIL + timedelta(days=dice.between(0, 14)))
            self._timetable.put_off(place, _PUT_OFF_BY_FREEZE, ScheduleReason.after_freeze, day)
            book.unfreeze(day)
            return place
        if dice.chance(_WRITTEN_OFF):
            put_write_off(self._rows, self._clerk, book, days_later(_WRITTEN_OFF_FROM, dice.between(0, 180)))
        return None

    def _transfer(self, place: int) -> bool:
        due_on, vnd = self._timetable.dues[place]
        day = workday(due_on + timedelta(days=self._dice.between(*_FOUND_OVERDUE_AFTER)))
        if vnd and day <= BANK_CLOSES:
            self._book.transfer(day, vnd)
        return day <= BANK_CLOSES


_TURNS: Mapping[Fate, Callable[[Life, int], int | None]] = {
    Fate.mistyped: Life._pay_mistyped,
    Fate.early: Life._end_early,
    Fate.slow: Life._fall_behind,
    Fate.quiet: Life._pay_late,
    Fate.overdue: Life._stay_behind,
    Fate.cured: Life._be_cured,
    Fate.extended: Life._be_extended,
    Fate.frozen: Life._be_frozen,
}
