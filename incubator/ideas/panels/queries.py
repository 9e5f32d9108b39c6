"""What is read of panels."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Text, Uuid, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from incubator.db import AnySelect, Reads, fetch_one, param, statement
from incubator.ideas.panels.models import IdeaDecision, Panel, PanelMember
from incubator.ideas.panels.schemas import PanelOut, PanelQuery, PanelRow
from incubator.ideas.schemas import MemberOut
from incubator.paging import Listing, Order
from incubator.people.models import Person

NEWEST_FIRST = Order((Panel.id.expression,), descending=True)


def list_panels(filters: PanelQuery) -> Listing[PanelRow]:
    return Listing(
        name="panels",
        query=_panels,
        shape=(filters.call_id is not None, filters.held_on_gte is not None, filters.held_on_lt is not None),
        order=NEWEST_FIRST,
        values={name: getattr(filters, name) for name in ("call_id", "held_on_gte", "held_on_lt")},
        row=PanelRow,
    )


async def get_panel(reads: Reads, panel_id: UUID) -> PanelOut:
    return await fetch_one(reads, _panel(), {"panel_id": panel_id}, _panel_out)


@statement
def _panel() -> AnySelect:
    one = func.json_build_object("person_id", Person.id, "full_name", Person.full_name)
    members = (
        select(cast(func.json_agg(aggregate_order_by(one, Person.full_name.asc(), Person.id.asc())), Text))
        .join(PanelMember, PanelMember.person_id == Person.id)
        .where(PanelMember.panel_id == Panel.id)
        .scalar_subquery()
    )
    return select(
        Panel.id, Panel.version, Panel.minutes_number, Panel.held_on, Panel.quorum, Panel.call_id,
        members, _decisions(), Panel.created_at,
    ).where(Panel.id == param("panel_id", Uuid))  # fmt: skip


def _panels(by_call: bool, since: bool, before: bool) -> AnySelect:
    query = select(Panel.id, Panel.minutes_number, Panel.held_on, Panel.quorum, Panel.call_id, _decisions())
    if by_call:
        query = query.where(Panel.call_id == param("call_id", Uuid))
    if since:
        query = query.where(Panel.held_on >= param("held_on_gte", Date))
    if before:
        query = query.where(Panel.held_on < param("held_on_lt", Date))
    return query


def _decisions() -> Any:
    return select(func.count()).where(IdeaDecision.panel_id == Panel.id).correlate(Panel).scalar_subquery()


def _panel_out(*row: Any) -> PanelOut:
    fields = dict(zip(PanelOut.__struct_fields__, row, strict=True))
    return PanelOut(**fields | {"members": msgspec.json.decode(fields["members"] or "[]", type=list[MemberOut])})
