"""Ideas with a known history, written as rows: what the figures count, without the moves that lead there."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.db import Database
from incubator.ideas.calls.models import Call
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.models import Idea, IdeaTransition
from incubator.localities.models import Locality
from incubator.projects.models import Project, ProjectIdea
from tests.factories import BAC_HA, Caller, World

NUMBERS = count(1)
LEADS_TO = {
    "submit": "submitted",
    "start_screening": "screening",
    "request_info": "needs_info",
    "pass_screening": "in_review",
    "screen_out": "rejected",
    "close_review": "review_closed",
    "accept": "accepted",
    "reject": "rejected",
    "defer": "deferred",
    "withdraw": "withdrawn",
    "lapse": "lapsed",
    "reconsider": "screening",
    "merge_into": "merged",
}
DECISIONS = {"accept", "reject", "defer"}
PUBLISHED = datetime(2020, 1, 1, tzinfo=UTC)

Move = tuple[str, str]


class History:
    """Writes ideas. A move is (action, day); an action that begins with `!` is voided by a row after it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def idea(
        self,
        entered_on: str,
        *moves: Move,
        locality: str = BAC_HA,
        publish_at: datetime = PUBLISHED,
        recorded_after: int = 0,
        **entry: Any,
    ) -> UUID:
        """One submitted idea with its moves; `entry` holds breakdown values."""
        entered = date.fromisoformat(entered_on)
        async with self._database.begin() as session:
            place = await current_locality(session, locality)
            recorded_id = entry.pop("recorded_id", None)
            common = {
                "call_id": await _call(session, entry.pop("call", "open")),
                "locality_id": place.id,
                "province_id": place.parent_id,
                "channel": entry.pop("channel", "web"),
                "recorded_locality_id": recorded_id,
            }
            status, decided = _end(moves)
            target = await self._target(session, common, entered) if status == "merged" else None
            idea = Idea(
                tracking_code=f"HIST{next(NUMBERS):08}", status=status, moved_on=entered, search_key="",
                received_on=entered, publish_at=publish_at if decided else None, merged_into_id=target,
                info_due_on=entered if status == "needs_info" else None, **common,
            )  # fmt: skip
            session.add(idea)
            await session.flush()
            recorded_on = entered + timedelta(recorded_after)
            values = {"sector": "tea", "sex": "female", "ethnicity": "kinh", "age": 25, **entry}
            session.add(IdeaEntry(idea_id=idea.id, entered_on=entered, recorded_on=recorded_on, **common, **values))
            await _write_moves(session, idea.id, [("submit", entered_on), *moves])
            return idea.id

    async def draft(self) -> None:
        async with self._database.begin() as session:
            place = await current_locality(session, BAC_HA)
            session.add(
                Idea(
                    tracking_code=f"HIST{next(NUMBERS):08}", status="draft", moved_on=date(2025, 1, 1), search_key="",
                    received_on=date(2025, 1, 1), call_id=await _call(session, "open"), locality_id=place.id,
                    province_id=place.parent_id, channel="web",
                )
            )  # fmt: skip

    async def project(self, founded_on: str, *idea_ids: UUID) -> UUID:
        day = date.fromisoformat(founded_on)
        async with self._database.begin() as session:
            first = await session.get_one(Idea, idea_ids[0])
            project = Project(
                title="Dự án", status="onboarding", locality_id=first.locality_id, province_id=first.province_id,
                founded_on=day, moved_on=day,
            )  # fmt: skip
            session.add(project)
            await session.flush()
            for position, idea_id in enumerate(idea_ids):
                session.add(ProjectIdea(project_id=project.id, idea_id=idea_id, position=position))
            return project.id

    async def call(self, code: str) -> UUID:
        async with self._database.begin() as session:
            call = Call(code=code, title=f"Cuộc thi {code}", opens_on=date(2020, 1, 1))
            session.add(call)
            await session.flush()
            return call.id

    async def old_commune(self) -> Locality:
        """A commune that is no more, of the region's reform of 2025."""
        async with self._database.begin() as session:
            ended = select(Locality).where(Locality.level == "commune", Locality.valid_to.is_not(None))
            return (await session.scalars(ended.order_by(Locality.code).limit(1))).one()

    async def _target(self, session: Any, common: dict[str, Any], entered: date) -> UUID:
        """What an idea is merged into: a draft, which no figure counts."""
        target = Idea(
            tracking_code=f"HIST{next(NUMBERS):08}", status="draft", moved_on=entered, search_key="",
            received_on=entered, **common,
        )  # fmt: skip
        session.add(target)
        await session.flush()
        return target.id


async def grant(world: World, caller: Caller, role: str, locality: str) -> None:
    """One more grant for an account."""
    async with world.database.begin() as session:
        place = await current_locality(session, locality)
        session.add(
            RoleGrant(account_id=caller.id, role=role, locality_id=place.id, granted_by=NOBODY, granted_at=PUBLISHED)
        )


async def _write_moves(session: Any, idea_id: UUID, moves: Sequence[Move]) -> None:
    numbers = count(1)
    for action, day in moves:
        name = action.removeprefix("!")
        row = _row(idea_id, next(numbers), name, LEADS_TO[name], day)
        session.add(row)
        await session.flush()
        if action.startswith("!"):
            session.add(_row(idea_id, next(numbers), "void", "submitted", day, voids_id=row.id))
            await session.flush()


def _row(idea_id: UUID, number: int, action: str, to_status: str, day: str, **more: Any) -> IdeaTransition:
    return IdeaTransition(
        idea_id=idea_id, number=number, action="decide" if action in DECISIONS else action, to_status=to_status,
        occurred_on=date.fromisoformat(day), actor_kind="system", actor_id=NOBODY, content_number=1, **more,
    )  # fmt: skip


def _end(moves: Sequence[Move]) -> tuple[str, bool]:
    """The status after the moves that hold, and whether a decision led there."""
    standing = [action for action, _ in moves if not action.startswith("!")]
    last = standing[-1] if standing else "submit"
    return LEADS_TO[last], last in DECISIONS


async def current_locality(session: Any, code: str) -> Locality:
    found: Locality = (
        await session.scalars(select(Locality).where(Locality.code == code, Locality.valid_to.is_(None)))
    ).one()
    return found


async def _call(session: Any, code: str) -> UUID:
    return UUID(str((await session.scalars(select(Call.id).where(Call.code == code))).one()))
