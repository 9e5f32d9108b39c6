"""Which loans a household takes, and how they go; and how the whole capital is dealt out."""

import enum
from datetime import date, timedelta
from itertools import cycle

import msgspec

from incubator.demo.dice import Dice, days_later, workday
from incubator.demo.loans_days import BANK_CLOSES, months_later
from incubator.demo.loans_programmes import ETHNIC_MINORITY, OFFERS, Offer
from incubator.people.households.models import PovertyClass

STORM = date(2024, 9, 9)
"""The flood after typhoon Yagi: what it took is frozen."""

_FATES = {
    "plain": 0.853, "early": 0.03, "mistyped": 0.004, "underpaid": 0.001, "in_tranches": 0.02, "slow": 0.03,
    "quiet": 0.012, "overdue": 0.006, "cured": 0.008, "extended": 0.018, "frozen": 0.018,
}  # fmt: skip
_AGAIN, _WAITING, _CANCELLED = 0.75, 0.02, 0.004
_PAUSE, _PAID_OUT_AFTER, _EARLY_FROM = (8, 140), (1, 10), 200
_LEANS_TO_LATER = 0.85
TRANCHES_APART = timedelta(days=90)
_ENOUGH_TO_TURN = timedelta(days=10)
_LAST_APPROVAL = BANK_CLOSES - timedelta(days=14)
"""What was approved later is not paid out yet."""
_STEP = 4


class Fate(enum.StrEnum):
    """How a loan goes. `waiting` and `cancelled` are paid out nothing."""

    plain = "plain"
    early = "early"
    mistyped = "mistyped"
    underpaid = "underpaid"
    in_tranches = "in_tranches"
    slow = "slow"
    quiet = "quiet"
    overdue = "overdue"
    cured = "cured"
    extended = "extended"
    frozen = "frozen"
    waiting = "waiting"
    cancelled = "cancelled"


_ENDS_WELL = {Fate.plain, Fate.early, Fate.mistyped, Fate.underpaid, Fate.in_tranches}
_ANYTIME = {Fate.underpaid, Fate.in_tranches}
_AT_AN_INSTALMENT = {Fate.mistyped, Fate.slow, Fate.quiet, Fate.overdue, Fate.cured, Fate.extended}


