"""Which sessions wait for a report: one condition for the list and for what waits for somebody."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Uuid, literal_column, select
from sqlalchemy.orm import aliased

from incubator.db import param
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.sessions.models import AHEAD, MentoringSession, SessionMentor, SessionStatus

EXPECTED: ColumnElement[str] = literal_column("'expected'")
"""As text, not as a parameter, so that every plan may use the index of those who are expected."""


def unreported(
    meeting: type[MentoringSession], *conditions: ColumnElement[bool], mine: bool = False
) -> list[Select[Any]]:
    """The ids of the sessions of which nobody has said how they went, and of those held of which nobody has said how
    it went for one of their mentors; of `mine` only, the one who asks is that mentor.

    `meeting` is an alias, of which `conditions` speak. Each of the two is a short list that an index gives, where one
    condition with a choice would read every session that was held.
    """
    part, mentor = aliased(SessionMentor), aliased(Mentor)
    ahead = meeting.status.in_(sorted(status.value for status in AHEAD))
    late = select(meeting.id).where(ahead, meeting.planned_on < param("today", Date))
    held = select(meeting.id).where(meeting.status == SessionStatus.held.value)
    silent = held.join(part, part.session_id == meeting.id).where(part.attendance == EXPECTED)
    if mine:
        me = part.mentor_id == select(mentor.id).where(mentor.account_id == param("me", Uuid)).scalar_subquery()
        late, silent = late.join(part, part.session_id == meeting.id).where(me), silent.where(me)
    return [late.where(*conditions), silent.where(*conditions)]
