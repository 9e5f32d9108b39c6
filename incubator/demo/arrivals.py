"""When ideas come in, from where, and to which call."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from incubator.demo.calls import Contest
from incubator.demo.dice import FIRST_DAY, LAST_DAY, Dice
from incubator.demo.places import Commune
from incubator.demo.products import Product, pick_product
from incubator.demo.world import World

IDEAS_BY_YEAR = {2021: 96, 2022: 128, 2023: 160, 2024: 198, 2025: 230}
IDEAS = sum(IDEAS_BY_YEAR.values())

_QUIET_DAY, _QUIET_WEEKEND = 0.65, 0.35
_IN_CONTEST, _LATE = 0.72, 0.15
_CHANNELS = ("web", "paper", "phone", "zalo", "event")
_CHANNEL_WEIGHTS = {
    2021: (28, 45, 12, 8, 7),
    2022: (36, 38, 9, 10, 7),
    2023: (44, 29, 7, 13, 7),
    2024: (52, 20, 5, 16, 7),
    2025: (58, 14, 4, 18, 6),
}


class Arrival(msgspec.Struct, frozen=True):
    """An idea on the day it comes in."""

    received_on: date
    commune: Commune
    contest: Contest
    product: Product
    channel: str
    is_late: bool


def arrivals(world: World, scale: int) -> Iterator[Arrival]:
    """Every idea in the order of its day. Each commune sends some."""
    dice = world.dice
    days = sorted(day for year, ideas in IDEAS_BY_YEAR.items() for day in _days(world, year, ideas * scale))
    communes = _communes(dice, world.communes, len(days))
    return (_arrival(world, day, commune) for day, commune in zip(days, communes, strict=True))


def _days(world: World, year: int, wanted: int) -> Iterator[date]:
    first, last = max(FIRST_DAY, date(year, 1, 4)), min(LAST_DAY, date(year, 12, 30))
    length = (last - first).days
    while wanted:
        day = first + timedelta(days=world.dice.between(0, length))
        if world.dice.chance(_liveliness(world, day)):
            yield day
            wanted -= 1


def _liveliness(world: World, day: date) -> float:
    """Contests draw ideas, weekends do not."""
    share = 1.0 if world.contests_on(day) else _QUIET_DAY
    return share * (_QUIET_WEEKEND if day.weekday() > 4 else 1.0)


def _communes(dice: Dice, communes: list[Commune], wanted: int) -> list[Commune]:
    weights = [commune.weight for commune in communes]
    chosen = [*communes, *dice.choices(communes, weights, k=wanted - len(communes))]
    dice.shuffle(chosen)
    return chosen


def _arrival(world: World, day: date, commune: Commune) -> Arrival:
    dice = world.dice
    contest, is_late = _contest(world, day)
    products = world.products[commune.id]
    product = pick_product(dice, products, contest.call.sectors)
    if product is None:
        contest, is_late, product = world.open_contest, False, dice.pick(products)
    channel = dice.weighted(_CHANNELS, _CHANNEL_WEIGHTS[day.year])
    return Arrival(day, commune, contest, product, channel, is_late)


def _contest(world: World, day: date) -> tuple[Contest, bool]:
    """A contest that runs, now and then one that has just ended, else the open call."""
    dice = world.dice
    if (just_closed := world.contests_just_closed(day)) and dice.chance(_LATE):
        return dice.pick(just_closed), True
    if (running := world.contests_on(day)) and dice.chance(_IN_CONTEST):
        return dice.pick(running), False
    return world.open_contest, False
