"""The 99 communes of Lào Cai, what they were before July 2025, and who lives there."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec

from incubator.demo.dice import Dice
from incubator.localities.data import REFORM, LocalityFact, locality_id, read_localities, read_successions

PROVINCE_CODE = "15"
PROVINCE_ID = locality_id(PROVINCE_CODE, REFORM)

_WORDS_OF_KIND = {"commune": "xã", "ward": "phường"}
_KINDS_OF_DISTRICT = ("Thành phố ", "Thị xã ", "Huyện ")

# Of a hundred people in the former district; the order is that of `_GROUPS`.
_GROUPS = ("kinh", "hmong", "dao", "tay", "giay", "ha_nhi", "nung", "thai", "phu_la", "muong")
_SHARES: Mapping[str, tuple[int, ...]] = {
    "Lào Cai": (72, 3, 6, 8, 7, 0, 2, 1, 1, 0),
    "Sa Pa": (16, 53, 23, 4, 3, 0, 0, 0, 1, 0),
    "Bát Xát": (18, 32, 26, 3, 14, 7, 0, 0, 0, 0),
    "Mường Khương": (12, 42, 6, 2, 6, 0, 27, 0, 5, 0),
    "Si Ma Cai": (5, 80, 0, 3, 0, 0, 9, 0, 3, 0),
    "Bắc Hà": (14, 48, 12, 11, 0, 0, 9, 0, 6, 0),
    "Bảo Thắng": (68, 6, 11, 8, 2, 0, 5, 0, 0, 0),
    "Bảo Yên": (30, 12, 23, 33, 0, 0, 1, 0, 1, 0),
    "Văn Bàn": (15, 12, 15, 52, 4, 0, 0, 2, 0, 0),
    "Yên Bái": (92, 0, 1, 5, 0, 0, 0, 1, 0, 1),
    "Nghĩa Lộ": (38, 1, 0, 8, 0, 0, 0, 43, 0, 10),
    "Lục Yên": (18, 1, 16, 54, 0, 0, 11, 0, 0, 0),
    "Mù Căng Chải": (4, 91, 0, 0, 0, 0, 0, 5, 0, 0),
    "Trạm Tấu": (5, 78, 0, 0, 0, 0, 0, 16, 0, 1),
    "Trấn Yên": (68, 3, 7, 19, 0, 0, 0, 0, 0, 3),
    "Văn Chấn": (35, 11, 9, 17, 2, 0, 0, 18, 0, 8),
    "Văn Yên": (48, 5, 30, 16, 0, 0, 0, 0, 1, 0),
    "Yên Bình": (55, 0, 12, 28, 0, 0, 5, 0, 0, 0),
}


class Commune(msgspec.Struct, frozen=True):
    """A commune of today; `district` is the one that most of it belonged to, `former` what it was made of."""

    id: UUID
    code: str
    name: str
    kind: str
    district: str
    former: tuple[UUID, ...]
    weight: float

    @property
    def words(self) -> str:
        """As people write it: `xã Bắc Hà`, `phường Sa Pa`."""
        return f"{_WORDS_OF_KIND[self.kind]} {self.name}"

    def recorded_id(self, dice: Dice, day: date) -> UUID | None:
        """The old commune that papers of a day before the reform name; none since."""
        return dice.pick(self.former) if day < REFORM else None

    def new_ethnicity(self, dice: Dice) -> str:
        return dice.weighted(_GROUPS, _SHARES[self.district])


def read_communes(dice: Dice) -> list[Commune]:
    """All communes of the province, each with its share in the ideas."""
    former = _former_communes()
    today = (fact for fact in read_localities() if fact.level == "commune" and fact.parent_id == PROVINCE_ID)
    return [_commune(dice, fact, former[fact.id]) for fact in today]


def _commune(dice: Dice, fact: LocalityFact, former: list[LocalityFact]) -> Commune:
    districts = Counter(_short(old.district or "") for old in former)
    return Commune(
        id=fact.id,
        code=fact.code,
        name=fact.name,
        kind=fact.kind,
        district=districts.most_common(1)[0][0],
        former=tuple(old.id for old in former),
        weight=len(former) * dice.uniform(0.6, 1.6),
    )


def _former_communes() -> dict[UUID, list[LocalityFact]]:
    """By the commune of today, what it was made of."""
    facts = {fact.id: fact for fact in read_localities()}
    former: dict[UUID, list[LocalityFact]] = {}
    for succession in read_successions():
        if facts[succession.predecessor_id].level == "commune":
            former.setdefault(succession.successor_id, []).append(facts[succession.predecessor_id])
    return former


def _short(district: str) -> str:
    for kind in _KINDS_OF_DISTRICT:
        district = district.removeprefix(kind)
    return district
