"""A pair of ideas that may be the same one. Screening waits until a person has said which."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import DomainError, rule_text
from incubator.ideas.models import OPEN, IdeaStatus

OPEN_DUPLICATES = rule_text(
    "open_duplicates",
    "Ideas that may be the same one: {count} ({tracking_codes}). Merge it into one of them, or say that they differ.",
    "Có {count} ý tưởng có thể trùng ({tracking_codes}). Hãy gộp vào ý tưởng trùng hoặc xác nhận là không trùng.",
)

TAKES_MORE = OPEN - {IdeaStatus.draft} | {IdeaStatus.accepted}
"""An idea of these statuses could take another one in. Only those hold up the screening: what was closed meanwhile is
worth knowing of, but nothing can be merged into it."""

MOST_CANDIDATES = 20


class IdeaDuplicateStatus(enum.StrEnum):
    open = "open"
    not_duplicate = "not_duplicate"
    merged = "merged"


class IdeaEvidence(enum.StrEnum):
    """Why two ideas may be one: who is behind them, and what they are called."""

    same_leader = "same_leader"
    leader_may_be_same = "leader_may_be_same"
    same_title = "same_title"
    similar_title = "similar_title"


class IdeaDuplicate(Base):
    """A pair, once, the lower id first."""

    __tablename__ = "idea_duplicate"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="lower_id_first"),
        CheckConstraint(one_of("status", IdeaDuplicateStatus), name="status_known"),
        CheckConstraint("cardinality(evidence) > 0", name="has_evidence"),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved_at"),
        Index("ix_idea_duplicate_high_id", "high_id"),
        Index("ix_idea_duplicate_open_id", "id", postgresql_where="status = 'open'"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    low_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    high_id: Mapped[UUID] = mapped_column(ForeignKey("idea.id"))
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text, server_default="open")
    note: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by_id: Mapped[UUID | None] = mapped_column(Uuid)

    __mapper_args__ = {"version_id_col": version}

    def dismiss(self, note: str | None, by: UUID, *, now: datetime) -> None:
        """Somebody looked at both and says that they are two ideas."""
        self._require(IdeaDuplicateStatus.open, "not_duplicate")
        self._resolve(IdeaDuplicateStatus.not_duplicate, note, by, now)

    def reopen(self) -> None:
        self._require(IdeaDuplicateStatus.not_duplicate, "reopen")
        self.status, self.note = IdeaDuplicateStatus.open.value, None
        self.resolved_at = self.resolved_by_id = None

    def merge(self, by: UUID, *, now: datetime) -> None:
        """One of the two was merged, into the other one or into a third."""
        self._resolve(IdeaDuplicateStatus.merged, self.note, by, now)

    def _resolve(self, status: IdeaDuplicateStatus, note: str | None, by: UUID, now: datetime) -> None:
        self.status, self.note = status.value, note
        self.resolved_at, self.resolved_by_id = now, by

    def _require(self, status: IdeaDuplicateStatus, action: str) -> None:
        if self.status != status:
            allowed = {"open": ["not_duplicate"], "not_duplicate": ["reopen"]}.get(self.status, [])
            raise DomainError("invalid_transition", status=self.status, action=action, allowed_actions=allowed)


def words_of(search_key: str) -> frozenset[str]:
    """The folded words of an idea's title: its search key without the tracking code at the end."""
    return frozenset(search_key.split()[:-1])


def evidence_of(
    leader: IdeaEvidence | None, words: frozenset[str], other: frozenset[str], *, same_province: bool
) -> list[IdeaEvidence]:
    """Why two ideas may be one; nothing where they may not.

    Who may be behind both is evidence where the titles have something in common too, because a person may well have
    two ideas. An equal title suffices by itself within a province; elsewhere it is a coincidence.
    """
    title = _title_evidence(words, other)
    if leader is not None and title is not None:
        return [leader, title]
    return [title] if title is IdeaEvidence.same_title and same_province else []


def _title_evidence(words: frozenset[str], other: frozenset[str]) -> IdeaEvidence | None:
    """Similar: half of the words of the shorter title are in the other one, and two of them if it has two."""
    shorter, shared = min(len(words), len(other)), len(words & other)
    if words == other and words:
        return IdeaEvidence.same_title
    alike = shared >= max(1, min(2, shorter)) and 2 * shared >= shorter
    return IdeaEvidence.similar_title if alike else None
