"""What a project has to show to graduate, and the request to let it graduate although something is missing."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base, one_of
from incubator.errors import DomainError, Phrase, broken_rule, rule_text
from incubator.projects.models import Platform

NOT_READY = rule_text(
    "not_ready_to_graduate",
    "The project is not ready to graduate on {day}: {lacks}. An approver may ask for an exception with "
    "POST /v1/projects/{project_id}/graduation/requests, which another account decides.",
    "Đến ngày {day} dự án chưa đủ điều kiện tốt nghiệp: {lacks}. Người phê duyệt có thể xin ngoại lệ bằng "
    "POST /v1/projects/{project_id}/graduation/requests để một tài khoản khác quyết định.",
)
REQUEST_OPEN = rule_text(
    "graduation_request_open",
    "Request {request_id} to graduate this project is open; wait until another account decides on it, or withdraw it "
    "if it is yours.",
    "Đề nghị {request_id} cho dự án này tốt nghiệp còn chờ; hãy đợi tài khoản khác quyết định, hoặc rút lại nếu đó là "
    "đề nghị của bạn.",
)

OUTCOMES_NEEDED = 2


class Lack(enum.StrEnum):
    """What may be missing. `consultation`: no platform is needed, and none was consulted on either."""

    consultation = "consultation"
    consultation_capital = "consultation_capital"
    consultation_market = "consultation_market"
    consultation_digital = "consultation_digital"
    outcomes = "outcomes"
    economic_outcome = "economic_outcome"


LACK_LABELS: dict[str, Phrase] = {
    Lack.consultation: Phrase("No consultation yet", "Chưa được tư vấn lần nào"),
    Lack.consultation_capital: Phrase("Not consulted on capital", "Chưa được tư vấn về vốn"),
    Lack.consultation_market: Phrase("Not consulted on the market", "Chưa được tư vấn về thị trường"),
    Lack.consultation_digital: Phrase("Not consulted on digital matters", "Chưa được tư vấn về chuyển đổi số"),
    Lack.outcomes: Phrase("Fewer than two outcomes", "Chưa đủ hai kết quả"),
    Lack.economic_outcome: Phrase("No economic outcome", "Chưa có kết quả kinh tế"),
}


class Readiness(msgspec.Struct, frozen=True):
    """What a project has to show by a day. `consulted` says of each needed platform whether it was consulted on."""

    consulted: Mapping[Platform, bool]
    is_fully_consulted: bool
    outcomes: int
    economic_outcomes: int

    def lacks(self) -> list[Lack]:
        """In the order of the design's guard; empty where the project may graduate."""
        found = [Lack(f"consultation_{platform.value}") for platform, done in self.consulted.items() if not done]
        if not found and not self.is_fully_consulted:
            found.append(Lack.consultation)
        if self.outcomes < OUTCOMES_NEEDED:
            found.append(Lack.outcomes)
        if not self.economic_outcomes:
            found.append(Lack.economic_outcome)
        return found


class RequestStatus(enum.StrEnum):
    open = "open"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class RequestAction(enum.StrEnum):
    approve = "approve"
    refuse = "refuse"
    withdraw = "withdraw"


ENDS: Mapping[RequestAction, RequestStatus] = {
    RequestAction.approve: RequestStatus.approved,
    RequestAction.refuse: RequestStatus.refused,
    RequestAction.withdraw: RequestStatus.withdrawn,
}
"""Each starts at an open request."""


class GraduationRequest(Base):
    """One approver asks for an exception, another account decides. A project has one open request at most."""

    __tablename__ = "graduation_request"
    __table_args__ = (
        CheckConstraint(one_of("status", RequestStatus), name="status_known"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
        CheckConstraint("status IN ('open', 'withdrawn') OR decided_by <> requested_by", name="two_people"),
        Index("uq_graduation_request_open", "project_id", unique=True, postgresql_where="status = 'open'"),
        Index("ix_graduation_request_project_id_id", "project_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    status: Mapped[str] = mapped_column(Text, server_default="open")
    graduated_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decision_note: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = {"version_id_col": version}

    def end(self, action: RequestAction, account_id: UUID, note: str | None, *, now: datetime) -> None:
        """The only place where the status changes. Only the requester withdraws, and only somebody else decides."""
        if self.status != RequestStatus.open:
            raise DomainError("invalid_transition", status=self.status, action=action.value, allowed_actions=[])
        is_requester = account_id == self.requested_by
        if action is RequestAction.withdraw and not is_requester:
            raise DomainError("forbidden")
        if action is not RequestAction.withdraw and is_requester:
            raise DomainError("self_approval")
        self.status = ENDS[action].value
        self.decided_by = account_id
        self.decided_at = now
        self.decision_note = note


def check_ready(readiness: Readiness, project_id: UUID, day: date) -> None:
    """The refusal also says how to ask for an exception, which whoever is refused here may do."""
    if lacks := readiness.lacks():
        named = [LACK_LABELS[lack] for lack in lacks]
        raise broken_rule(NOT_READY, day=day.isoformat(), lacks=named, project_id=str(project_id))


def check_no_request(request_id: UUID | None) -> None:
    """A project does not graduate past somebody who is still to decide."""
    if request_id is not None:
        raise broken_rule(REQUEST_OPEN, request_id=str(request_id))
