"""The append-only trail of who did and who read what. A row commits with the change that it tells of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, Uuid, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from incubator.actor import Actor
from incubator.db import Base, param, rows_of


class AuditEntry(Base):
    """`subject_type` is a table's name. `details` never holds a person's name, number or amount."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_id_id", "subject_id", "id"),
        Index("ix_audit_entry_actor_id_id", "actor_id", "id"),
        Index("ix_audit_entry_action_id", "action", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID] = mapped_column(Uuid)
    action: Mapped[str] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def record_audit(
    session: AsyncSession, actor: Actor, action: str, subject_type: str, subject_id: UUID | None, **details: Any
) -> None:
    """Add a row to the trail in the transaction of the change."""
    session.add(
        AuditEntry(
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            details=details,
        )
    )


async def record_audit_of_many(
    session: AsyncSession, actor: Actor, action: str, subject_type: str, subject_ids: Sequence[UUID], **details: Any
) -> None:
    """The same row for each of the subjects, in one statement."""
    same = {"actor_kind": actor.kind, "actor_id": actor.id, "action": action, "subject_type": subject_type}
    await session.execute(_MANY, {"subject_id": list(subject_ids), **same, "details": details})


_TABLE = Base.metadata.tables[AuditEntry.__tablename__]
_SAME = ("actor_kind", "actor_id", "action", "subject_type", "details")
_MANY = insert(_TABLE).from_select(
    ["subject_id", *_SAME],
    select(*rows_of("subjects", {"subject_id": Uuid}).c, *(param(name, _TABLE.c[name].type) for name in _SAME)),
    include_defaults=False,
)
