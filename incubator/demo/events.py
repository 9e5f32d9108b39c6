"""The events of 2025, told in the order of their days, and the few that lie ahead."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from incubator.days import VIETNAM
from incubator.demo.dice import BEFORE_ALL, Dice
from incubator.demo.events_desk import Desk, Stage
from incubator.demo.events_doubles import Doubles
from incubator.demo.events_headlines import (
    TEAM,
    plan_classes,
    plan_conferences,
    plan_house_days,
    plan_what_never_was,
)
from incubator.demo.events_planner import ACTIVITIES, plan_activities
from incubator.demo.events_plans import Plan
from incubator.demo.events_story import Story
from incubator.demo.events_youth import Known, Youth, Youths
from incubator.demo.rows import Batch, Rows
from incubator.demo.world import World
from incubator.events.team.models import EventTeamMember, TeamPart

__all__ = ["ACTIVITIES", "Known", "Movement"]

_EVENTS_AT_ONCE, _REUSED = 12, 4_500
_GATHERED_AT = datetime(2025, 1, 6, 9, 0, tzinfo=VIETNAM)
_TRAINERS = 0.6


class Movement:
    """Tells some events at a time. One thread at a time may listen."""

    name = "Events"

    def __init__(self, world: World, known: Iterable[Known], *, activities: int, seed: int) -> None:
        dice = Dice(f"events {seed}")
        youths = Youths(dice, world.communes, known, wanted=_REUSED * activities // ACTIVITIES)
        self._desk = Desk(dice, youths, world.roster)
        self._doubles = Doubles(dice, youths, world.roster.staff[0])
        self._opening = Rows()
        plans = [*_plans(dice, world, activities)]
        self.total = len(plans)
        self._team = self._gather_team(plans, max(1, TEAM * activities // ACTIVITIES))
        self._trained = set(self._team)
        self._plans = iter(sorted(plans, key=lambda plan: plan.starts_at))

    def tell(self) -> Batch:
        rows, told = Rows(), 0
        rows.pour(self._opening)
        for plan in islice(self._plans, _EVENTS_AT_ONCE):
            met = self._trained if plan.apart else set()
            stage = Story(rows, self._desk, self._doubles, plan, met).tell()
            self._put_team(rows, stage)
            told += 1
        return Batch(told, list(rows.sheets()))

    def _gather_team(self, plans: list[Plan], wanted: int) -> list[Youth]:
        """Mentors with a login lead some classes; the others are young people of the province."""
        youths, staff = self._desk.youths, self._desk.roster.staff[0]
        team = youths.gather(None, wanted, set(), known_at=_GATHERED_AT)
        leading = [plan.team[0] for plan in plans if plan.team]
        for place, mentor in zip(leading, self._desk.roster.mentors, strict=False):
            person = self._desk.roster.people[mentor.name]
            assert person.locality_id is not None
            team[place] = Youth(person.locality_id, person.full_name, 0, person.id, BEFORE_ALL)
        for youth in team:
            youths.introduce(self._opening, youth, staff, _GATHERED_AT)
        return team

    def _put_team(self, rows: Rows, stage: Stage) -> None:
        for position, place in enumerate(stage.plan.team):
            part = TeamPart.trainer if self._desk.dice.chance(_TRAINERS) else TeamPart.support
            rows.put(
                EventTeamMember, session_id=stage.venues[0].session_id, person_id=self._team[place].id,
                event_id=stage.id, part=(part if position else TeamPart.lead).value, added_at=stage.published_at,
            )  # fmt: skip


def _plans(dice: Dice, world: World, activities: int) -> Iterable[Plan]:
    communes = world.communes
    yield from plan_activities(dice, communes, activities)
    yield from plan_conferences(dice, communes, activities)
    yield from plan_classes(dice, communes, activities)
    yield from plan_house_days(dice, communes)
    yield from plan_what_never_was(dice, communes)
