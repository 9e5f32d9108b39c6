"""How many come: sizes that vary as they do, and add up to the figure that is wanted."""

from incubator.demo.dice import Dice

_MIDDLE, _SPREAD = 3.95, 0.55
"""Of the logarithm of a size."""


def sizes_of_activities(dice: Dice, number: int, total: int) -> list[int]:
    """From a handful to a full hall."""
    sizes = [round(dice.lognormvariate(_MIDDLE, _SPREAD)) for _ in range(number)]
    return fitted(dice, sizes, total, least=15, most=400)


def fitted(dice: Dice, sizes: list[int], total: int, *, least: int, most: int) -> list[int]:
    """The sizes within their limits, one more here and one less there until their sum is right. The limits give way
    where no sum within them is."""
    least, most = min(least, total // len(sizes)), max(most, -(-total // len(sizes)))
    sizes = [min(max(size, least), most) for size in sizes]
    missing = total - sum(sizes)
    while missing:
        place, step = dice.between(0, len(sizes) - 1), 1 if missing > 0 else -1
        if least <= sizes[place] + step <= most:
            sizes[place] += step
            missing -= step
    return sizes


def shared_out(dice: Dice, total: int, places: int) -> list[int]:
    """A total over some places, no two alike."""
    weights = [dice.uniform(0.6, 1.6) for _ in range(places)]
    shares = [int(total * weight / sum(weights)) for weight in weights]
    shares[0] += total - sum(shares)
    return shares
