"""Action items: what was agreed on in a session, and how it ended."""

from datetime import date, datetime, timedelta

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.demo.advice import DROPPED, PROOFS
from incubator.demo.dice import LAST_DAY, Dice, days_later, workday
from incubator.demo.meetings import Meeting
from incubator.demo.mentors import Adviser
from incubator.demo.projects import Venture
from incubator.demo.rows import Rows
from incubator.mentoring.action_items.models import (
    ActionItem,
    ActionItemMove,
    ActionItemStatus,
    ActionItemTransition,
    Owner,
)
from incubator.projects.models import Platform

_OWNERS, _OWNER_WEIGHTS = tuple(Owner), (80, 14, 6)
_LEFT_OPEN, _LEFT_OPEN_OF_OLD, _OLD = 0.35, 0.02, timedelta(days=200)
_DROPPED = 0.1


def agree(meeting: Meeting, venture: Venture, platform: Platform, adviser: Adviser, writer: Actor, what: str) -> None:
    """An action item, and how it ended by the last day, if it did."""
    dice, day = meeting.dice, meeting.plan.day
    owner = dice.weighted(_OWNERS, _OWNER_WEIGHTS)
    item = ActionItem(
        id=dice.new_id(meeting.at), version=1, project_id=venture.project.id, session_id=meeting.id,
        mentor_id=adviser.id, platform=platform.value, what=what, owner=owner.value,
        owner_person_id=venture.people[0].id if owner is Owner.team else None, set_on=day,
        due_on=days_later(day, dice.between(10, 60)), status=ActionItemStatus.open.value, created_at=meeting.at,
    )  # fmt: skip
    meeting.rows.add(item)
    _settle(meeting.rows, dice, item, venture, platform, writer, meeting.at)


def _settle(
    rows: Rows, dice: Dice, item: ActionItem, venture: Venture, platform: Platform, writer: Actor, at: datetime
) -> None:
    ended = venture.last_day < LAST_DAY
    is_old = item.due_on < LAST_DAY - _OLD
    stays_open = not ended and dice.chance(_LEFT_OPEN_OF_OLD if is_old else _LEFT_OPEN)
    day = _closing_day(dice, item.due_on, civil_day(at), venture.last_day)
    if stays_open or day > LAST_DAY:
        return
    before, drops = item.status, dice.chance(_DROPPED)
    move = ActionItemMove.drop if drops else ActionItemMove.complete
    item.move_to(move, day, not_before=item.set_on, today=LAST_DAY)
    item.version += 1
    item.tell(reason=dice.pick(DROPPED) if drops else None, evidence=None if drops else dice.pick(PROOFS[platform]))
    rows.put(
        ActionItemTransition, id=dice.new_id(at), action_item_id=item.id, number=1, action=move.value,
        from_status=before, to_status=item.status, occurred_on=day, recorded_at=dice.after(at, day),
        actor_kind=writer.kind, actor_id=writer.id, reason=item.reason, evidence=item.evidence,
    )  # fmt: skip


def _closing_day(dice: Dice, due_on: date, written_on: date, last_day: date) -> date:
    """Around the day when it is due, after it was written down, and not beyond the end of the project."""
    day = workday(due_on + timedelta(days=dice.between(-8, 25)))
    return max(written_on, min(day, last_day) if last_day < LAST_DAY else day)
