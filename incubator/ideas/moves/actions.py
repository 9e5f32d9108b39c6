"""The moves of an idea, one function each: the guard of the design's table, the move, the row of history."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.queries import require_account_with
from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.errors import DomainError, FieldError, broken_rule, wrong_field
from incubator.histories import standing
from incubator.ideas.actions import (
    append_transition,
    lock_idea,
    refused_move,
    require_entry_right,
    submit_idea,
)
from incubator.ideas.calls.models import Call, Rubric
from incubator.ideas.content import write_content
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.duplicates.finding import close_pairs, note_duplicates, require_no_duplicates
from incubator.ideas.models import NEXT, Idea, IdeaAction, IdeaStatus, IdeaTransition
from incubator.ideas.moves import models as rules
from incubator.ideas.moves import schemas as moves
from incubator.ideas.panels.actions import decide_idea, load_panel
from incubator.ideas.reviews.queries import aggregate_of, count_assigned
from incubator.ideas.sight import knows_status, sight_of, sight_values, visible_ideas


class Step:
    """One move under way: who makes it, on which locked idea, on which business day."""

    def __init__(self, session: AsyncSession, actor: Actor, idea: Idea, data: Any, now: datetime) -> None:
        self.session = session
        self.actor = actor
        self.idea = idea
        self.data = data
        self.now = now
        self.today = civil_day(now)
        day = getattr(data, "occurred_on", UNSET)
        self.day: date = self.today if day is UNSET else day

    async def to(self, status: IdeaStatus, action: IdeaAction, **more: Any) -> None:
        """Move, and write the row of history."""
        before = self.idea.status
        self.idea.move_to(status, action, self.day, today=self.today)
        await append_transition(self.session, self.actor, self.idea, action, before, **more)


async def move_idea(
    session: AsyncSession, actor: Actor, idea_id: UUID, data: moves.IdeaMove, if_match: IfMatch, *, now: datetime
) -> UUID:
    """Make one move. The role is asked first (403), then the row (404), its version (412) and the guard (409, 422)."""
    action = IdeaAction(str(data.__struct_config__.tag))
    if action is not IdeaAction.void:
        actor.require(NEXT[action].permission)
    idea = await _lock(session, actor, idea_id, data, now=now)
    if action is not IdeaAction.void:
        _require_right(actor, idea, NEXT[action].permission)
    if_match.check(idea.version)
    if not knows_status(actor, idea, now):
        raise refused_move(actor, idea, action.value, now)
    await STEPS[type(data)](Step(session, actor, idea, data, now))
    record_audit(session, actor, action.value, "idea", idea.id, status=idea.status)
    await session.flush()
    return idea.id


async def _submit(step: Step) -> None:
    if step.data.late_reason is not UNSET:
        step.idea.late_reason = step.data.late_reason
    await submit_idea(step.session, step.actor, step.idea, step.day, today=step.today)


async def _start_screening(step: Step) -> None:
    assignee = step.actor.account_id if step.data.assignee_id is UNSET else step.data.assignee_id
    if step.data.assignee_id is not UNSET:
        await require_account_with(step.session, assignee, Permission.ideas_screen, pointer="/assignee_id")
    step.idea.assignee_id = assignee
    await step.to(IdeaStatus.screening, IdeaAction.start_screening, details={"assignee_id": str(assignee)})
    await note_duplicates(step.session, step.idea, today=step.today)


async def _request_info(step: Step) -> None:
    came_from = step.idea.status
    rules.check_answer_time(step.data.due_on, step.day)
    details = {"due_on": step.data.due_on.isoformat(), "from": came_from}
    step.idea.info_due_on, step.idea.info_from = step.data.due_on, came_from
    await step.to(IdeaStatus.needs_info, IdeaAction.request_info, message=step.data.question, details=details)


async def _provide_info(step: Step) -> None:
    changed = step.data.changes is not UNSET
    if changed == (step.data.no_change_reason is not UNSET):
        code = "duplicate" if changed else "required"
        raise DomainError("validation_failed", errors=[FieldError(code=code, pointer="/changes")])
    target = IdeaStatus(step.idea.info_from or IdeaStatus.screening)
    if changed and target is IdeaStatus.review_closed:
        target = IdeaStatus.in_review
    reason = None if changed else step.data.no_change_reason
    if changed and not await _write_changes(step):
        raise wrong_field("/changes", "required")
    step.idea.info_due_on = step.idea.info_from = None
    await step.to(target, IdeaAction.provide_info, reason=reason)


async def _write_changes(step: Step) -> bool:
    """The patch stands under /changes here, and so do its wrong fields."""
    try:
        return await write_content(step.session, step.actor, step.idea, step.data.changes, now=step.now)
    except DomainError as refusal:
        refusal.errors = [
            msgspec.structs.replace(error, pointer=f"/changes{error.pointer}") if error.pointer else error
            for error in refusal.errors
        ]
        raise


async def _lapse(step: Step) -> None:
    rules.check_lapsed(step.idea, step.day)
    step.idea.info_due_on = step.idea.info_from = None
    await step.to(IdeaStatus.lapsed, IdeaAction.lapse)


async def _pass_screening(step: Step) -> None:
    """The call is held still meanwhile: whether it is blind is fixed once one of its ideas is under review."""
    call = await step.session.get_one(Call, step.idea.call_id, with_for_update={"read": True})
    assigned = await count_assigned(step.session, step.idea)
    if step.idea.status == IdeaStatus.screening:
        await require_no_duplicates(step.session, step.actor, step.idea, now=step.now)
        if assigned < call.min_reviewers:
            raise broken_rule(rules.TOO_FEW_REVIEWERS, needed=call.min_reviewers, assigned=assigned)
    step.idea.rubric_id = await _rubric_to_freeze(step)
    await step.to(IdeaStatus.in_review, IdeaAction.pass_screening, details={"assigned": assigned})


async def _rubric_to_freeze(step: Step) -> UUID | None:
    """The call's newest, or the one that marks of this version were given by already: they must not mix."""
    aggregate = await aggregate_of(step.session, step.idea.id, step.idea.content_number)
    if aggregate.n and step.idea.rubric_id is not None:
        return step.idea.rubric_id
    newest = select(Rubric.id).where(Rubric.call_id == step.idea.call_id).order_by(Rubric.number.desc()).limit(1)
    return await step.session.scalar(newest)


