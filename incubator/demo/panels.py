"""The meetings that decide: one each month, and one for every contest."""

from bisect import bisect_left
from datetime import date, timedelta
from uuid import UUID

from incubator.actor import SYSTEM
from incubator.demo.accounts import SEAT, Roster
from incubator.demo.calls import Contest
from incubator.demo.dice import BEFORE_ALL, FIRST_DAY, LAST_DAY, Dice, days_later, workday
from incubator.demo.people import Population
from incubator.demo.places import Commune
from incubator.demo.rows import Rows
from incubator.ideas.panels.models import Panel, PanelMember
from incubator.people.models import Person

QUORUM = 5
_THURSDAY = 3
_GUESTS = (
    "Nguyễn Hữu Tâm", "Lê Thị Hồng Thái", "Cầm Văn Thương", "Tẩn Láo San", "Đoàn Thị Kim Oanh", "Trịnh Xuân Trường",
)  # fmt: skip
_DAYS_TO_CONTEST_PANEL = 18


class Panels:
    """All meetings by day; one of a contest decides its ideas only."""

    def __init__(self, panels: list[Panel]) -> None:
        self._panels = sorted(panels, key=lambda panel: panel.held_on)
        self._days = [panel.held_on for panel in self._panels]

    def next(self, call_id: UUID, day: date) -> Panel | None:
        """The first meeting from that day on that may decide ideas of the call; None where it lies ahead."""
        later = self._panels[bisect_left(self._days, day) :]
        return next((panel for panel in later if panel.call_id in {None, call_id}), None)


def add_panels(
    rows: Rows, dice: Dice, population: Population, roster: Roster, contests: list[Contest], communes: list[Commune]
) -> Panels:
    """Every meeting up to the last day, numbered in order within its year, with who was present."""
    pool = _pool(rows, population, roster, communes)
    panels: list[Panel] = []
    numbers: dict[int, int] = {}
    for held_on, call_id in sorted([*_monthly(), *_of_contests(contests)], key=lambda meeting: meeting[0]):
        number = numbers[held_on.year] = numbers.get(held_on.year, 0) + 1
        at = dice.moment(held_on)
        panel = Panel(
            id=dice.new_id(at), minutes_number=f"{number:02d}/{held_on.year}/BB-HĐ", held_on=held_on, quorum=QUORUM,
            call_id=call_id, created_by=roster.staff[0].id, created_at=at,
        )  # fmt: skip
        present = dice.sample(pool, dice.between(QUORUM, len(pool)))
        panel.check_quorum(len(present))
        rows.add(panel, *(PanelMember(panel_id=panel.id, person_id=person.id) for person in present))
        panels.append(panel)
    return Panels(panels)


def _pool(rows: Rows, population: Population, roster: Roster, communes: list[Commune]) -> list[Person]:
    """The approvers, and guests from departments, the bank and cooperatives."""
    seat = next(commune.id for commune in communes if commune.code == SEAT)
    guests = [population.person(name, SYSTEM, seat, at=BEFORE_ALL) for name in _GUESTS]
    rows.add(*guests)
    return [*(roster.people[approver.name] for approver in roster.approvers), *guests]


def _monthly() -> list[tuple[date, UUID | None]]:
    """The last Thursday of each month."""
    months = [(year, month) for year in range(FIRST_DAY.year, LAST_DAY.year + 1) for month in range(1, 13)]
    days = [_last_thursday(year, month) for year, month in months]
    return [(day, None) for day in days if day <= LAST_DAY]


def _last_thursday(year: int, month: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - _THURSDAY) % 7)


def _of_contests(contests: list[Contest]) -> list[tuple[date, UUID | None]]:
    due = [(contest.call.review_due_on, contest.call.id) for contest in contests]
    days = [(days_later(workday(day), _DAYS_TO_CONTEST_PANEL), call_id) for day, call_id in due if day is not None]
    return [(day, call_id) for day, call_id in days if day <= LAST_DAY]
