"""The schedules of the loans: the one that a loan was granted with, and those that took its place."""

from datetime import date
from uuid import UUID

from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import months_later
from incubator.demo.rows import Rows
from incubator.loans.schedules.models import Instalment, LoanSchedule, ScheduleReason

_ROUND = 100_000
_MONTHLY = 1

NOTES = {
    ScheduleReason.extended: "Hộ gặp khó khăn, ngân hàng cho gia hạn nợ 12 tháng.",
    ScheduleReason.after_freeze: "Hết thời gian khoanh nợ do thiên tai, lùi các kỳ còn lại 14 tháng.",
}

Due = tuple[date, int]
"""A day and the principal that is due on it; 0 where only interest is."""


class Timetable:
    """What is due of one loan, as its versions say."""

    def __init__(self, rows: Rows, clerk: Clerk, loan_id: UUID) -> None:
        self._rows, self._clerk, self._loan_id = rows, clerk, loan_id
        self._versions = 0
        self._first_interest_on = date.max
        self.dues: list[Due] = []

    def set_up(self, approved_vnd: int, days: list[date], *, at_end: bool, decided_on: date) -> None:
        self.dues = list(zip(days, _shares(approved_vnd, len(days), at_end=at_end), strict=True))
        self._first_interest_on = months_later(decided_on, _MONTHLY)
        self._put(ScheduleReason.original, decided_on)

    def put_off(self, place: int, months: int, reason: ScheduleReason, decided_on: date) -> None:
        """All that is due from there on comes later."""
        later = [(months_later(day, months), vnd) for day, vnd in self.dues[place:]]
        self.dues = [*self.dues[:place], *later]
        self._put(reason, decided_on)

    def _put(self, reason: ScheduleReason, decided_on: date) -> None:
        self._versions += 1
        at = self._clerk.arrivals.of(decided_on)
        version_id = self._clerk.dice.new_id(at)
        self._rows.put(
            LoanSchedule, id=version_id, loan_id=self._loan_id, number=self._versions, reason=reason.value,
            decided_on=decided_on, principal_vnd=sum(vnd for _, vnd in self.dues),
            first_interest_on=self._first_interest_on, interest_months=_MONTHLY, note=NOTES.get(reason),
            recorded_at=at, **self._clerk.recorded,
        )  # fmt: skip
        self._put_instalments(version_id)

    def _put_instalments(self, version_id: UUID) -> None:
        in_all = number = 0
        for day, vnd in self.dues:
            if vnd:
                in_all, number = in_all + vnd, number + 1
                self._rows.put(
                    Instalment, schedule_id=version_id, number=number, due_on=day, principal_vnd=vnd,
                    due_in_all_vnd=in_all,
                )  # fmt: skip


def _shares(vnd: int, years: int, *, at_end: bool) -> list[int]:
    """Equal parts but for the last, which takes what rounding leaves."""
    if at_end:
        return [0] * (years - 1) + [vnd]
    part = vnd // years // _ROUND * _ROUND
    return [part] * (years - 1) + [vnd - part * (years - 1)]