async def _screen_out(step: Step) -> None:
    await step.to(
        IdeaStatus.rejected, IdeaAction.screen_out, reason_code=step.data.reason_code, message=step.data.message
    )


async def _close_review(step: Step) -> None:
    call = await step.session.get_one(Call, step.idea.call_id)
    aggregate = await aggregate_of(step.session, step.idea.id, step.idea.content_number)
    short = aggregate.n < call.min_reviewers
    if short and step.idea.status == IdeaStatus.in_review and not step.data.reason:
        raise broken_rule(rules.TOO_FEW_REVIEWS, needed=call.min_reviewers, submitted=aggregate.n)
    details = {"aggregate": aggregate.as_details()}
    await step.to(IdeaStatus.review_closed, IdeaAction.close_review, reason=step.data.reason, details=details)


async def _reopen_review(step: Step) -> None:
    await step.to(IdeaStatus.in_review, IdeaAction.reopen_review, reason=step.data.reason)


async def _decide(step: Step) -> None:
    panel = await load_panel(step.session, step.data.panel_id)
    await decide_idea(step.session, step.actor, step.idea, panel, step.data, now=step.now)


async def _withdraw(step: Step) -> None:
    step.idea.info_due_on = step.idea.info_from = None
    await step.to(IdeaStatus.withdrawn, IdeaAction.withdraw, reason_code=step.data.reason_code, reason=step.data.reason)


async def _merge_into(step: Step) -> None:
    target = await step.session.get(Idea, step.data.target_id)
    step.idea.merged_into_id = rules.check_merge_target(step.idea, target, step.data.target_id).id
    step.idea.info_due_on = step.idea.info_from = None
    details = {"target_id": str(step.data.target_id)}
    await step.to(IdeaStatus.merged, IdeaAction.merge_into, details=details)
    await close_pairs(step.session, step.actor, step.idea, step.data.target_id, now=step.now)


