"""From the rows of `queries.py` to what the API gives: positions become names here and nowhere else."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from incubator.actor import Actor, Permission
from incubator.ideas.models import NEXT, IdeaStatus
from incubator.ideas.schemas import (
    AccountRef,
    CallRef,
    DecisionOut,
    IdeaOut,
    InfoRequestOut,
    MemberOut,
    NeedsOut,
    PublicIdeaOut,
)
from incubator.localities.schemas import LocalityRef

PUBLIC_LABELS: dict[str, Any] = {
    "submitted": "received",
    "screening": "in_review",
    "in_review": "in_review",
    "review_closed": "in_review",
    "needs_info": "info_needed",
    "accepted": "accepted",
}
"""Applicants see five words; every status that is not here is `closed`."""


def idea_out(actor: Actor) -> Callable[..., IdeaOut]:
    """The reader of `idea_statement`'s row for one actor."""

    def out(
        id_: UUID, version: int, tracking_code: str, status: str, channel: Any, received_on: date,
        moved_on: date, late_reason: str | None, is_proxy: bool, content_number: int, merged_into_id: UUID | None,
        entered_by_id: UUID | None, created_at: Any, province_id: UUID, commune_id: UUID, owner_token_id: UUID | None,
        info_due_on: date | None, *rest: Any,
    ) -> IdeaOut:  # fmt: skip
        call, place, recorded, content, (blinded, members, *assignee, message, decision) = _cut(rest, 4, 4, 4, 9)
        leader, team = leader_and_team(members)
        return IdeaOut(
            id=id_, version=version, tracking_code=tracking_code, status=IdeaStatus(status),
            allowed_actions=allowed_actions(actor, status, province_id, commune_id, owner_token_id),
            call=CallRef(*call), channel=channel, received_on=received_on, moved_on=moved_on,
            late_reason=late_reason, is_proxy=is_proxy,
            locality=_locality(place), recorded_locality=_locality(recorded),
            content_number=content_number, **content_fields(content), is_blinded=blinded, leader=leader, team=team,
            assignee=AccountRef(*assignee) if assignee[0] else None,
            info_request=InfoRequestOut(message or "", info_due_on) if info_due_on else None,
            decision=msgspec.json.decode(decision, type=DecisionOut) if decision else None,
            merged_into_id=merged_into_id, entered_by_id=entered_by_id, created_at=created_at,
        )  # fmt: skip

    return out


def content_fields(content: tuple[Any, ...]) -> dict[str, Any]:
    """The nine columns of `version_columns`, by the names that the API gives them."""
    title, summary, problem, solution, sector, stage, *needs = content
    return {
        "title": title, "summary": summary, "problem": problem, "solution": solution,
        "sector": sector, "stage": stage, "needs": NeedsOut(*needs),
    }  # fmt: skip


def leader_and_team(members: str | None) -> tuple[MemberOut | None, list[MemberOut]]:
    people = msgspec.json.decode(members, type=list[MemberOut]) if members else []
    return (people[0] if people else None), people[1:]


def allowed_actions(
    actor: Actor, status: str, province_id: UUID, commune_id: UUID, owner_token_id: UUID | None
) -> list[str]:
    """The moves that start at this status and that the actor's grants allow at this place."""

    def may(permission: Permission) -> bool:
        if actor.kind == "token" and actor.token_id != owner_token_id:
            return False
        return actor.territory(permission).covers(province_id, commune_id)

    return [action.value for action, move in NEXT.items() if status in move.sources and may(move.permission)]


def public_out(
    tracking_code: str,
    status: str,
    title: str,
    received_on: date,
    info_due_on: date | None,
    message: str | None,
) -> PublicIdeaOut:
    asked = info_due_on is not None
    return PublicIdeaOut(
        tracking_code=tracking_code,
        status=PUBLIC_LABELS.get(status, "closed"),
        title=title,
        received_on=received_on,
        question=message if asked else None,
        answer_by=info_due_on,
        message=None if asked else message,
    )


def _locality(row: tuple[Any, ...]) -> LocalityRef | None:
    return LocalityRef(*row) if row[0] else None


def _cut(row: tuple[Any, ...], *sizes: int) -> list[tuple[Any, ...]]:
    """Cut a row into pieces of these sizes, and the rest."""
    pieces, start = [], 0
    for size in sizes:
        pieces.append(row[start : start + size])
        start += size
    return [*pieces, row[start:]]
