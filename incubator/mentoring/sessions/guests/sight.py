"""Which participants of a session that is seen are shown: lists, exports, sign-ins and reports go through here."""

import msgspec
from sqlalchemy import ColumnElement, Uuid, and_, or_

from incubator.db import param
from incubator.mentoring.sessions.models import SessionParticipant
from incubator.mentoring.sight import Sight, is_session_seen
from incubator.projects.sight import is_mentored_by


def is_guest_shown(sight: Sight) -> ColumnElement[bool]:
    """For rows of SessionParticipant, MentoringSession and, where the participant comes for one, Project.

    Who reads mentoring in a place sees everybody at a table that they see because of it. A mentor sees those of the
    own projects, and those without a project whom the mentor brought.
    """
    ways = [is_session_seen(msgspec.structs.replace(sight, mentor=False))]
    if sight.mentor:
        me = param("me", Uuid)
        brought = and_(SessionParticipant.project_id.is_(None), SessionParticipant.added_by_id == me)
        ways += [is_mentored_by(me), brought]
    return or_(*ways)
