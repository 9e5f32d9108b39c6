"""Shares, as every figure gives them."""

from incubator.money import PPM


def ppm(part: int | None, whole: int | None) -> int | None:
    """In parts per million, rounded half up; null where there is no whole, or where it was not asked for."""
    if not whole or part is None:
        return None
    return (2 * PPM * part + whole) // (2 * whole)
