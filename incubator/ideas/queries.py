"""What is read of ideas: the list, one idea, its versions, remarks and papers, and its public page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from incubator.accounts.models import Account
from incubator.actor import ANONYMOUS, Actor
from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.filters import IdeaFilters, filter_values, filtered_ideas, filters_shape
from incubator.ideas.models import Idea, IdeaMember, IdeaTransition, IdeaVersion
from incubator.ideas.panels.models import IdeaDecision, Panel
from incubator.ideas.rows import idea_out, public_out
from incubator.ideas.schemas import IdeaOut, IdeaQuery, IdeaRow, PublicIdeaOut
from incubator.ideas.sight import (
    Sight,
    hides_commune,
    is_blinded,
    is_pending,
    is_visible,
    shown_moved_on,
    shown_status,
    sight_of,
    sight_values,
)
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.people.models import Person

NEWEST_FIRST = Order((Idea.id.expression,), descending=True)


def list_ideas(actor: Actor, filters: IdeaQuery, *, now: datetime) -> Listing[IdeaRow]:
    return Listing(
        name="ideas",
        query=filtered_ideas,
        shape=(sight_of(actor), filters_shape(filters)),
        order=NEWEST_FIRST,
        values={**sight_values(actor, now), **filter_values(filters)},
        row=IdeaRow,
        show=_in_list,
    )


async def get_idea(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> IdeaOut:
    """One idea as this actor sees it; 404 where it does not."""
    values = {**sight_values(actor, now), "idea_id": idea_id}
    return await fetch_one(reads, idea_statement(sight_of(actor)), values, idea_out(actor))


async def require_idea(reads: Reads, actor: Actor, idea_id: UUID, *, now: datetime) -> None:
    """404 where the actor does not see the idea."""
    values = {**sight_values(actor, now), "idea_id": idea_id}
    await fetch_one(reads, _is_seen(sight_of(actor)), values, lambda one: one)


async def get_public_idea(reads: Reads, tracking_code: str, *, now: datetime) -> PublicIdeaOut:
    """How an idea stands, for whoever holds its tracking code. Names nobody; what was never handed in is 404."""
    return await fetch_one(reads, _public_idea(), {"tracking_code": tracking_code, "now": now}, public_out)


@statement
def idea_statement(sight: Sight) -> AnySelect:
    leaders_and_team = case((is_blinded(sight, Idea, Call), null()), else_=members_json(Idea.id, Idea.content_number))
    hidden = hides_commune(sight, Idea, Call)
    recorded = aliased(Locality)
    return (
        select(
            Idea.id, Idea.version, Idea.tracking_code, shown_status(sight, Idea), Idea.channel, Idea.received_on,
            shown_moved_on(sight, Idea), Idea.late_reason, Idea.is_proxy, Idea.content_number, Idea.merged_into_id,
            _unless(is_blinded(sight, Idea, Call), Idea.entered_by_id), Idea.created_at,
            Idea.province_id, Idea.locality_id, Idea.owner_token_id,
            Idea.info_due_on,
            Call.id, Call.code, Call.title, Call.blind,
            case((hidden, null()), else_=Locality.id), Locality.code, Locality.name, Locality.kind,
            case((hidden, null()), else_=recorded.id), recorded.code, recorded.name, recorded.kind,
            *version_columns(),
            is_blinded(sight, Idea, Call), leaders_and_team,
            Account.id, Account.username,
            case((is_pending(sight, Idea), null()), else_=_last_message()), _decision_json(sight),
        )
        .join(Call, Call.id == Idea.call_id)
        .join(Locality, Locality.id == Idea.locality_id)
        .outerjoin(recorded, recorded.id == Idea.recorded_locality_id)
        .join(IdeaVersion, and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number))
        .outerjoin(Account, Account.id == Idea.assignee_id)
        .where(is_visible(sight, Idea), Idea.id == param("idea_id", Uuid))
    )  # fmt: skip


@statement
def _is_seen(sight: Sight) -> Select[Any]:
    return select(literal(1)).select_from(Idea).where(is_visible(sight, Idea), Idea.id == param("idea_id", Uuid))


@statement
def _public_idea() -> Select[Any]:
    nobody = sight_of(ANONYMOUS)
    status = shown_status(nobody, Idea)
    was_submitted = exists().where(IdeaEntry.idea_id == Idea.id)
    return (
        select(Idea.tracking_code, status, IdeaVersion.title, Idea.received_on, Idea.info_due_on,
               case((is_pending(nobody, Idea), null()), else_=_last_message()))
        .join(IdeaVersion, and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number))
        .where(Idea.tracking_code == param("tracking_code", Text), was_submitted)
    )  # fmt: skip


def version_columns() -> tuple[Any, ...]:
    """The content of a version, in the order of `IdeaOut` and `VersionOut`."""
    v = IdeaVersion
    return (
        v.title,
        v.summary,
        v.problem,
        v.solution,
        v.sector,
        v.stage,
        v.need_capital,
        v.need_market,
        v.need_digital,
    )


def members_json(idea_id: Any, number: Any) -> ColumnElement[str]:
    """Leader first, then the team, as JSON text for `list[MemberOut]`."""
    one = func.json_build_object("person_id", Person.id, "full_name", Person.full_name)
    return (
        select(cast(func.json_agg(aggregate_order_by(one, IdeaMember.position.asc())), Text))
        .join(Person, Person.id == IdeaMember.person_id)
        .where(IdeaMember.idea_id == idea_id, IdeaMember.number == number)
        .scalar_subquery()
    )


def _in_list(cut: AnySelect, sight: Sight, _: IdeaFilters) -> Select[Any]:
    """The page is cut out of `idea` alone, by one index; only its rows are then joined with what they show."""
    page = cut.subquery("page")
    return _list_columns(sight, aliased(Idea, page)).order_by(page.c.id.desc())


def _list_columns(sight: Sight, idea: type[Idea]) -> Select[Any]:
    leader = aliased(IdeaMember)
    hidden, no_commune = is_blinded(sight, idea, Call), hides_commune(sight, idea, Call)
    return (
        select(
            idea.id, idea.version, idea.tracking_code, shown_status(sight, idea), IdeaVersion.title,
            IdeaVersion.sector, Call.id, Call.title,
            _unless(no_commune, Locality.code), _unless(no_commune, Locality.name),
            _unless(hidden, Person.id), _unless(hidden, Person.full_name),
            idea.channel, idea.received_on, shown_moved_on(sight, idea), idea.created_at,
        )
        .join(IdeaVersion, and_(IdeaVersion.idea_id == idea.id, IdeaVersion.number == idea.content_number))
        .join(leader, and_(leader.idea_id == idea.id, leader.number == idea.content_number, leader.position == 0))
        .join(Person, Person.id == leader.person_id)
        .join(Call, Call.id == idea.call_id)
        .join(Locality, Locality.id == idea.locality_id)
    )  # fmt: skip


def _unless(hidden: ColumnElement[bool], column: Any) -> Any:
    return column if _never(hidden) else case((hidden, null()), else_=column)


def _never(condition: ColumnElement[bool]) -> bool:
    return condition.compare(~true())


def _last_message() -> Any:
    """The text that the last move that stands holds for the applicant: a question, a reason, a decision's message."""
    void = aliased(IdeaTransition)
    stands = and_(IdeaTransition.voids_id.is_(None), not_(exists().where(void.voids_id == IdeaTransition.id)))
    return (
        select(IdeaTransition.message)
        .where(IdeaTransition.idea_id == Idea.id, stands)
        .order_by(IdeaTransition.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def _decision_json(sight: Sight) -> Any:
    last = (
        select(cast(func.json_build_object(
            "outcome", IdeaDecision.outcome, "panel_id", Panel.id, "minutes_number", Panel.minutes_number,
            "held_on", Panel.held_on, "reason_codes", IdeaDecision.reason_codes, "message", IdeaDecision.message,
            "publish_at", IdeaDecision.publish_at,
        ), Text))
        .join(Panel, Panel.id == IdeaDecision.panel_id)
        .where(IdeaDecision.idea_id == Idea.id)
        .order_by(IdeaDecision.transition_id.desc())
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip
    shown = and_(Idea.publish_at.is_not(None), not_(is_pending(sight, Idea)))
    return case((shown, last), else_=null())
