"""The contests of five years beside the call that is always open."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from incubator.demo.dice import FIRST_DAY, LAST_DAY, Dice
from incubator.demo.rows import Rows
from incubator.ideas.calls.models import DEFAULT_RUBRIC, Call, Criterion, Rubric, Sector

AGRICULTURE = (
    Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.livestock, Sector.fish, Sector.forestry,
    Sector.food_processing,
)  # fmt: skip
WOMENS_WORK = (
    Sector.handicraft, Sector.food_processing, Sector.medicinal_plants, Sector.tourism, Sector.services, Sector.other,
)  # fmt: skip

PITCH = Criterion(
    code="pitch", label_en="Presentation", label_vi="Thuyết trình", max=10, weight=10, floor=None, required=False,
    independent=True,
)  # fmt: skip
INNOVATION_RUBRIC = (*DEFAULT_RUBRIC, PITCH)

_LATE_DAYS = timedelta(days=10)
_FIRST_BLIND_YEAR, _FIRST_WOMENS_YEAR, _FIRST_YEAR_OF_THREE = 2023, 2023, 2024


class Contest(msgspec.Struct, frozen=True):
    """A call with the rubric that its ideas are marked by; `for_women` is how it is announced, not a rule."""

    call: Call
    rubric_id: UUID
    criteria: tuple[Criterion, ...]
    for_women: bool = False

    def is_open(self, day: date) -> bool:
        return self.call.opens_on <= day and (self.call.closes_on is None or day <= self.call.closes_on)

    def is_just_closed(self, day: date) -> bool:
        return self.call.closes_on is not None and self.call.closes_on < day <= self.call.closes_on + _LATE_DAYS


def add_contests(rows: Rows, dice: Dice) -> list[Contest]:
    """Every contest, with the first version of its rubric."""
    contests = []
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        contests.append(_add(rows, dice, _farming(year), DEFAULT_RUBRIC))
        if year >= _FIRST_WOMENS_YEAR:
            contests.append(_add(rows, dice, _womens(year), DEFAULT_RUBRIC, for_women=True))
        contests.append(_add(rows, dice, _innovation(year), INNOVATION_RUBRIC))
    return contests


def _add(rows: Rows, dice: Dice, call: Call, criteria: tuple[Criterion, ...], *, for_women: bool = False) -> Contest:
    at = dice.moment(call.opens_on - timedelta(days=20))
    call.id, call.created_at = dice.new_id(at), at
    rubric = Rubric(
        id=dice.new_id(at), call_id=call.id, number=1, criteria=msgspec.to_builtins(criteria), created_at=at
    )
    rows.add(call, rubric)
    return Contest(call, rubric.id, criteria, for_women)


def _farming(year: int) -> Call:
    return Call(
        code=f"nong_nghiep_{year}", title=f"Thanh niên khởi nghiệp nông nghiệp {year}",
        opens_on=date(year, 3, 1), closes_on=date(year, 5, 15), review_due_on=date(year, 6, 20),
        sectors=[sector.value for sector in AGRICULTURE], min_age=18, max_age=35, birth_year_optional=False,
        team_limit=3, min_reviewers=2, blind=False,
    )  # fmt: skip


def _womens(year: int) -> Call:
    return Call(
        code=f"phu_nu_vung_cao_{year}", title=f"Phụ nữ vùng cao khởi nghiệp {year}",
        opens_on=date(year, 6, 1), closes_on=date(year, 7, 31), review_due_on=date(year, 9, 10),
        sectors=[sector.value for sector in WOMENS_WORK], min_age=18, max_age=45, birth_year_optional=True,
        team_limit=5, min_reviewers=2, blind=False,
    )  # fmt: skip


def _innovation(year: int) -> Call:
    """The last one sets its reviewers no day: the demonstration is looked at long after its own days, and the
    hourly job would close those reviews at once."""
    return Call(
        code=f"doi_moi_sang_tao_{year}", title=f"Ý tưởng khởi nghiệp đổi mới sáng tạo {year}",
        opens_on=date(year, 8, 20), closes_on=date(year, 10, 31),
        review_due_on=None if year == LAST_DAY.year else date(year, 12, 5),
        sectors=None, min_age=18, max_age=35, birth_year_optional=False,
        team_limit=5, min_reviewers=3 if year >= _FIRST_YEAR_OF_THREE else 2, blind=year >= _FIRST_BLIND_YEAR,
    )  # fmt: skip
