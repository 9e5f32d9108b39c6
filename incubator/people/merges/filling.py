"""What the survivor of a merge takes over from the other row, and gives back when the merge is undone.

Only what was missing is taken, so that before the merge it was null; the other row keeps its own, and nobody changes
that row while it is merged. So what equals it still is what was taken, and what differs was edited since and stays.
"""

from collections.abc import Iterable

from incubator.people.merges.models import Field
from incubator.people.models import Person

_PLACE = ("locality_id", "province_id")
_COLUMNS: dict[Field, tuple[str, ...]] = {
    Field.birth_date: ("birth_date",),
    Field.birth_year: ("birth_year",),
    Field.sex: ("sex",),
    Field.ethnicity: ("ethnicity",),
    Field.phone: ("phone",),
    Field.locality_code: _PLACE,
}


def fill(survivor: Person, absorbed: Person) -> list[Field]:
    """Take over what the survivor lacks; the names of it. A birth date of another year than the survivor's is not."""
    filled = [field for field in _COLUMNS if _lacks(survivor, absorbed, field)]
    for field in filled:
        for column in _COLUMNS[field]:
            setattr(survivor, column, getattr(absorbed, column))
    return filled


def empty_again(survivor: Person, absorbed: Person, filled: Iterable[str]) -> None:
    """Take back what was taken over and is still what it was. A year stays with a date that was entered since."""
    for field in map(Field, filled):
        columns = _COLUMNS.get(field, ())
        if any(getattr(survivor, column) != getattr(absorbed, column) for column in columns):
            continue
        if field is Field.birth_year and survivor.birth_date is not None:
            continue
        for column in columns:
            setattr(survivor, column, None)


def _lacks(survivor: Person, absorbed: Person, field: Field) -> bool:
    column = _COLUMNS[field][0]
    if getattr(survivor, column) is not None or getattr(absorbed, column) is None:
        return False
    years = {survivor.birth_year, absorbed.birth_year} - {None}
    return field is not Field.birth_date or len(years) == 1
