"""What young people of the region make, grow and offer, and where."""

import csv
from collections.abc import Iterable
from importlib import resources

import msgspec

from incubator.demo.dice import Dice
from incubator.demo.places import Commune
from incubator.ideas.calls.models import Sector


class Product(msgspec.Struct, frozen=True):
    """`known_in` names the former districts or the communes that are known for it; empty is everywhere.

    `name` is how a title calls it, `about` a half sentence that makes it concrete.
    """

    sector: Sector
    name: str
    about: str
    known_in: frozenset[str] = frozenset()

    def fits(self, commune: Commune) -> bool:
        return not self.known_in or commune.district in self.known_in or commune.name in self.known_in


def _read_products() -> tuple[Product, ...]:
    with (resources.files(__package__) / "products.csv").open(encoding="utf-8") as file:
        return tuple(
            Product(
                Sector(row["sector"]), row["name"], row["about"], frozenset(filter(None, row["known_in"].split("|")))
            )
            for row in csv.DictReader(file)
        )


PRODUCTS = _read_products()


def products_of(commune: Commune) -> tuple[Product, ...]:
    """What may come from a commune; what it is known for stands twice, so it comes twice as often."""
    local = [product for product in PRODUCTS if product.known_in and product.fits(commune)]
    everywhere = [product for product in PRODUCTS if not product.known_in]
    return (*local, *local, *everywhere)


def pick_product(dice: Dice, products: tuple[Product, ...], sectors: Iterable[str] | None) -> Product | None:
    """One of the products that a call takes; None where the commune has none."""
    wanted = None if sectors is None else set(sectors)
    fitting = [product for product in products if wanted is None or product.sector in wanted]
    return dice.pick(fitting) if fitting else None
