"""What the funnel can be broken down by. Every value was fixed on the day an idea was handed in."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec
from sqlalchemy import case, func

from incubator.ideas.calls.models import Call, Sector
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.schemas import Channel
from incubator.localities.models import Locality
from incubator.people.ethnicities import ETHNICITIES
from incubator.people.models import SEXES

UNKNOWN = "unknown"
AGE_BANDS = {"under_18": 17, "18_24": 24, "25_30": 30, "31_35": 35}
"""The last age of each band; beyond them lies `over_35`."""


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """`value` is the column or expression of an entry, the argument telling whether old communes are kept.

    `values` is the closed list that is always shown in full, so that the presence of a row tells nothing; where
    it is None, the values that occur are rows of `named_by`, whose column `title` names them for people.
    """

    value: Callable[[bool], Any]
    values: tuple[str, ...] | None = None
    named_by: type[Locality] | type[Call] | None = None
    title: Any = None
    is_personal: bool = False
    is_sensitive: bool = False


def _age_band() -> Any:
    bands = [(IdeaEntry.age <= last, band) for band, last in AGE_BANDS.items()]
    return case((IdeaEntry.age.is_(None), UNKNOWN), *bands, else_="over_35")


def _place(as_recorded: bool) -> Any:
    if not as_recorded:
        return IdeaEntry.locality_id
    return func.coalesce(IdeaEntry.recorded_locality_id, IdeaEntry.locality_id)


DIMENSIONS: dict[str, Dimension] = {
    "locality": Dimension(value=_place, named_by=Locality, title=Locality.name),
    "sector": Dimension(value=lambda _: IdeaEntry.sector, values=tuple(Sector)),
    "sex": Dimension(value=lambda _: func.coalesce(IdeaEntry.sex, UNKNOWN), values=tuple(SEXES), is_personal=True),
    "ethnicity": Dimension(
        value=lambda _: func.coalesce(IdeaEntry.ethnicity, UNKNOWN),
        values=tuple(ETHNICITIES),
        is_personal=True,
        is_sensitive=True,
    ),
    "age_band": Dimension(value=lambda _: _age_band(), values=(*AGE_BANDS, "over_35"), is_personal=True),
    "channel": Dimension(value=lambda _: IdeaEntry.channel, values=get_args(Channel)),
    "call": Dimension(value=lambda _: IdeaEntry.call_id, named_by=Call, title=Call.title),
}
