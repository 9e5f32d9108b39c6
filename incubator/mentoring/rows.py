"""Turns wide rows into structs."""

from collections.abc import Callable
from datetime import date
from typing import Any

from incubator.actor import Actor, Permission
from incubator.mentoring.models import last_day_of_edits
from incubator.mentoring.schemas import ConsultationOut


def consultation_out(actor: Actor, today: date) -> Callable[..., ConsultationOut]:
    """The reader of a consultation's row for one actor on one day."""

    def out(*row: Any) -> ConsultationOut:
        *head, recorded_at, voided_at, void_reason, province_id, commune_id, told_by, recorded_by, mentors = row
        is_staff = actor.territory(Permission.mentoring_manage).covers(province_id, commune_id)
        is_own = told_by == actor.id
        as_staff = is_staff and (is_own or recorded_by == actor.id)
        may_edit = as_staff or (is_own and mentors and actor.may(Permission.mentoring_log))
        is_editable = may_edit and voided_at is None and today <= last_day_of_edits(recorded_at)
        return ConsultationOut(*(*head, is_editable, recorded_at, voided_at, void_reason))

    return out
