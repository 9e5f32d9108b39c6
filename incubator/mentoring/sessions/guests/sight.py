"""Which participants of a session that is seen are shown: lists, exports, sign-ins and reports go through here."""

from sqlalchemy import ColumnElement, Uuid, and_, or_

from incubator.db import param
from incubator.mentoring.sessions.models import MentoringSession, SessionParticipant
from incubator.mentoring.sight import Sight, is_followed
from incubator.territory import within


def is_guest_shown(sight: Sight) -> ColumnElement[bool]:
    """For rows of SessionParticipant, MentoringSession and, where the participant comes for one, Project.

    Who reads mentoring where the session is sees everybody at the table. Others, who see it because of a project or
    as its mentor, see those of the projects that they follow, and those without a project whom they brought.
    """
    in_place = within(
        sight.followed, "followed", province=MentoringSession.province_id, commune=MentoringSession.locality_id
    )
    brought = and_(SessionParticipant.project_id.is_(None), SessionParticipant.added_by_id == param("me", Uuid))
    return or_(in_place, is_followed(sight), brought)
