"""Which projects graduate: by what they have to show, and now and then by two approvers who know why."""

from datetime import date, timedelta

from incubator.actor import Actor
from incubator.demo.diary import Diary
from incubator.demo.dice import LAST_DAY, Dice, days_later
from incubator.demo.outcomes import Ledger
from incubator.demo.projects import Venture
from incubator.demo.world import World
from incubator.mentoring.graduation.models import (
    GraduationRequest,
    Lack,
    Readiness,
    RequestAction,
    RequestStatus,
    check_ready,
)
from incubator.projects.models import Platform, ProjectStatus

_GRADUATES = 0.65
_AFTER_ALL = (50, 120)
_PROJECTS_PER_EXCEPTION, _FIRST_EXCEPTION = 160, 40
_BIT_BY_BIT = timedelta(days=14)
_WHY = "Nhóm đã bán ổn định hai mùa liền; phần còn thiếu do ngân hàng huyện hướng dẫn trực tiếp."
_AGREED = "Đã đi thực tế, đồng ý."
_FORGIVEN = frozenset({Lack.consultation_capital, Lack.consultation_market, Lack.consultation_digital})


class Graduation:
    """Lets projects go, and remembers for how many something was missing."""

    def __init__(self, world: World) -> None:
        self._dice: Dice = world.network.dice
        self._approvers = world.roster.approvers
        self._seen = 0
        self._exceptions = 0
        self._asked = 0

    def consider(self, venture: Venture, diary: Diary, ledger: Ledger) -> None:
        """A project that has been active since long enough; when all that it has to show was written down."""
        self._seen += 1
        day = self._day(venture, diary, ledger)
        if venture.project.status != ProjectStatus.active or day > LAST_DAY:
            return
        readiness = _readiness(venture, diary, ledger, day)
        lacks = set(readiness.lacks())
        if not lacks and self._dice.chance(_GRADUATES):
            check_ready(readiness, venture.project.id, day)
            venture.graduate(self._dice.pick(self._approvers), day)
        elif lacks and lacks <= _FORGIVEN:
            self._make_an_exception(venture, readiness, day)

    def _make_an_exception(self, venture: Venture, readiness: Readiness, day: date) -> None:
        """For one in 160 projects; for another one in so many it is asked for and not decided yet."""
        if self._seen >= _FIRST_EXCEPTION + self._exceptions * _PROJECTS_PER_EXCEPTION:
            self._exceptions += 1
            self._let_go(venture, readiness, day)
        elif self._seen >= 2 * _FIRST_EXCEPTION + self._asked * _PROJECTS_PER_EXCEPTION:
            self._asked += 1
            self._request(venture, self._approvers[0], max(day, LAST_DAY - _BIT_BY_BIT))

    def _let_go(self, venture: Venture, readiness: Readiness, day: date) -> None:
        """One approver asks, and another one agrees."""
        requester, approver = self._dice.sample(self._approvers, 2)
        request = self._request(venture, requester, day)
        decided_on = min(days_later(day, self._dice.between(0, 6)), LAST_DAY)
        now = self._dice.after(request.requested_at, decided_on)
        request.end(RequestAction.approve, approver.id, _AGREED, now=now)
        request.version += 1
        details = {"request_id": str(request.id), "lacks": [lack.value for lack in readiness.lacks()]}
        venture.graduate(approver, day, reason=_WHY, details=details, at=now)

    def _request(self, venture: Venture, requester: Actor, day: date) -> GraduationRequest:
        at = self._dice.moment(day)
        request = GraduationRequest(
            id=self._dice.new_id(at), version=1, project_id=venture.project.id, status=RequestStatus.open.value,
            graduated_on=day, reason=_WHY, requested_by=requester.id, requested_at=at,
        )  # fmt: skip
        venture.rows.add(request)
        return request

    def _day(self, venture: Venture, diary: Diary, ledger: Ledger) -> date:
        """Some weeks after the last session and the last entry in the ledger."""
        last = max(
            venture.project.moved_on,
            *(appointment.day for appointment in diary.appointments),
            *(outcome.written_on for outcome in ledger.standing),
        )
        return days_later(last, self._dice.between(*_AFTER_ALL))


def _readiness(venture: Venture, diary: Diary, ledger: Ledger, day: date) -> Readiness:
    """The same that the product finds in the database on that day."""
    consulted = {platform for appointment in diary.consulted for platform in appointment.platforms}
    needed = {platform: platform in consulted for platform in Platform if platform in venture.needs}
    outcomes = [outcome for outcome in ledger.standing if outcome.occurred_on <= day]
    return Readiness(
        consulted=needed, is_fully_consulted=bool(consulted) and all(needed.values()),
        outcomes=len(outcomes), economic_outcomes=sum(outcome.is_economic for outcome in outcomes),
    )  # fmt: skip
