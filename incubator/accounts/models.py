"""Accounts, what they are granted, and the tokens with which accounts and other programs come in."""

import enum
import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from incubator.actor import Role, Scope
from incubator.db import Base
from incubator.errors import broken_rule, rule_text

USERNAME = r"^[a-z0-9][a-z0-9._-]{1,62}$"
MIN_PASSWORD = 10

SESSION_HOURS = timedelta(hours=12)
EXTENDED_EVERY = timedelta(minutes=5)
LONGEST_SESSION = timedelta(days=30)

LAST_ADMIN = rule_text(
    "last_active_admin",
    "This is the last active administrator; make another one first.",
    "Đây là quản trị viên cuối cùng còn hoạt động; hãy tạo người khác trước.",
)
ADMIN_EVERYWHERE = rule_text(
    "admin_is_country_wide",
    "The role admin is granted for the whole country only.",
    "Vai trò admin chỉ được cấp cho toàn quốc.",
)
NO_GRANT_IN_VILLAGE = rule_text(
    "grant_on_province_or_commune",
    "Grants and tokens cover a province, a commune or the whole country, not a village.",
    "Quyền và token chỉ gắn với tỉnh, xã hoặc toàn quốc, không gắn với thôn.",
)
PASSWORD_IS_USERNAME = rule_text(
    "password_equals_username",
    "The password must differ from the username.",
    "Mật khẩu phải khác tên đăng nhập.",
)
PASSWORD_UNCHANGED = rule_text(
    "password_unchanged",
    "The new password must differ from the current one.",
    "Mật khẩu mới phải khác mật khẩu hiện tại.",
)
PASSWORD_WRONG = rule_text(
    "current_password_wrong", "The current password is not right.", "Mật khẩu hiện tại không đúng."
)
EXPIRY_PASSED = rule_text(
    "expiry_in_the_past", "A token must expire in the future.", "Token phải hết hạn trong tương lai."
)
TOKEN_ENDED = rule_text(
    "token_already_revoked",
    "The token was revoked; make a new one.",
    "Token đã bị thu hồi; hãy tạo token mới.",
)
PHONES_ENROL = rule_text(
    "phones_are_enrolled",
    "No token is made for check_in:write; a phone gets its own when it is enrolled for an event.",
    "Không tạo token cho check_in:write; điện thoại nhận token riêng khi được ghi danh cho một sự kiện.",
)


class AccountStatus(enum.StrEnum):
    active = "active"
    disabled = "disabled"


NEXT: Mapping[AccountStatus, frozenset[AccountStatus]] = {
    AccountStatus.active: frozenset({AccountStatus.disabled}),
    AccountStatus.disabled: frozenset({AccountStatus.active}),
}


def _one_of(values: type[enum.StrEnum]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Account(Base):
    """Somebody who logs in. Its grants belong to it: each change of them makes a new version of the account."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("username"),
        CheckConstraint(f"username ~ '{USERNAME}'", name="username_format"),
        CheckConstraint(f"status IN ({_one_of(AccountStatus)})", name="status"),
        CheckConstraint("(status = 'disabled') = (disabled_at IS NOT NULL)", name="disabled_at"),
        Index("ix_account_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    username: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    password_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    must_change_password: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}

    def move_to(self, status: AccountStatus, *, now: datetime) -> bool:
        """The only place where the status changes; False where it is so already."""
        if status not in NEXT[AccountStatus(self.status)]:
            return False
        self.status = status.value
        self.disabled_at = now if status is AccountStatus.disabled else None
        return True

    def set_password(self, password_hash: str, *, must_change: bool) -> None:
        self.password_hash = password_hash
        self.must_change_password = must_change

    def count_change(self) -> None:
        """A change of the grants is one of the account: the flush writes its row and raises the version."""
        flag_modified(self, "username")


class RoleGrant(Base):
    """A role over a locality and all below it, or over the whole country; with or without sensitive fields."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(f"role IN ({_one_of(Role)})", name="role"),
        CheckConstraint("role <> 'admin' OR locality_id IS NULL", name="admin_is_country_wide"),
        Index(
            "uq_role_grant_live",
            "account_id",
            "role",
            "locality_id",
            unique=True,
            postgresql_where="revoked_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_role_grant_locality_id", "locality_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(Text)
    locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    sensitive: Mapped[bool] = mapped_column(server_default="false")
    granted_by: Mapped[UUID] = mapped_column(Uuid)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @classmethod
    def is_live(cls) -> ColumnElement[bool]:
        return cls.revoked_at.is_(None)


class Token(Base):
    """A secret that stands for an account (`session`), a program (`service`) or a check-in phone (`device`). Only its
    hash is kept."""

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("hash"),
        CheckConstraint("kind IN ('session', 'service', 'device')", name="kind"),
        CheckConstraint(f"scopes <@ ARRAY[{_one_of(Scope)}]", name="scopes"),
        CheckConstraint(
            "(kind = 'session') = (account_id IS NOT NULL) AND (kind = 'session') = (name IS NULL) "
            "AND (kind = 'session') = (cardinality(scopes) = 0) "
            "AND (kind = 'service' OR locality_id IS NULL AND NOT sensitive AND expires_at IS NOT NULL)",
            name="fields_of_kind",
        ),
        Index("ix_token_account_id", "account_id", postgresql_where="account_id IS NOT NULL"),
        Index("ix_token_locality_id", "locality_id", postgresql_where="locality_id IS NOT NULL"),
        Index("ix_token_service_id", "id", postgresql_where="kind = 'service'"),
        Index("ix_token_session_expires_at", "expires_at", postgresql_where="kind = 'session'"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    kind: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str | None] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    locality_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    sensitive: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[UUID] = mapped_column(Uuid)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    extended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __mapper_args__ = {"version_id_col": version}

    def check_live(self) -> None:
        if self.revoked_at is not None:
            raise broken_rule(TOKEN_ENDED)


TOKEN_TEXT = re.compile(r"inc_(?:session|service|device)_[A-Za-z0-9_-]{43}")


def new_token_text(kind: Literal["session", "service", "device", "calendar"]) -> str:
    """A fresh secret of 256 bits; it is shown once and never stored. That of a calendar feed is no bearer token."""
    return f"inc_{kind}_{secrets.token_urlsafe(32)}"


def token_hash(text: str) -> bytes:
    """A fast hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(text.encode()).digest()


def folded_username(text: str) -> str:
    """The one form in which a username is stored and looked up. A pattern's `$` lets a last line break pass."""
    return text.strip().lower()


def check_new_password(username: str, password: str) -> None:
    if folded_username(password) == username:
        raise broken_rule(PASSWORD_IS_USERNAME)
