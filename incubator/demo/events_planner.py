"""The activities of the movement: coffees, forums, contests, training and what else there is, all over the province."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from incubator.demo.dice import Dice
from incubator.demo.events_calendar import LAST_HELD, days_of_activities, hours
from incubator.demo.events_plans import Cell, Part, Plan
from incubator.demo.events_sizes import shared_out, sizes_of_activities
from incubator.demo.events_themes import organisers_of, title_of
from incubator.demo.places import Commune
from incubator.events.layout.models import Mode
from incubator.events.models import Capture, EventKind, WalkInPolicy

ACTIVITIES, ATTENDANCES = 800, 50_000
"""At scale 1; kinds with figures of their own are not among them."""

_K, _C, _W = EventKind, Capture, WalkInPolicy
_KINDS = {
    _K.startup_coffee: 18, _K.entrepreneur_coffee: 8, _K.forum: 12, _K.contest: 9, _K.propaganda: 30, _K.training: 15,
    _K.other: 8,
}  # fmt: skip
_SMALL, _CAPTURES_OF_SMALL, _CAPTURES_OF_LARGE = 130, (51, 30, 19), (8, 60, 32)
_POLICIES, _POLICY_WEIGHTS = (_W.allow, _W.confirm, _W.deny), (84, 10, 6)

_BEGINS = {
    _K.startup_coffee: (time(8), time(14), time(19)), _K.entrepreneur_coffee: (time(7, 30), time(16)),
    _K.propaganda: (time(8), time(14), time(19, 30)),
}  # fmt: skip
_OTHER_BEGINS = (time(7, 30), time(8), time(13, 30))
_MINUTES = {_K.startup_coffee: 120, _K.entrepreneur_coffee: 120, _K.propaganda: 90, _K.training: 210, _K.forum: 180}
_OTHER_MINUTES = 240

_SECOND_PART = {
    _K.contest: (0.5, "Vòng sơ khảo", "Chung kết", 14),
    _K.training: (0.35, "Ngày thứ nhất", "Ngày thứ hai", 1),
}
_ONLINE = {_K.forum: 0.3, _K.training: 0.15, _K.entrepreneur_coffee: 0.15}
_MORE_PLACES, _MOST_PLACES = 0.3, 3
_HALLS = ("Hội trường UBND", "Nhà văn hóa", "Hội trường Đoàn Thanh niên", "Sân trường THPT")

_NAMED_OF_MIXED, _NAMED_ABOVE, _NEVER_COUNTED = (0.5, 0.95), 0.12, 0.08
_BY_PHONE = {_C.named: 0.72, _C.mixed: 0.6, _C.headcount: 0.0}
_REGISTERED = {_C.named: (0.6, 0.95), _C.mixed: (0.45, 0.8), _C.headcount: (0.0, 0.0)}
_LIMITED, _FULL = 0.45, 0.14
_NOBODY_REPORTED, _NOBODY_CAME = 0.025, 0.01


def plan_activities(dice: Dice, communes: list[Commune], number: int) -> Iterator[Plan]:
    """So many in the order of their days, with so many attendances in all as their number asks for."""
    total = ATTENDANCES * number // ACTIVITIES
    weights = [commune.weight for commune in communes]
    homes = [*communes[:number], *dice.choices(communes, weights, k=max(0, number - len(communes)))]
    dice.shuffle(homes)
    sizes = sizes_of_activities(dice, number, total)
    for day, home, size in zip(days_of_activities(dice, number), homes, sizes, strict=True):
        yield _plan(dice, day, home, size)


def count_in(dice: Dice, cell: Cell, capture: Capture, attendances: int) -> None:
    """How it comes to that number: by names, by heads, or by the greater of both."""
    cell.attendances, cell.by_phone = attendances, dice.chance(_BY_PHONE[capture])
    if capture is _C.headcount:
        cell.head = attendances
        return
    cell.named = attendances
    if capture is _C.named or dice.chance(_NEVER_COUNTED):
        return
    if attendances > 1 and dice.chance(_NAMED_ABOVE):
        cell.head = attendances - dice.between(1, max(1, attendances // 6))
    else:
        cell.head, cell.named = attendances, max(1, int(attendances * dice.uniform(*_NAMED_OF_MIXED)))


def _plan(dice: Dice, day: date, home: Commune, size: int) -> Plan:
    kind = dice.weighted(list(_KINDS), list(_KINDS.values()))
    capture = dice.weighted(list(_C), _CAPTURES_OF_SMALL if size <= _SMALL else _CAPTURES_OF_LARGE)
    plan = Plan(
        kind, title_of(dice, kind, home), organisers_of(dice, home), home, capture,
        dice.weighted(_POLICIES, _POLICY_WEIGHTS), _parts(dice, kind, day, home),
        registered_share=dice.uniform(*_REGISTERED[capture]), is_public=dice.chance(0.9),
    )  # fmt: skip
    cells = list(plan.cells)
    for cell, attendances in zip(cells, shared_out(dice, size, len(cells)), strict=True):
        count_in(dice, cell, capture, attendances)
    _limit(dice, plan)
    _leave_gaps(dice, plan)
    return plan


def _parts(dice: Dice, kind: EventKind, day: date, home: Commune) -> list[Part]:
    begin, minutes = dice.pick(_BEGINS.get(kind, _OTHER_BEGINS)), _MINUTES.get(kind, _OTHER_MINUTES)
    labels = _labels(dice, kind, home)
    titles: list[tuple[str | None, date]] = [(None, day)]
    share, first, second, days = _SECOND_PART.get(kind, (0.0, "", "", 0))
    if dice.chance(share) and day + timedelta(days=days) <= LAST_HELD:
        titles = [(first, day), (second, day + timedelta(days=days))]
    parts = []
    for title, held_on in titles:
        cells = [Cell(mode, home, label) for mode, label in labels]
        parts.append(Part(*hours(held_on, begin, minutes), cells, title))
    return parts


def _labels(dice: Dice, kind: EventKind, home: Commune) -> list[tuple[Mode, str]]:
    """One place; villages that are visited one after another; or a room on a screen beside the hall."""
    if kind is _K.propaganda and dice.chance(_MORE_PLACES):
        places = dice.between(2, _MOST_PLACES)
        return [(Mode.in_person, f"Nhà văn hóa thôn {number}") for number in range(1, places + 1)]
    labels = [(Mode.in_person, f"{dice.pick(_HALLS)} {home.words}")]
    if dice.chance(_ONLINE.get(kind, 0.0)):
        labels.append((Mode.online, "Phòng họp trực tuyến"))
    return labels


def _limit(dice: Dice, plan: Plan) -> None:
    """Some events have a limit, and some of those are full, with people who wait."""
    if not plan.registered_share or plan.policy is _W.deny:
        return
    if dice.chance(_FULL):
        plan.waiting, plan.booked = dice.between(3, 14), 1
    elif dice.chance(_LIMITED):
        plan.booked = dice.pick((10, 20, 50))


def _leave_gaps(dice: Dice, plan: Plan) -> None:
    """Now and then a place reports nothing, and now and then that nobody came."""
    ends = plan.parts[-1]
    if plan.capture is not _C.named and dice.chance(_NOBODY_REPORTED):
        ends.cells.append(Cell(Mode.in_person, plan.commune, "Điểm phụ, chưa báo cáo"))
    if plan.capture is not _C.named and dice.chance(_NOBODY_CAME):
        ends.cells.append(Cell(Mode.in_person, plan.commune, "Điểm phụ", head=0))
