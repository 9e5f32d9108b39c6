"""The young people who come: most are known from ideas and households, and some are met for the first time."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from incubator.actor import NOBODY, Actor
from incubator.demo.dice import Dice
from incubator.demo.names import new_name
from incubator.demo.people import Population
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.people.models import Person
from incubator.text import fold

FIRST_BORN, LAST_BORN = 1990, 2009
_USUALLY_BORN = 2003
KNOWN_BEFORE = datetime.fromisoformat("2025-01-01T00:00:00+07:00")

NEVER = datetime.max.replace(tzinfo=UTC)

_FIRST_TIME, _FROM_NEARBY, _TRIES = 0.05, 0.8, 8
_KNOWN_PHONE, _UNKNOWN_ETHNICITY, _WITHOUT_MARKS = 0.6, 0.15, 0.5
_FIRST_PHONE = 800_001
"""Households have the numbers below."""


class Youth(msgspec.Struct, eq=False):
    """Somebody who may come. Until they are written down nobody knows them, and they have no id."""

    commune_id: UUID
    full_name: str
    birth_year: int
    id: UUID = NOBODY
    known_since: datetime = NEVER
    sex: str | None = None
    ethnicity: str | None = None
    survivor_id: UUID | None = None
    is_double: bool = False

    @property
    def is_known(self) -> bool:
        return self.known_since is not NEVER

    @property
    def key(self) -> tuple[str, int, UUID]:
        """By what two people may be taken for one."""
        return fold(self.full_name), self.birth_year, self.commune_id


class Known(msgspec.Struct, frozen=True):
    """A row of a young person in the database; accounts have people of their own, who do not come as guests."""

    id: UUID
    full_name: str
    name_key: str
    birth_year: int
    commune_id: UUID
    created_at: datetime
    is_guest: bool


class Youths:
    """Everybody who may come. No two whom this part makes up share name, year of birth and commune, nor do they with
    anybody who was there before, so that whoever looks for duplicates finds those that are meant."""

    def __init__(self, dice: Dice, communes: list[Commune], known: Iterable[Known], *, wanted: int) -> None:
        self._dice, self._population = dice, Population(dice, first_phone=_FIRST_PHONE)
        self._communes = {commune.id: commune for commune in communes}
        self._weights = [commune.weight for commune in communes]
        everybody = list(known)
        held = Counter((one.name_key, one.birth_year, one.commune_id) for one in everybody)
        self._taken, self._shared = set(held), {key for key, number in held.items() if number > 1}
        guests = [one for one in everybody if one.is_guest and one.created_at < KNOWN_BEFORE]
        chosen = dice.sample(guests, min(wanted, len(guests)))
        self._everybody = [
            Youth(one.commune_id, one.full_name, one.birth_year, one.id, one.created_at) for one in chosen
        ]
        self._nearby: dict[UUID, list[Youth]] = {commune.id: [] for commune in communes}
        for youth in self._everybody:
            self._nearby[youth.commune_id].append(youth)

    def gather(self, commune: Commune | None, wanted: int, taken: set[Youth], *, known_at: datetime) -> list[Youth]:
        """So many more different people; no commune is the whole province. Whoever was met after that moment does not
        come, and nobody of `taken`, which grows with those who do."""
        came = []
        for _ in range(wanted):
            youth = self._one(commune, taken, known_at)
            taken.add(youth)
            came.append(youth)
        return came

    def newcomer(self, commune: Commune | None) -> Youth:
        """Somebody whom nobody knows yet."""
        dice = self._dice
        home = commune or dice.weighted(list(self._communes.values()), self._weights)
        while True:
            sex, ethnicity = dice.pick(("male", "female")), home.new_ethnicity(dice)
            name = new_name(dice, ethnicity, sex)
            born = round(dice.triangular(FIRST_BORN, LAST_BORN, _USUALLY_BORN))
            youth = Youth(home.id, name, born, sex=sex, ethnicity=ethnicity)
            if youth.key not in self._taken:
                self._taken.add(youth.key)
                return youth

    def double(self, youth: Youth) -> Youth | None:
        """The same person, entered by somebody who does not know that, often without the marks of the name. None
        where there are two already who may be taken for one."""
        if not youth.is_known or youth.key in self._shared:
            return None
        self._shared.add(youth.key)
        name = fold(youth.full_name).title() if self._dice.chance(_WITHOUT_MARKS) else youth.full_name
        return Youth(youth.commune_id, name, youth.birth_year, is_double=True)

    def introduce(self, rows: Rows, youth: Youth, by: Actor, at: datetime, *, at_the_door: bool = False) -> None:
        """Write somebody down. At the door there is time for a name, a year and a commune."""
        if youth.is_known:
            return
        dice = self._dice
        youth.id, youth.known_since = dice.new_id(at), at
        has_phone = not at_the_door and dice.chance(_KNOWN_PHONE)
        knows_ethnicity = not at_the_door and not dice.chance(_UNKNOWN_ETHNICITY)
        rows.put(
            Person, id=youth.id, full_name=youth.full_name, name_key=fold(youth.full_name),
            birth_year=youth.birth_year, sex=None if at_the_door else youth.sex,
            ethnicity=youth.ethnicity if knows_ethnicity else None,
            phone=self._population.new_phone() if has_phone else None, locality_id=youth.commune_id,
            province_id=PROVINCE_ID, survivor_id=youth.survivor_id, version=1 + bool(youth.survivor_id),
            entered_by_kind=by.kind, entered_by_id=by.id, created_at=at,
        )  # fmt: skip
        if youth.is_double:
            return
        self._everybody.append(youth)
        self._nearby[youth.commune_id].append(youth)

    def _one(self, commune: Commune | None, taken: set[Youth], known_at: datetime) -> Youth:
        dice = self._dice
        for _ in range(0 if dice.chance(_FIRST_TIME) else _TRIES):
            near = self._nearby[commune.id] if commune and dice.chance(_FROM_NEARBY) else self._everybody
            if near and (youth := dice.pick(near)) not in taken and youth.known_since < known_at:
                return youth
        return self.newcomer(commune)
