"""The savings and credit groups, each in a village of its commune."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from uuid import UUID

import msgspec

from incubator.demo.dice import Dice, workday
from incubator.demo.loans_days import TAKEN_OVER
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.loans.groups.models import MOST_MEMBERS, CreditGroup
from incubator.localities.data import BEFORE_RECORDS
from incubator.localities.models import Locality

_FEWEST, _USUAL = 45, 53
_ALREADY_THERE, _FORMED_FIRST, _FORMED_LAST = 0.7, date(2014, 3, 3), date(2022, 6, 30)
_LENDING_BEGINS = date(2018, 12, 31)
_SHARES_ITS_VILLAGE = 0.12

_VILLAGES = tuple(
    " ".join(words)
    for words in product(
        ("Nậm", "Làng", "Khe", "Tả", "Lao", "Sín", "Séo", "Cốc", "Pờ", "Hồng", "Tân", "Bản", "Chu"),
        ("Chải", "Phìn", "Lùng", "Sài", "Pạc", "Mò", "Tiến", "Thái", "Ngài", "Hồ", "Đắng", "Mít", "Vàng"),
    )
)


class Circle(msgspec.Struct, frozen=True):
    """A group to come: where it is, and the old commune that its papers named before the reform."""

    id: UUID
    commune: Commune
    former_id: UUID
    village_id: UUID
    name: str
    bank_code: str
    formed_on: date
    entered_at: datetime
    size: int


class Villages:
    """Puts groups into villages: most have one of their own, some share one."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._villages: dict[UUID, list[Locality]] = {}
        self._groups: Counter[UUID] = Counter()

    def settle(self, rows: Rows, commune: Commune, size: int) -> Circle:
        dice, village = self._dice, self._village(rows, commune)
        formed_on = self._forming()
        entered_at = dice.moment(max(formed_on, TAKEN_OVER))
        self._groups[commune.id] += 1
        self._groups[village.id] += 1
        number = self._groups[village.id]
        return Circle(
            id=dice.new_id(entered_at), commune=commune,
            former_id=dice.pick(commune.former), village_id=village.id,
            name=f"Tổ tiết kiệm và vay vốn {village.name}" + (f" {number}" if number > 1 else ""),
            bank_code=f"T{commune.code}{self._groups[commune.id]:03d}", formed_on=formed_on,
            entered_at=entered_at, size=size,
        )  # fmt: skip

    def _village(self, rows: Rows, commune: Commune) -> Locality:
        villages = self._villages.setdefault(commune.id, [])
        if not villages or not self._dice.chance(_SHARES_ITS_VILLAGE):
            villages.append(self._new_village(commune, len(villages)))
            rows.add(villages[-1])
        return villages[-1]

    def _new_village(self, commune: Commune, place: int) -> Locality:
        """The names of a commune begin somewhere in the list, and a second round has numbers."""
        again, at = divmod(place, len(_VILLAGES))
        name = _VILLAGES[(int(commune.code) * 7 + at * 5) % len(_VILLAGES)]
        word = "Tổ dân phố" if commune.kind == "ward" else "Thôn"
        return Locality(
            id=self._dice.new_id(self._dice.moment(TAKEN_OVER)), code=f"{commune.code}-{place + 1:03d}",
            level="village", kind="village", name=f"{word} {name}" + (f" {again + 1}" if again else ""),
            parent_id=commune.id, valid_from=BEFORE_RECORDS,
        )  # fmt: skip

    def _forming(self) -> date:
        dice = self._dice
        if dice.chance(_ALREADY_THERE):
            return _between(dice, _FORMED_FIRST, _LENDING_BEGINS)
        return _between(dice, _LENDING_BEGINS, _FORMED_LAST)


def sizes_of_groups(dice: Dice, households: int) -> list[int]:
    """So many groups of plausible sizes that all households have a place."""
    sizes = [dice.between(_FEWEST, MOST_MEMBERS) for _ in range(round(households / _USUAL))]
    missing = households - sum(sizes)
    while missing:
        place, step = dice.between(0, len(sizes) - 1), 1 if missing > 0 else -1
        if _FEWEST <= sizes[place] + step <= MOST_MEMBERS:
            sizes[place] += step
            missing -= step
    return sizes


def homes_of_groups(dice: Dice, communes: list[Commune], groups: int) -> Iterator[Commune]:
    """Each commune has some where there are enough; the larger ones have more."""
    weights = [commune.weight for commune in communes]
    homes = [*communes, *dice.choices(communes, weights, k=max(0, groups - len(communes)))]
    dice.shuffle(homes)
    return iter(homes[:groups])


def put_group(rows: Rows, circle: Circle, lender_id: UUID, leader_id: UUID) -> None:
    group = CreditGroup(
        id=circle.id, version=1, lender_id=lender_id, bank_code=circle.bank_code, name=circle.name,
        village_id=circle.village_id, locality_id=circle.commune.id, province_id=PROVINCE_ID, leader_id=leader_id,
        formed_on=circle.formed_on, created_at=circle.entered_at,
    )  # fmt: skip
    rows.add(group)


def _between(dice: Dice, first: date, last: date) -> date:
    return workday(first + timedelta(days=dice.between(0, (last - first).days)))
