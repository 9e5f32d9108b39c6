"""What the API takes and gives about citizen ids."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.people.citizen_ids.numbers import Doubt
from incubator.people.schemas import PersonRow

CitizenNumber = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        description=(
            "12 digits, with spaces or points between them or not. Of 10 or 11 digits a spreadsheet took the leading "
            "zeros, which are put back. 9 digits are a former identity card, which is refused."
        ),
        examples=["010098001234"],
    ),
]


class CitizenIdPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number on the card of the person."""

    number: CitizenNumber


class CitizenIdLookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number to look for, which stands in the body because addresses are kept in logs."""

    number: CitizenNumber


class CitizenIdQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the number to show."""

    full: Annotated[bool, Meta(description="All of it; this needs a grant for sensitive fields, and is recorded.")] = (
        False
    )


class CitizenIdWarningOut(msgspec.Struct, frozen=True):
    """What looks wrong. `held_by_another` is told where your grant opens sensitive fields of the person, with the
    `person_id` of the other where it opens theirs."""

    code: Doubt
    person_id: UUID | None


class CitizenIdOut(msgspec.Struct, frozen=True):
    """The citizen id of a person. `number` is null unless it was asked for with `full`. `was_padded`: leading zeros
    were missing and were put back."""

    person_id: UUID
    version: int
    number: str | None
    last_four: str
    was_padded: bool
    warnings: list[CitizenIdWarningOut]
    recorded_at: datetime
    recorded_by: UUID


class CitizenIdMatchesOut(msgspec.Struct, frozen=True):
    """The people with a number whose sensitive fields you may read. It is one, unless somebody was entered twice."""

    items: list[PersonRow]
