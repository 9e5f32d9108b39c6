"""The loans of all households, told group by group."""

from datetime import date, timedelta
from itertools import islice
from uuid import UUID

import msgspec

from incubator.demo.dice import LAST_DAY, Dice
from incubator.demo.loans_applications import put_on_its_way
from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_contracts import Contracts
from incubator.demo.loans_days import FIRST_LOANS, Arrivals
from incubator.demo.loans_groups import Circle, Villages, homes_of_groups, put_group, sizes_of_groups
from incubator.demo.loans_households import Home, Settler
from incubator.demo.loans_plans import Plan, Planner, Purse
from incubator.demo.loans_programmes import JOB_CREATION, STARTUP, add_lenders
from incubator.demo.loans_requests import put_question
from incubator.demo.places import Commune
from incubator.demo.rows import Batch, Rows
from incubator.demo.world import World
from incubator.people.households.models import PovertyClass

HOUSEHOLDS, CAPITAL_MILLIONS = 35_000, 2_494_000
"""At scale 1 so many households were lent so many million đồng."""

LAST_FOUNDED = date(2025, 8, 29)
"""Projects that came up later have no loan yet."""

_GROUPS_AT_ONCE, _GROUPS_PER_QUESTION = 25, 30
_HOUSEHOLDS_PER_PROJECT, _BY_THE_FUND = 1_400, 0.5
_PROJECT_WAITS, _GROUP_WAITS = timedelta(days=40), timedelta(days=30)


class Leader(msgspec.Struct, frozen=True):
    """Who leads a project, and where they live."""

    project_id: UUID
    founded_on: date
    person_id: UUID
    ethnicity: str | None
    commune_id: UUID


class Lending:
    """Tells the loans of some groups at a time; those of projects come first. One thread at a time may listen."""

    name = "Households with loans"

    def __init__(self, world: World, leaders: list[Leader], *, households: int, seed: int) -> None:
        self.total = households
        self._dice = dice = Dice(f"loans {seed}")
        self._communes = {commune.id: commune for commune in world.communes}
        self._clerk = Clerk(dice, Arrivals(dice), world.roster.staff[0], world.roster.approvers[0])
        self._opening = Rows()
        self._lenders = add_lenders(self._opening, self._clerk)
        self._planner, self._contracts = Planner(dice), Contracts(self._clerk, self._lenders)
        self._settler, self._villages = Settler(self._clerk), Villages(dice)
        self._purse = Purse(dice, CAPITAL_MILLIONS * households // HOUSEHOLDS, households)
        self._leaders = dice.sample(leaders, min(len(leaders), households // _HOUSEHOLDS_PER_PROJECT))
        sizes = sizes_of_groups(dice, households - len(self._leaders))
        homes = homes_of_groups(dice, world.communes, len(sizes))
        self._groups = zip(range(1, len(sizes) + 1), homes, sizes, strict=True)

    def tell(self) -> Batch:
        rows, told = Rows(), 0
        rows.pour(self._opening)
        if leaders := self._leaders:
            self._leaders = []
            told += self._tell_homes(rows, [self._home_of(leader) for leader in leaders])
        for number, commune, size in islice(self._groups, _GROUPS_AT_ONCE):
            told += self._tell_group(rows, number, self._villages.settle(rows, commune, size))
        return Batch(told, list(rows.sheets()))

    def _tell_group(self, rows: Rows, number: int, circle: Circle) -> int:
        """One of those who stay leads it."""
        homes = [self._new_home(circle) for _ in range(circle.size)]
        told = self._tell_homes(rows, homes, question=number)
        stay = [home for home in homes if self._settler.put_membership(rows, home, circle)]
        put_group(rows, circle, self._lenders.bank_id, self._dice.pick(stay).head_id)
        for home in stay:
            if home.plans[-1].ends_on is not None:
                offer = self._planner.offer(LAST_DAY, home.ethnicity, home.poverty_on(LAST_DAY), known=True)
                put_on_its_way(rows, self._clerk, self._lenders, home, offer)
        return told

    def _tell_homes(self, rows: Rows, homes: list[Home], *, question: int = 1) -> int:
        """Their amounts are fitted together, so that the sum over all is exact."""
        self._purse.deal([plan for home in homes for plan in home.plans if plan.is_paid_out], len(homes))
        books = []
        for home in homes:
            self._settler.put_home(rows, home, at=self._clerk.arrivals.on(home.plans[0].approved_on))
            books += [self._contracts.tell(rows, home, plan) for plan in home.plans]
        if question % _GROUPS_PER_QUESTION == 0:
            asked = next(book for book in books if book.balance.normal)
            put_question(rows, self._clerk, asked, question // _GROUPS_PER_QUESTION)
        return len(homes)

    def _new_home(self, circle: Circle) -> Home:
        """A household of a group, with all its loans."""
        planner, ethnicity = self._planner, circle.commune.new_ethnicity(self._dice)
        day = planner.first_day(max(FIRST_LOANS, circle.formed_on + _GROUP_WAITS))
        plan = planner.plan(planner.offer(day, ethnicity), day)
        poverty = next(iter(plan.offer.taken_by), None)
        classes = self._settler.classes(poverty, plan.approved_on.year)
        home = self._home(plan, ethnicity, circle.commune, circle.former_id, classes)
        home.circle = circle
        while more := planner.one_more(home.plans[-1]):
            day, fate = more
            home.plans.append(planner.plan(planner.offer(day, ethnicity, home.poverty_on(day), known=True), day, fate))
        return home

    def _home_of(self, leader: Leader) -> Home:
        """The household of who leads a project, with a loan for that."""
        dice, commune = self._dice, self._communes[leader.commune_id]
        day = self._planner.first_day(leader.founded_on + _PROJECT_WAITS)
        plan = self._planner.plan(STARTUP if dice.chance(_BY_THE_FUND) else JOB_CREATION, day)
        home = self._home(plan, leader.ethnicity or "kinh", commune, dice.pick(commune.former), [])
        home.head_id, home.project_id = leader.person_id, leader.project_id
        return home

    def _home(
        self, plan: Plan, ethnicity: str, commune: Commune, former_id: UUID, classes: list[tuple[date, PovertyClass]]
    ) -> Home:
        at = self._clerk.arrivals.on(plan.approved_on)
        return Home(
            id=self._dice.new_id(at), head_id=self._dice.new_id(at), ethnicity=ethnicity, commune_id=commune.id,
            former_id=former_id, circle=None, classes=classes, plans=[plan],
        )  # fmt: skip