async def _reconsider(step: Step) -> None:
    if step.idea.status in NEXT[IdeaAction.reconsider].sources:
        entered = await step.session.get(IdeaEntry, step.idea.id)
        rules.check_reconsiderable(step.idea, step.day, was_submitted=entered is not None)
        rules.check_published(step.idea, step.now)
    step.idea.publish_at = None
    step.idea.reconsidered_on = step.day
    await step.to(IdeaStatus.screening, IdeaAction.reconsider, reason=step.data.reason)
    await note_duplicates(step.session, step.idea, today=step.today)


async def _void(step: Step) -> None:
    """The last move that still holds is taken back by whoever may make it."""
    moves = await _standing_moves(step.session, step.idea)
    if not moves:
        raise refused_move(step.actor, step.idea, IdeaAction.void.value, step.now)
    *before, last = moves
    action = IdeaAction(last.action)
    _require_right(step.actor, step.idea, NEXT[action].permission)
    if action not in rules.VOIDABLE or last.from_status is None:
        raise broken_rule(rules.NOT_VOIDABLE, action=last.action)
    if action is IdeaAction.decide and step.idea.publish_at is not None and step.idea.publish_at <= step.now:
        raise broken_rule(rules.ALREADY_PUBLISHED)
    _restore(step.idea, action, last.from_status, before)
    step.idea.take_back(last.from_status, before[-1].occurred_on if before else step.idea.received_on)
    await append_transition(
        step.session, step.actor, step.idea, IdeaAction.void, last.to_status, reason=step.data.reason, voids_id=last.id
    )


STEPS: dict[type[Any], Callable[[Step], Awaitable[None]]] = {
    moves.Submit: _submit,
    moves.StartScreening: _start_screening,
    moves.RequestInfo: _request_info,
    moves.ProvideInfo: _provide_info,
    moves.Lapse: _lapse,
    moves.PassScreening: _pass_screening,
    moves.ScreenOut: _screen_out,
    moves.CloseReview: _close_review,
    moves.ReopenReview: _reopen_review,
    moves.Decide: _decide,
    moves.Withdraw: _withdraw,
    moves.MergeInto: _merge_into,
    moves.Reconsider: _reconsider,
    moves.Void: _void,
}


async def _lock(session: AsyncSession, actor: Actor, idea_id: UUID, data: moves.IdeaMove, *, now: datetime) -> Idea:
    """The idea, and with it the target of a merger, locked in the order of their ids."""
    if not isinstance(data, moves.MergeInto):
        return await lock_idea(session, actor, idea_id, now=now)
    both = visible_ideas(sight_of(actor)).where(Idea.id.in_([idea_id, data.target_id]))
    found = await session.scalars(
        both.order_by(Idea.id).with_for_update(of=Idea, key_share=True), sight_values(actor, now)
    )
    ideas = {idea.id: idea for idea in found}
    if idea_id not in ideas:
        raise DomainError("not_found")
    if data.target_id not in ideas:
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", pointer="/target_id")])
    return ideas[idea_id]


def _require_right(actor: Actor, idea: Idea, permission: Permission) -> None:
    if permission is Permission.ideas_enter:
        require_entry_right(actor, idea)
    else:
        actor.require_at(permission, province_id=idea.province_id, commune_id=idea.locality_id)


async def _standing_moves(session: AsyncSession, idea: Idea) -> list[IdeaTransition]:
    """The moves that were not voided, in order; the voids themselves left out."""
    rows = await session.scalars(
        select(IdeaTransition).where(IdeaTransition.idea_id == idea.id).order_by(IdeaTransition.number)
    )
    return standing(rows)


def _restore(idea: Idea, action: IdeaAction, status: str, before: list[IdeaTransition]) -> None:
    """Put back what the voided move had set beside the status."""
    if action is IdeaAction.decide:
        idea.publish_at = None
    if action is IdeaAction.start_screening:
        idea.assignee_id = None
    idea.info_due_on = idea.info_from = None
    if status == IdeaStatus.needs_info:
        asked = next(row for row in reversed(before) if row.action == IdeaAction.request_info)
        idea.info_due_on = date.fromisoformat(asked.details["due_on"])
        idea.info_from = asked.details["from"]
