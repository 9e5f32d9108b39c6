"""What accepted ideas become: projects with a baseline, mentors and a life of their own."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from incubator.actor import Actor
from incubator.days import VIETNAM, civil_day
from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.journey import Journey
from incubator.demo.places import Commune
from incubator.demo.rows import Rows
from incubator.demo.world import World
from incubator.ideas.calls.models import Sector
from incubator.ideas.models import IdeaStatus, IdeaViewer
from incubator.ideas.reviews.models import OWN_MENTEE, ReviewerConflict
from incubator.people.models import Person, PersonViewer
from incubator.projects.mentors.actions import SOURCE
from incubator.projects.mentors.models import ProjectMentor, check_assignable
from incubator.projects.models import (
    CloseReason,
    Platform,
    Project,
    ProjectAction,
    ProjectIdea,
    ProjectNeed,
    ProjectStatus,
    ProjectTransition,
    check_founding,
)

END = datetime.combine(LAST_DAY, time.max, VIETNAM)

_FOUNDED, _JOINED, _SECOND_MENTOR = 0.93, 0.04, 0.25
_PAUSED, _RESUMED, _CLOSED = 0.14, 0.5, 0.13

_NOT_NEEDED = {
    Platform.capital: "Gia đình và tổ hợp tác đã đủ vốn cho vụ đầu.",
    Platform.market: "Đã có mối tiêu thụ ổn định ở chợ phiên và khách quen.",
    Platform.digital: "Nhóm đã tự bán trên mạng, chưa cần hỗ trợ thêm.",
}
_PAUSE = "Nghỉ qua vụ thu hoạch, cả nhóm bận làm nương."
_RESUME = "Xong mùa vụ, nhóm tiếp tục theo kế hoạch."
_CLOSE = {
    CloseReason.no_capital: "Không thu xếp được vốn đối ứng.",
    CloseReason.no_market: "Hai mùa liền không bán được ngoài chợ huyện.",
    CloseReason.family: "Trưởng nhóm bận việc gia đình.",
    CloseReason.migrated: "Trưởng nhóm đi làm ở khu công nghiệp.",
    CloseReason.other: "Nhóm thống nhất dừng dự án.",
}


class Founder:
    """Makes projects. An accepted idea may wait for another one of its commune, to be founded together."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[UUID, Journey] = {}

    def found(self, journey: Journey) -> "Venture | None":
        """A project for an accepted idea, if its decision is public and its people begin before the last day."""
        dice, commune_id = self._world.dice, journey.commune.id
        if journey.idea.status != IdeaStatus.accepted or not dice.chance(_FOUNDED):
            return None
        if dice.chance(_JOINED) and commune_id not in self._waiting:
            self._waiting[commune_id] = journey
            return None
        other = self._waiting.pop(commune_id, None)
        journeys = [journey] if other is None else [other, journey]
        founded_on = days_later(max(map(_published_on, journeys)), dice.between(4, 28))
        if founded_on > LAST_DAY:
            return None
        venture = Venture(self._world, journeys, founded_on)
        venture.live()
        return venture