class Plan(msgspec.Struct):
    """A loan to be told. `turn` is the due day, by its place, at which something else happens than payment."""

    offer: Offer
    approved_on: date
    paid_out_on: date
    due_days: list[date]
    at_end: bool
    millions: int
    fate: Fate = Fate.plain
    turn: int | None = None
    ends_on: date | None = None

    @property
    def is_paid_out(self) -> bool:
        return self.fate not in {Fate.waiting, Fate.cancelled}

    @property
    def approved_millions(self) -> int:
        """More than is told of where the rest is paid out after the last day, if the programme allows for more."""
        if not self.awaits_more:
            return self.millions
        return max(self.millions, min(self.millions * 3 // 2, self.offer.millions[-1]))

    @property
    def awaits_more(self) -> bool:
        """Whether the second of two parts may lie behind the last day."""
        return self.fate is Fate.in_tranches and self.paid_out_on > BANK_CLOSES - TRANCHES_APART

    @property
    def matures_on(self) -> date:
        return self.due_days[-1]


class Planner:
    """Plans loans one after the other."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._fates = [Fate(name) for name in _FATES]
        self._weights = list(_FATES.values())

    def first_day(self, since: date) -> date:
        """Somewhat more is lent in later years."""
        days = (_LAST_APPROVAL - since).days
        return workday(since + timedelta(days=int(days * self._dice.random() ** _LEANS_TO_LATER)))

    def offer(self, day: date, ethnicity: str, poverty: PovertyClass | None = None, *, known: bool = False) -> Offer:
        """A programme for the household, whose class follows from the first one; that of the ethnic minorities is
        for them alone, and newer."""
        offers = [offer for offer in OFFERS if _is_for(offer, poverty)] if known else OFFERS
        while True:
            offer = self._dice.weighted(offers, [offer.share for offer in offers])
            if offer is not ETHNIC_MINORITY or (ethnicity != "kinh" and day >= offer.starts_on):
                return offer

    def plan(self, offer: Offer, approved_on: date, fate: Fate | None = None) -> Plan:
        dice = self._dice
        months = dice.pick(offer.months)
        plan = Plan(
            offer=offer, approved_on=approved_on, paid_out_on=days_later(approved_on, dice.between(*_PAID_OUT_AFTER)),
            due_days=[months_later(approved_on, month) for month in range(12, months + 1, 12)],
            at_end=dice.chance(offer.at_end), millions=_amount(dice, offer),
        )  # fmt: skip
        if fate is None:
            self._decide(plan)
        else:
            plan.fate = fate
        return plan

    def one_more(self, plan: Plan) -> tuple[date, Fate | None] | None:
        """After a loan that was paid back most take another one: from when, and its fate if that is settled."""
        if plan.ends_on is None:
            return None
        dice = self._dice
        day = days_later(plan.ends_on, dice.between(*_PAUSE))
        if day > _LAST_APPROVAL:
            return (BANK_CLOSES, Fate.waiting) if dice.chance(_WAITING) else None
        if dice.chance(_CANCELLED):
            return day, Fate.cancelled
        return (day, None) if dice.chance(_AGAIN) else None

    def _decide(self, plan: Plan) -> None:
        """The fate, where there is time for it; most loans have none."""
        dice, fate = self._dice, self._dice.weighted(self._fates, self._weights)
        if fate is Fate.early:
            self._end_early(plan)
        elif fate is Fate.frozen and plan.paid_out_on < STORM < plan.matures_on:
            plan.fate = fate
            plan.turn = next(place for place, day in enumerate(plan.due_days) if day > STORM)
        elif fate in _AT_AN_INSTALMENT:
            turns = [place for place in _instalments(plan) if plan.due_days[place] <= BANK_CLOSES - _ENOUGH_TO_TURN]
            if turns:
                plan.fate, plan.turn = fate, dice.pick(turns)
        elif fate in _ANYTIME:
            plan.fate = fate
        if plan.fate in _ENDS_WELL and plan.ends_on is None and plan.matures_on <= BANK_CLOSES:
            plan.ends_on = plan.matures_on

    def _end_early(self, plan: Plan) -> None:
        latest = (min(plan.matures_on, BANK_CLOSES) - plan.paid_out_on).days - 30
        if latest <= _EARLY_FROM:
            return
        plan.fate = Fate.early
        plan.ends_on = workday(plan.paid_out_on + timedelta(days=self._dice.between(_EARLY_FROM, latest)))
        plan.turn = next(place for place, day in enumerate(plan.due_days) if day > plan.ends_on)


class Purse:
    """Deals the capital out, so that in the end all of it is lent. What one part leaves over goes to the next."""

    def __init__(self, dice: Dice, millions: int, households: int) -> None:
        self._dice = dice
        self._millions, self._households = millions, households
        self._dealt = self._served = 0

    def deal(self, plans: list[Plan], households: int) -> None:
        """Fit the amounts of the loans of so many households to their share."""
        self._served += households
        share = self._millions * self._served // self._households
        missing = share - self._dealt - sum(plan.millions for plan in plans)
        self._dealt = share - _spread(self._dice, plans, missing)

    @property
    def left(self) -> int:
        return self._millions - self._dealt


def _spread(dice: Dice, plans: list[Plan], missing: int) -> int:
    """Change the amounts within the limits of their programmes until nothing is missing; what still is."""
    idle = 0
    for plan in cycle(dice.sample(plans, len(plans))):
        if not missing or idle == len(plans):
            return missing
        least, _, most = plan.offer.millions
        wanted = max(-_STEP, min(_STEP, missing))
        change = max(least, min(most, plan.millions + wanted)) - plan.millions
        plan.millions += change
        missing -= change
        idle = 0 if change else idle + 1
    return missing


def _amount(dice: Dice, offer: Offer) -> int:
    least, usual, most = offer.millions
    return round(dice.triangular(least, most, usual))


def _is_for(offer: Offer, poverty: PovertyClass | None) -> bool:
    return not offer.taken_by or poverty in offer.taken_by


def _instalments(plan: Plan) -> range:
    """The places of the due days on which principal is due."""
    last = len(plan.due_days) - 1
    return range(last, last + 1) if plan.at_end else range(last + 1)
