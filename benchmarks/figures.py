"""One line of the table of ratios."""

import msgspec


class Figure(msgspec.Struct):
    """A rate, the rate it is held against, and what their ratio must reach."""

    name: str
    rate: float
    yardstick: float
    at_least: float

    @property
    def ratio(self) -> float:
        return self.rate / self.yardstick


def middle(turns: list[tuple[float, float]]) -> tuple[float, float]:
    """Of several turns of both, the one whose ratio is the middle one."""
    return sorted(turns, key=lambda turn: turn[0] / turn[1])[len(turns) // 2]
