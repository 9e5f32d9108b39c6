"""A personal feed: a secret under which one account's calendars can be subscribed to."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from incubator.db import Base
from incubator.errors import broken_rule, rule_text

MOST_FEEDS = 10

TOO_MANY_FEEDS = rule_text(
    "too_many_calendar_feeds",
    "An account has at most {max} calendar feeds; revoke one that is no longer used.",
    "Mỗi tài khoản có tối đa {max} lịch đăng ký; hãy thu hồi lịch không còn dùng.",
)

SECRET_TEXT = re.compile(r"inc_calendar_[A-Za-z0-9_-]{43}")


class CalendarFeed(Base):
    """Read-only. Only the hash of its secret is kept; what it shows is what its account may see at that moment."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("hash"), Index("ix_calendar_feed_account_id_id", "account_id", "id"))

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}


def check_room(live: int) -> None:
    """One feed more is refused where so many are live."""
    if live >= MOST_FEEDS:
        raise broken_rule(TOO_MANY_FEEDS, max=MOST_FEEDS)
