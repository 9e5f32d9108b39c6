"""What every story of the demonstration shares: places, people who act, contests and meetings."""

from datetime import date
from uuid import UUID

import msgspec

from incubator.actor import Actor
from incubator.demo.accounts import Roster, Secrets, add_accounts
from incubator.demo.calls import Contest, add_contests
from incubator.demo.dice import Dice
from incubator.demo.network import Network, add_network
from incubator.demo.panels import Panels, add_panels
from incubator.demo.people import Population
from incubator.demo.places import Commune, read_communes
from incubator.demo.products import Product, products_of
from incubator.demo.rows import Rows

_OFFICER_SHARE = 0.6


class World(msgspec.Struct, frozen=True):
    """The stage. `open_contest` is the call without an end, which is in the database before the demonstration."""

    dice: Dice
    population: Population
    communes: list[Commune]
    products: dict[UUID, tuple[Product, ...]]
    roster: Roster
    open_contest: Contest
    contests: list[Contest]
    panels: Panels
    network: Network

    def author(self, channel: str, commune: Commune) -> Actor:
        """Who types an idea in: the website's program, the commune's officer where there is one, else staff."""
        if channel == "web":
            return self.roster.website
        officer = self.roster.officers.get(commune.id)
        if officer is not None and self.dice.chance(_OFFICER_SHARE):
            return officer
        return self.dice.pick(self.roster.staff)

    def contests_on(self, day: date) -> list[Contest]:
        return [contest for contest in self.contests if contest.is_open(day)]

    def contests_just_closed(self, day: date) -> list[Contest]:
        return [contest for contest in self.contests if contest.is_just_closed(day)]


def set_up(open_contest: Contest, *, seed: int) -> tuple[World, Rows, Secrets]:
    """The stage before the first idea comes in, and its rows."""
    dice, rows = Dice(seed), Rows()
    communes, population = read_communes(dice), Population(dice)
    roster, secrets = add_accounts(rows, dice, population, communes)
    contests = add_contests(rows, dice)
    panels = add_panels(rows, dice, population, roster, contests, communes)
    network = add_network(rows, roster, communes, seed=seed)
    products = {commune.id: products_of(commune) for commune in communes}
    world = World(dice, population, communes, products, roster, open_contest, contests, panels, network)
    return world, rows, secrets
