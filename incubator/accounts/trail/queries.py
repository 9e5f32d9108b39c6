"""The audit trail: who may see which of its rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, case, exists, or_, select

from incubator.accounts.models import RoleGrant, Token
from incubator.accounts.trail.schemas import AuditOut, AuditQuery, Detail
from incubator.actor import Actor, Permission
from incubator.audit import AuditEntry
from incubator.db import param
from incubator.localities.models import Locality
from incubator.paging import Listing, Order
from incubator.territory import Shape, shape_of, territory_values, within

NEWEST_FIRST = Order((AuditEntry.id.expression,), descending=True)

_FILTERS: dict[str, ColumnElement[bool]] = {
    "subject_id": AuditEntry.subject_id == param("subject_id", Uuid),
    "actor_id": AuditEntry.actor_id == param("actor_id", Uuid),
    "action": AuditEntry.action == param("action", Text),
}


def audit_listing(actor: Actor, filters: AuditQuery) -> Listing[AuditOut]:
    """The newest first."""
    territory = actor.territory(Permission.audit_read)
    asked = {name: getattr(filters, name) for name in _FILTERS}
    names = frozenset(name for name, value in asked.items() if value is not None)
    return Listing(
        name="audit",
        query=_entries,
        shape=(shape_of(territory), names),
        order=NEWEST_FIRST,
        values={**asked, **territory_values(territory, "seen"), "me": actor.id},
        row=AuditOut,
        read=_audit_out,
    )


def visible_audit(shape: Shape) -> Select[Any]:
    """All of the trail for the whole country; else what the accounts and tokens of the own territory did.

    A row of the trail lies nowhere itself, and the features above own what its subject is.
    """
    query = select(
        *(AuditEntry.id, AuditEntry.recorded_at, AuditEntry.actor_kind, AuditEntry.actor_id),
        *(AuditEntry.action, AuditEntry.subject_type, AuditEntry.subject_id, AuditEntry.details),
    ).select_from(AuditEntry)
    if shape.everywhere:
        return query
    is_near = within(
        shape,
        "seen",
        province=case((Locality.level == "province", Locality.id), else_=Locality.parent_id),
        commune=Locality.id,
    )
    is_grant_near = exists().where(
        RoleGrant.account_id == AuditEntry.actor_id, Locality.id == RoleGrant.locality_id, is_near
    )
    is_token_near = exists().where(Token.id == AuditEntry.actor_id, Locality.id == Token.locality_id, is_near)
    return query.where(or_(AuditEntry.actor_id == param("me", Uuid), is_grant_near, is_token_near))


def _entries(shape: Shape, names: frozenset[str]) -> Select[Any]:
    asked = [condition for name, condition in _FILTERS.items() if name in names]
    return visible_audit(shape).where(and_(*asked)) if asked else visible_audit(shape)


def _audit_out(
    id_: UUID, recorded_at: datetime, actor_kind: Any, actor_id: UUID, action: str, subject_type: str,
    subject_id: UUID | None, details: str | dict[str, Detail],
) -> AuditOut:  # fmt: skip
    """asyncpg gives JSONB as text, where SQLAlchemy's session gives it parsed."""
    parsed = msgspec.json.decode(details) if isinstance(details, str) else details
    return AuditOut(id_, recorded_at, actor_kind, actor_id, action, subject_type, subject_id, parsed)
