"""The households of the groups: who lives there, how poor they were found to be, and that they belong to a group."""

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import BANK_CLOSES, TAKEN_OVER
from incubator.demo.loans_groups import Circle
from incubator.demo.loans_plans import Plan
from incubator.demo.names import new_name
from incubator.demo.people import Population
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.loans.groups.models import GroupMember
from incubator.localities.data import REFORM
from incubator.people.households.models import Household, HouseholdClass, HouseholdMember, PovertyClass, Relation
from incubator.people.models import Person
from incubator.text import fold

_MALE_HEAD, _WITH_SPOUSE = 0.58, 0.3
_UNKNOWN_SEX, _UNKNOWN_ETHNICITY, _KNOWN_DATE, _KNOWN_PHONE = 0.03, 0.06, 0.4, 0.45
_YOUNGEST, _OLDEST, _USUAL_AGE, _SPOUSE_APART = 21, 60, 33, 6
_LIVED_THERE, _JOINED_EARLY, _LEFT_THE_GROUP = (200, 3600), 2.0, 0.2
_KEPT_CLASS, _CLASS_KNOWN = (2, 3), 0.35
_FIRST_PHONE = 400_001
"""People with ideas have the numbers below."""

_BETTER = {
    PovertyClass.poor: PovertyClass.near_poor,
    PovertyClass.near_poor: PovertyClass.newly_escaped,
    PovertyClass.newly_escaped: PovertyClass.average,
}
_WORSE = {better: worse for worse, better in _BETTER.items()}
_RISES = 0.7
_CERTIFIED = {PovertyClass.poor, PovertyClass.near_poor}


class Home(msgspec.Struct):
    """A household to be told; `classes` are its poverty classes by the first day, the earliest first."""

    id: UUID
    head_id: UUID
    ethnicity: str
    commune_id: UUID
    former_id: UUID
    circle: Circle | None
    classes: list[tuple[date, PovertyClass]]
    plans: list[Plan]
    project_id: UUID | None = None

    def recorded_id(self, day: date) -> UUID | None:
        """The old commune that papers of a day before the reform name."""
        return self.former_id if day < REFORM else None

    def poverty_on(self, day: date) -> PovertyClass | None:
        return next((poverty for from_on, poverty in reversed(self.classes) if from_on <= day), None)


class Settler:
    """Writes households down, on the day on which they became known."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk, self._dice = clerk, clerk.dice
        self._population = Population(clerk.dice, first_phone=_FIRST_PHONE)

    def put_home(self, rows: Rows, home: Home, *, at: datetime) -> None:
        """The household, its head, who is in the database already if they lead a project, and its classes."""
        dice, day = self._dice, home.plans[0].approved_on
        rows.put(
            Household, id=home.id, locality_id=home.commune_id, province_id=PROVINCE_ID,
            recorded_locality_id=home.recorded_id(day),
            village_id=home.circle and home.circle.village_id, created_at=at, **self._clerk.entered,
        )  # fmt: skip
        since = day - timedelta(days=dice.between(*_LIVED_THERE))
        self._put_member(rows, home, home.head_id, Relation.head, since, at)
        if home.circle is not None:
            self._put_people(rows, home, since, at)
        self._put_classes(rows, home)

    def put_membership(self, rows: Rows, home: Home, circle: Circle) -> bool:
        """From some day before the first loan; whether it lasts. Of those who are done with the bank some leave."""
        dice, last = self._dice, home.plans[-1]
        days = (home.plans[0].approved_on - circle.formed_on).days
        from_on = circle.formed_on + timedelta(days=int(days * dice.random() ** _JOINED_EARLY))
        to_on = None
        if last.ends_on is not None and dice.chance(_LEFT_THE_GROUP):
            to_on = min(last.ends_on + timedelta(days=dice.between(5, 60)), BANK_CLOSES)
        at = dice.moment(max(from_on, TAKEN_OVER))
        rows.put(
            GroupMember, id=dice.new_id(at), group_id=circle.id, household_id=home.id, from_on=from_on, to_on=to_on,
            created_at=at,
        )  # fmt: skip
        return to_on is None

    def classes(self, poverty: PovertyClass | None, year: int) -> list[tuple[date, PovertyClass]]:
        """What the household was in the year of its first loan, before it, and what it rose to."""
        dice = self._dice
        if poverty is None:
            return [(date(year, 1, 1), PovertyClass.average)] if dice.chance(_CLASS_KNOWN) else []
        classes = [(date(year, 1, 1), poverty)]
        if poverty in _WORSE:
            classes.insert(0, (date(year - dice.between(*_KEPT_CLASS), 1, 1), _WORSE[poverty]))
        while poverty in _BETTER and dice.chance(_RISES):
            year, poverty = year + dice.between(*_KEPT_CLASS), _BETTER[poverty]
            if year > BANK_CLOSES.year:
                break
            classes.append((date(year, 1, 1), poverty))
        return classes

    def _put_people(self, rows: Rows, home: Home, since: date, at: datetime) -> None:
        dice = self._dice
        sex = "male" if dice.chance(_MALE_HEAD) else "female"
        born = home.plans[0].approved_on.year - round(dice.triangular(_YOUNGEST, _OLDEST, _USUAL_AGE))
        self._put_person(rows, home, home.head_id, sex, born, at)
        if dice.chance(_WITH_SPOUSE):
            spouse_id, born = dice.new_id(at), born + dice.between(-_SPOUSE_APART, _SPOUSE_APART)
            self._put_person(rows, home, spouse_id, "female" if sex == "male" else "male", born, at)
            self._put_member(rows, home, spouse_id, Relation.spouse, since, at)

    def _put_person(self, rows: Rows, home: Home, person_id: UUID, sex: str, born: int, at: datetime) -> None:
        dice, full_name = self._dice, new_name(self._dice, home.ethnicity, sex)
        day = date(born, 1, 1) + timedelta(dice.between(0, 364)) if dice.chance(_KNOWN_DATE) else None
        rows.put(
            Person, id=person_id, full_name=full_name, name_key=fold(full_name), birth_date=day, birth_year=born,
            sex=None if dice.chance(_UNKNOWN_SEX) else sex,
            ethnicity=None if dice.chance(_UNKNOWN_ETHNICITY) else home.ethnicity,
            phone=self._population.new_phone() if dice.chance(_KNOWN_PHONE) else None, locality_id=home.commune_id,
            province_id=PROVINCE_ID, created_at=at, **self._clerk.entered,
        )  # fmt: skip

    def _put_member(
        self, rows: Rows, home: Home, person_id: UUID, relation: Relation, since: date, at: datetime
    ) -> None:
        rows.put(
            HouseholdMember, id=self._dice.new_id(at), household_id=home.id, person_id=person_id,
            relation=relation.value, from_on=since, created_at=at,
        )  # fmt: skip

    def _put_classes(self, rows: Rows, home: Home) -> None:
        """The commune certifies the poor and the near-poor, early in the year."""
        dice = self._dice
        for from_on, poverty in home.classes:
            at = dice.moment(max(from_on + timedelta(days=dice.between(5, 40)), TAKEN_OVER))
            certificate = f"{dice.between(1, 999):03d}/GCN-{from_on.year}" if poverty in _CERTIFIED else None
            rows.put(
                HouseholdClass, id=dice.new_id(at), household_id=home.id, from_on=from_on,
                poverty_class=poverty.value, certificate=certificate, recorded_at=at, **self._clerk.recorded,
            )  # fmt: skip
