"""Recording a panel, and deciding ideas as it did."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.ideas.actions import append_transition, lock_idea
from incubator.ideas.calls.queries import load_call
from incubator.ideas.models import Idea, IdeaAction, check_day
from incubator.ideas.panels.models import IdeaDecision, Panel, PanelMember, check_override
from incubator.ideas.panels.schemas import DecisionInput, DecisionItem, PanelCreate
from incubator.ideas.reviews.queries import aggregate_of, has_reviewed
from incubator.localities.queries import commune_by_code
from incubator.people.actions import check_people, resolve_people


async def record_panel(session: AsyncSession, actor: Actor, data: PanelCreate, *, now: datetime) -> UUID:
    """A panel that sat with a quorum."""
    today = civil_day(now)
    check_day(data.held_on, not_before=data.held_on, today=today)
    if data.call_id is not None:
        await load_call(session, data.call_id)
    panel = Panel(
        minutes_number=data.minutes_number, held_on=data.held_on, quorum=data.quorum,
        call_id=data.call_id, created_by=actor.id,
    )  # fmt: skip
    panel.check_quorum(len(data.members))
    session.add(panel)
    await session.flush()
    for person_id in await _members(session, actor, panel, data, now=now):
        session.add(PanelMember(panel_id=panel.id, person_id=person_id))
    record_audit(session, actor, "record", "panel", panel.id, minutes_number=data.minutes_number)
    await session.flush()
    return panel.id


async def load_panel(session: AsyncSession, panel_id: UUID) -> Panel:
    panel = await session.get(Panel, panel_id)
    if panel is None:
        raise wrong_field("/panel_id", "not_found")
    return panel


def decisions_of(
    session: AsyncSession, actor: Actor, panel: Panel, items: list[DecisionItem], *, now: datetime
) -> dict[UUID, Callable[[], Awaitable[None]]]:
    """The decisions of a panel, each to be run on its own; the same idea twice is a wrong field."""
    seen: dict[UUID, Callable[[], Awaitable[None]]] = {}
    twice = []
    for position, item in enumerate(items):
        if item.idea_id in seen:
            twice.append(FieldError(code="duplicate", pointer=f"/items/{position}/idea_id"))
        seen[item.idea_id] = partial(_decide_item, session, actor, panel, item, now=now)
    if twice:
        raise DomainError("validation_failed", errors=twice)
    return seen


async def decide_idea(
    session: AsyncSession, actor: Actor, idea: Idea, panel: Panel, decision: DecisionInput, *, now: datetime
) -> None:
    """Decide a locked idea on the day the panel sat. Nobody decides what they entered or reviewed."""
    actor.require_at(Permission.ideas_decide, province_id=idea.province_id, commune_id=idea.locality_id)
    if actor.id == idea.entered_by_id or await has_reviewed(session, idea.id, actor.id):
        raise DomainError("self_approval")
    panel.check_call(idea.call_id)
    aggregate = await aggregate_of(session, idea.id, idea.content_number)
    floor_failed = aggregate.floor_failures > 0
    before = idea.status
    idea.move_to(decision.outcome.status, IdeaAction.decide, panel.held_on, today=civil_day(now))
    check_override(decision.outcome, aggregate.median, floor_failed, decision.override_reason)
    idea.publish_at = now if decision.publish_at is UNSET else decision.publish_at
    transition = await append_transition(
        session, actor, idea, IdeaAction.decide, before, message=decision.message,
        reason=decision.override_reason, details={"panel_id": str(panel.id), "outcome": decision.outcome.value},
    )  # fmt: skip
    session.add(
        IdeaDecision(
            transition_id=transition.id, idea_id=idea.id, panel_id=panel.id, content_number=idea.content_number,
            outcome=decision.outcome.value, reason_codes=list(decision.reason_codes), message=decision.message,
            override_reason=decision.override_reason, median=aggregate.median, floor_failed=floor_failed,
            publish_at=idea.publish_at,
        )
    )  # fmt: skip


async def _decide_item(session: AsyncSession, actor: Actor, panel: Panel, item: DecisionItem, *, now: datetime) -> None:
    idea = await lock_idea(session, actor, item.idea_id, now=now)
    IfMatch(f'"{item.version}"').check(idea.version)
    await decide_idea(session, actor, idea, panel, item, now=now)
    record_audit(session, actor, "decide", "idea", idea.id, status=idea.status)
    await session.flush()


async def _members(
    session: AsyncSession, actor: Actor, panel: Panel, data: PanelCreate, *, now: datetime
) -> list[UUID]:
    """Who was present, without doubles. A new person needs a commune, so that somebody may see them."""
    today = civil_day(now)
    refs = {f"/members/{position}": member for position, member in enumerate(data.members)}
    if data.locality_code is None:
        errors = await check_people(session, actor, refs, today=today)
        if any(member.person_id is None for member in data.members):
            errors.append(FieldError(code="required", pointer="/locality_code"))
        if errors:
            raise DomainError("validation_failed", errors=errors)
        return list(dict.fromkeys(member.person_id for member in data.members if member.person_id))
    commune = await commune_by_code(SessionReads(session), data.locality_code, today=today, pointer="/locality_code")
    assert commune.parent is not None, "a commune lies in a province"
    if not actor.territory(Permission.people_enter).covers(commune.parent.id, commune.id):
        raise wrong_field("/locality_code", "not_found")
    people = await resolve_people(
        session, actor, refs, locality_id=commune.id, province_id=commune.parent.id,
        source="panel", source_id=panel.id, now=now,
    )  # fmt: skip
    return list(dict.fromkeys(person.id for person in people))
