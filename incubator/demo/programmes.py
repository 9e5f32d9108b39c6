"""The programmes of the province, and the days on which its two coffees meet."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import msgspec

from incubator.demo.dice import LAST_DAY, Dice
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.mentoring.programmes.models import Cadence, Programme, ProgrammeKind

PLANNED_UNTIL = date(2025, 12, 20)
"""How far the calendar reaches beyond the last day."""

_FRIDAY, _SATURDAY = 4, 5
_ANNOUNCED = timedelta(days=30)


class Announcement(msgspec.Struct, frozen=True):
    title: str
    host: str
    cadence: Cadence
    starts_on: date


_PROGRAMMES: Mapping[ProgrammeKind, Announcement] = {
    ProgrammeKind.one_to_one: Announcement(
        "Cố vấn một kèm một", "Vườn ươm khởi nghiệp thanh niên", Cadence.on_demand, date(2021, 1, 11)
    ),
    ProgrammeKind.startup_coffee: Announcement(
        "Cà phê khởi nghiệp", "Trung tâm Hỗ trợ thanh niên khởi nghiệp, Tỉnh đoàn", Cadence.monthly, date(2021, 3, 1)
    ),
    ProgrammeKind.field_visit: Announcement(
        "Thăm vườn, thăm xưởng", "Trung tâm Khuyến nông", Cadence.quarterly, date(2021, 4, 5)
    ),
    ProgrammeKind.entrepreneur_coffee: Announcement(
        "Cà phê doanh nhân", "Hội Doanh nhân trẻ tỉnh", Cadence.monthly, date(2022, 1, 10)
    ),
    ProgrammeKind.clinic: Announcement(
        "Phòng khám số: bán hàng qua mạng", "Tổ công nghệ số cộng đồng", Cadence.weekly, date(2022, 6, 6)
    ),
}


def add_programmes(rows: Rows, dice: Dice) -> dict[ProgrammeKind, Programme]:
    programmes = {}
    for kind, announcement in _PROGRAMMES.items():
        at = dice.moment(announcement.starts_on - _ANNOUNCED)
        programmes[kind] = Programme(
            id=dice.new_id(at), version=1, kind=kind.value, title=announcement.title, host=announcement.host,
            cadence=announcement.cadence.value, locality_id=PROVINCE_ID, province_id=PROVINCE_ID,
            starts_on=announcement.starts_on, created_at=at,
        )  # fmt: skip
    rows.add(*programmes.values())
    return programmes


def coffee_days() -> list[tuple[date, ProgrammeKind]]:
    """Startup Coffee on the first Saturday of a month, Entrepreneur Coffee on its third Friday."""
    days = [(day, ProgrammeKind.startup_coffee) for day in _monthly(_SATURDAY, 1)]
    days += [(day, ProgrammeKind.entrepreneur_coffee) for day in _monthly(_FRIDAY, 3)]
    return sorted((day, kind) for day, kind in days if _PROGRAMMES[kind].starts_on <= day <= PLANNED_UNTIL)


def _monthly(weekday: int, nth: int) -> Iterator[date]:
    for year in range(2021, LAST_DAY.year + 1):
        for month in range(1, 13):
            first = date(year, month, 1)
            yield first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
