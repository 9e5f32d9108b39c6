"""What the API takes and gives about inspections of the use of a loan."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.schemas import ShortText
from incubator.loans.inspections.models import Use


class InspectionCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a visit found. Unless everything is as agreed, the note says what is not."""

    inspected_on: Annotated[date, Meta(description="Not ahead, not before the loan was paid out.")]
    used_as_agreed: Use
    note: ShortText | None = None


class InspectionVoid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an inspection is taken back."""

    reason: ShortText


class InspectionOut(msgspec.Struct, frozen=True):
    """An inspection. One that was taken back stands no more, and says why."""

    id: UUID
    loan_id: UUID
    inspected_on: date
    used_as_agreed: Use
    note: str | None
    recorded_by_id: UUID
    recorded_by: str | None
    recorded_at: datetime
    is_standing: bool
    void_reason: str | None
    voided_by_id: UUID | None
    voided_by: str | None
    voided_at: datetime | None
