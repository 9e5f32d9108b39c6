"""Invented people, with gaps where real papers have gaps."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from incubator.actor import Actor
from incubator.demo.dice import Dice
from incubator.demo.names import new_name
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.ideas.calls.models import Call
from incubator.people.models import Consent, Person

_UNKNOWN_SEX, _UNKNOWN_ETHNICITY, _UNKNOWN_YEAR = 0.03, 0.07, 0.15
_KNOWN_DATE, _KNOWN_PHONE = 0.55, 0.7
_USUAL_AGE = 27
_PHONES = 999_999

CONSENT_FORMS = {
    "web": "digital", "paper": "paper", "event": "paper", "phone": "verbal_recorded", "zalo": "verbal_recorded",
}  # fmt: skip


class Population:
    """Makes people one after the other, so that no two share a telephone number."""

    def __init__(self, dice: Dice, *, first_phone: int = 1) -> None:
        self._dice = dice
        self._phones = count(first_phone)

    def leader(self, call: Call, commune: Commune, author: Actor, *, received_on: date, at: datetime) -> Person:
        """Somebody whose age is within the limits of the call on the day."""
        dice = self._dice
        person = self.member(commune, author, received_on=received_on, at=at)
        if call.birth_year_optional and dice.chance(_UNKNOWN_YEAR):
            person.birth_year = person.birth_date = None
            return person
        self._be_born(person, received_on, call.min_age + 1, call.max_age)
        return person

    def member(self, commune: Commune, author: Actor, *, received_on: date, at: datetime) -> Person:
        """Somebody of the commune between 18 and 35."""
        dice = self._dice
        ethnicity, sex = commune.new_ethnicity(dice), dice.pick(("male", "female"))
        person = self.person(new_name(dice, ethnicity, sex), author, commune.id, at=at)
        person.sex = None if dice.chance(_UNKNOWN_SEX) else sex
        person.ethnicity = None if dice.chance(_UNKNOWN_ETHNICITY) else ethnicity
        person.phone = self.new_phone() if dice.chance(_KNOWN_PHONE) else None
        self._be_born(person, received_on, 19, 35)
        return person

    def person(self, full_name: str, author: Actor, commune_id: UUID, *, at: datetime) -> Person:
        """Somebody of whom only the name and the commune are known so far."""
        return Person(
            id=self._dice.new_id(at), full_name=full_name, birth_date=None, birth_year=None, sex=None, ethnicity=None,
            phone=None, locality_id=commune_id, province_id=PROVINCE_ID, entered_by_kind=author.kind,
            entered_by_id=author.id, created_at=at,
        )  # fmt: skip

    def _be_born(self, person: Person, day: date, youngest: int, oldest: int) -> None:
        """The year is counted as calls count it, so even before the birthday nobody is younger than youngest - 1."""
        age = round(self._dice.triangular(youngest, oldest, _USUAL_AGE))
        person.birth_year = day.year - age
        known = self._dice.chance(_KNOWN_DATE)
        person.birth_date = date(person.birth_year, 1, 1) + timedelta(self._dice.between(0, 364)) if known else None

    def new_phone(self) -> str:
        """Valid in form, and with its row of zeros plainly invented."""
        return f"+84900{next(self._phones) % _PHONES:06d}"


def put_consent(
    rows: Rows, dice: Dice, person: Person, channel: str, author: Actor, *, given_on: date, at: datetime
) -> None:
    """The leader's consent to take part, in the form that the channel allows."""
    rows.put(
        Consent, id=dice.new_id(at), person_id=person.id, action="give", purpose="programme",
        form=CONSENT_FORMS[channel], occurred_on=given_on, recorded_by_kind=author.kind, recorded_by_id=author.id,
        recorded_at=at,
    )  # fmt: skip
