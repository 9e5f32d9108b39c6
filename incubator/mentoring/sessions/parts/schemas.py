"""What the API takes about a mentor's part in a session."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.ideas.schemas import ShortText
from incubator.mentoring.sessions.models import MentorRole
from incubator.mentoring.sessions.moves.schemas import Came
from incubator.mentoring.sessions.schemas import Minutes


class PartPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mentor's part; what is absent stays as it is. Attendance can be entered from the day of the session on, minutes
    once it is reported. Who did not attend loses their minutes. Mentors change their own part for seven days after the
    report, staff at any time."""

    role: Annotated[MentorRole, Meta(description="Required of a mentor who is new here.")] | UnsetType = UNSET
    attendance: Came | UnsetType = UNSET
    contact_minutes: Minutes | UnsetType = UNSET
    preparation_minutes: Minutes | UnsetType = UNSET
    travel_minutes: Minutes | UnsetType = UNSET
    reason: (
        Annotated[ShortText, Meta(description="Why; required of staff from the eighth day after the report on.")]
        | UnsetType
    ) = UNSET
