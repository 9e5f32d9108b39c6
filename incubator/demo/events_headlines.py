"""What has figures of its own: the conference, the digital-skills classes, days at culture houses; and what lies ahead
or never came to be."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import count

from incubator.demo.dice import Dice
from incubator.demo.events_calendar import hours
from incubator.demo.events_planner import ACTIVITIES, count_in
from incubator.demo.events_plans import Cell, Fate, Part, Plan
from incubator.demo.events_sizes import fitted, shared_out
from incubator.demo.events_themes import PROVINCE_YOUTH
from incubator.demo.places import Commune
from incubator.events.layout.models import Mode
from incubator.events.models import Capture, EventKind, WalkInPolicy

MEMBERS, IN_THE_HALL, IN_THE_ROOM = 2_300, 900, 400
CLASSES, TRAINED, TEAM = 23, 10_500, 200
"""Both at scale 1."""

_CONFERENCE_DAY, _BETWEEN_CONFERENCES = date(2025, 10, 10), timedelta(days=35)
_STAYED_AWAY = 0.02
_FIRST_CLASS, _LAST_CLASS = date(2025, 3, 8), date(2025, 11, 22)
_NAMED_CLASSES, _NAMED_SIZES, _LEAST, _MOST = 0.35, (90, 160), 200, 1_500
_HELPERS = (4, 8)
_HOUSE_DAYS, _AHEAD = 6, 4
_IN = Mode.in_person


def plan_conferences(dice: Dice, communes: list[Commune], activities: int) -> Iterator[Plan]:
    """One, or so many as the scale says: a hall, an online room, and bridge points in the communes between them."""
    number = max(1, activities // ACTIVITIES)
    members = min(MEMBERS, MEMBERS * activities // ACTIVITIES)
    for place in range(number):
        yield _conference(dice, communes, _CONFERENCE_DAY - place * _BETWEEN_CONFERENCES % timedelta(days=270), members)


def plan_classes(dice: Dice, communes: list[Commune], activities: int) -> Iterator[Plan]:
    number = max(1, CLASSES * activities // ACTIVITIES)
    total, helpers = TRAINED * activities // ACTIVITIES, max(1, TEAM * activities // ACTIVITIES)
    named = round(number * _NAMED_CLASSES)
    sizes = [dice.between(*_NAMED_SIZES) for _ in range(named)]
    rest = [round((total - sum(sizes)) / (number - named) * dice.uniform(0.5, 1.5)) for _ in range(number - named)]
    sizes += fitted(dice, rest, total - sum(sizes), least=_LEAST, most=_MOST)
    for place, size in enumerate(sizes):
        day = _FIRST_CLASS + place * (_LAST_CLASS - _FIRST_CLASS) // number
        plan = _class(dice, dice.sample(communes, 4), day, size, Capture.named if place < named else Capture.headcount)
        own = range(place * helpers // number, (place + 1) * helpers // number)
        others = dice.sample(range(helpers), min(helpers, dice.between(*_HELPERS)))
        plan.team = tuple(dict.fromkeys([*own, *others]))
        yield plan


def plan_house_days(dice: Dice, communes: list[Commune]) -> Iterator[Plan]:
    """Days at culture houses: some were held, and some lie ahead, one of which is booked out."""
    numbers = count(1)
    for place in range(_HOUSE_DAYS):
        day = date(2025, 7, 12) + timedelta(days=21 * place)
        plan = _house_day(dice, dice.pick(communes), day, next(numbers))
        count_in(dice, plan.parts[0].cells[0], plan.capture, dice.between(20, 60))
        yield plan
    for place in range(_AHEAD):
        plan = _house_day(dice, dice.pick(communes), date(2025, 12, 6) + timedelta(days=7 * place), next(numbers))
        plan.fate, plan.capture, plan.booked = Fate.ahead, Capture.named, 1
        plan.parts[0].cells[0].named, plan.waiting = dice.between(15, 40), 0 if place else 7
        yield plan


def plan_what_never_was(dice: Dice, communes: list[Commune]) -> Iterator[Plan]:
    """A draft, an event that a storm prevented, and one that was put off before anybody had come."""
    what = (
        (Fate.draft, EventKind.forum, "Diễn đàn khởi nghiệp đầu xuân", date(2026, 2, 28)),
        (Fate.cancelled, EventKind.contest, "Hội thi sáng kiến thanh niên nông thôn", date(2025, 9, 30)),
        (Fate.cancelled, EventKind.training, "Tập huấn livestream bán hàng Tết", date(2025, 12, 13)),
    )
    for fate, kind, title, day in what:
        home = dice.pick(communes)
        cell = Cell(_IN, home, f"Hội trường UBND {home.words}", named=0 if fate is Fate.draft else dice.between(8, 20))
        plan = Plan(
            kind, f"{title}, {home.words}", [PROVINCE_YOUTH], home, Capture.named, WalkInPolicy.allow,
            [Part(*hours(day, time(8), 240), [cell])], fate=fate, registered_share=1.0,
        )  # fmt: skip
        yield plan


def _conference(dice: Dice, communes: list[Commune], day: date, members: int) -> Plan:
    hall, room = members * IN_THE_HALL // MEMBERS, members * IN_THE_ROOM // MEMBERS
    city = next(commune for commune in communes if commune.kind == "ward")
    bridged = communes[: max(1, (members - hall - room) // 10)]
    cells = [Cell(_IN, city, f"Hội trường lớn, {city.words}", hall, hall, by_phone=True)]
    cells.append(Cell(Mode.online, None, "Phòng họp trực tuyến", room, room))
    shares = shared_out(dice, members - hall - room, len(bridged))
    for commune, share in zip(bridged, shares, strict=True):
        cells.append(Cell(Mode.online, commune, f"Điểm cầu {commune.words}", share, share, by_phone=dice.chance(0.8)))
    seats = {_IN: hall, Mode.online: members - hall}
    absent = {mode: int(number * _STAYED_AWAY) for mode, number in seats.items()}
    return Plan(
        EventKind.conference, "Hội nghị thanh niên khởi nghiệp và chuyển đổi số tỉnh Lào Cai",
        [PROVINCE_YOUTH, "Hội Doanh nhân trẻ tỉnh Lào Cai"], None, Capture.named, WalkInPolicy.allow,
        [Part(*hours(day, time(7, 30), 240), cells)], registered_share=1.0, seats=seats, absent=absent, booked=1,
    )  # fmt: skip


def _class(dice: Dice, area: list[Commune], day: date, size: int, capture: Capture) -> Plan:
    """Those of large ones sit in several places, each of which is counted."""
    home = area[0]
    seats = area[: 1 if capture is Capture.named else dice.between(2, len(area))]
    cells = [Cell(_IN, commune, f"Nhà văn hóa {commune.words}") for commune in seats]
    for cell, share in zip(cells, shared_out(dice, size, len(cells)), strict=True):
        count_in(dice, cell, capture, share)
    return Plan(
        EventKind.digital_skills_class, f"Lớp kỹ năng số cộng đồng {home.words}",
        [f"Đoàn Thanh niên {home.words}", "Tổ công nghệ số cộng đồng"], home, capture, WalkInPolicy.allow,
        [Part(*hours(day, time(19), 150), cells)], registered_share=0.85, apart=True,
    )  # fmt: skip


def _house_day(dice: Dice, home: Commune, day: date, number: int) -> Plan:
    return Plan(
        EventKind.culture_house_day, f"Ngày hội nhà văn hóa số {number}, {home.words}",
        [f"Đoàn Thanh niên {home.words}"], home, dice.pick((Capture.named, Capture.mixed)), WalkInPolicy.allow,
        [Part(*hours(day, time(8), 180), [Cell(_IN, home, "Nhà văn hóa thôn")])], registered_share=0.8,
    )  # fmt: skip