class Venture:
    """One project through its life; `day` and `at` as in a journey.

    It keeps its rows until its mentoring is told, because that may end with a step of the project; but not the
    journeys, which hold on to the rows of every idea that came in with theirs.
    """

    def __init__(self, world: World, journeys: list[Journey], founded_on: date) -> None:
        self._world = world
        self._dice = world.dice
        self._ideas = [journey.idea for journey in journeys]
        self._wishes = {platform: _wish(journeys, platform) for platform in Platform}
        self._steps = 0
        first = journeys[0]
        self.rows = Rows()
        self.staff = first.assignee
        self.commune: Commune = first.commune
        self.sector = Sector(first.content.sector)
        self.people: list[Person] = list({person.id: person for j in journeys for person in j.people}.values())
        self.needs: set[Platform] = set()
        self.mentors: list[Actor] = []
        self._mentored_at: datetime | None = None
        self.rests: list[tuple[date, date]] = []
        self._day = founded_on
        self._at = max(self._dice.moment(founded_on), *(journey.at for journey in journeys))
        self.project = Project(
            id=self._dice.new_id(self._at), version=1, title=first.content.title, locality_id=first.idea.locality_id,
            status=ProjectStatus.onboarding.value, province_id=first.idea.province_id, founded_on=founded_on,
            moved_on=founded_on, created_at=self._at,
        )  # fmt: skip

    @property
    def mentored_since(self) -> datetime:
        """When its mentors had been assigned; only for who has `mentors`."""
        assert self._mentored_at is not None
        return self._mentored_at

    @property
    def last_day(self) -> date:
        """The last day on which something may happen in the project."""
        ended = self.project.status in {ProjectStatus.closed, ProjectStatus.graduated}
        return self.project.moved_on if ended else LAST_DAY

    def rests_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.rests)

    def graduate(self, approver: Actor, day: date, *, at: datetime | None = None, **more: Any) -> None:
        """An approver lets the project go, some time after its last step; it may be written down later."""
        self._day = day
        self._at = at or self._at
        self._step(ProjectStatus.graduated, ProjectAction.graduate, approver, **more)

    def live(self) -> None:
        """Founding, mentors, work, and for some a pause or the end."""
        self._found()
        if not self._wait(0, 10):
            return
        self._assign_mentors()
        if not self._wait(1, 20):
            return
        self._step(ProjectStatus.active, ProjectAction.activate)
        if self._dice.chance(_PAUSED) and self._wait(60, 400):
            paused_on = self._day
            self._step(ProjectStatus.paused, ProjectAction.pause, reason=_PAUSE)
            if self._dice.chance(_RESUMED) and self._wait(30, 120):
                self._step(ProjectStatus.active, ProjectAction.resume, reason=_RESUME)
            self.rests.append((paused_on, self._day if self.project.status == ProjectStatus.active else LAST_DAY))
        if self._dice.chance(_CLOSED) and self._wait(90, 700):
            reason = self._dice.pick(tuple(_CLOSE))
            self._step(
                ProjectStatus.closed, ProjectAction.close, closed_reason=reason,
                reason_code=reason.value, reason=_CLOSE[reason],
            )  # fmt: skip

    def _found(self) -> None:
        check_founding(self._ideas, self._day, now=END, today=LAST_DAY)
        self.rows.add(self.project)
        for position, idea in enumerate(self._ideas):
            self.rows.put(ProjectIdea, idea_id=idea.id, project_id=self.project.id, position=position)
        for platform in Platform:
            self._put_need(platform)
        self._write(ProjectAction.found, None, self.staff)

    def _put_need(self, platform: Platform) -> None:
        """What the ideas said they need."""
        said = self._wishes[platform]
        if said is not None:
            self.needs.add(platform)
        why = said or _NOT_NEEDED[platform]
        self.rows.put(
            ProjectNeed, project_id=self.project.id, platform=platform.value, needed=said is not None, why=why
        )

    def _assign_mentors(self) -> None:
        """They see the ideas and the people of the project from then on, and do not review these ideas."""
        check_assignable(self.project)
        wanted = 2 if self._dice.chance(_SECOND_MENTOR) else 1
        for mentor in self._dice.sample(self._world.roster.mentors, wanted):
            self._at = self._dice.after(self._at, self._day)
            self.rows.add(
                ProjectMentor(
                    id=self._dice.new_id(self._at), project_id=self.project.id, account_id=mentor.id,
                    from_on=self._day, created_at=self._at,
                )
            )  # fmt: skip
            self.mentors.append(mentor)
            self._open_sight(mentor)
        self._mentored_at = self._at

    def _open_sight(self, mentor: Actor) -> None:
        for idea in self._ideas:
            key = {"idea_id": idea.id, "account_id": mentor.id}
            self.rows.put(IdeaViewer, **key, source=SOURCE)
            self.rows.put(ReviewerConflict, **key, kind=OWN_MENTEE, recorded_at=self._at)
        for person_id in sorted(person.id for person in self.people):
            seen = {"person_id": person_id, "source": SOURCE, "source_id": self.project.id}
            self.rows.put(PersonViewer, account_id=mentor.id, **seen)

    def _step(
        self, status: ProjectStatus, action: ProjectAction, actor: Actor | None = None, *,
        closed_reason: CloseReason | None = None, **more: Any,
    ) -> None:  # fmt: skip
        before = self.project.status
        self.project.move_to(status, action, self._day, today=LAST_DAY, closed_reason=closed_reason)
        self.project.version += 1
        self._write(action, before, actor or self.staff, **more)

    def _write(self, action: ProjectAction, before: str | None, actor: Actor, **more: Any) -> None:
        self._steps += 1
        self._at = self._dice.after(self._at, self._day)
        self.rows.put(
            ProjectTransition, id=self._dice.new_id(self._at), project_id=self.project.id, number=self._steps,
            action=action.value, from_status=before, to_status=self.project.status, occurred_on=self._day,
            recorded_at=self._at, actor_kind=actor.kind, actor_id=actor.id, details=more.pop("details", {}), **more,
        )  # fmt: skip

    def _wait(self, least: int, most: int) -> bool:
        day = days_later(self._day, self._dice.between(least, most))
        if day > LAST_DAY:
            return False
        self._day = day
        return True


def _published_on(journey: Journey) -> date:
    assert journey.idea.publish_at is not None
    return civil_day(journey.idea.publish_at)


def _wish(journeys: list[Journey], platform: Platform) -> str | None:
    wishes = (getattr(journey.content, f"need_{platform}") for journey in journeys)
    return next((wish for wish in wishes if wish), None)
