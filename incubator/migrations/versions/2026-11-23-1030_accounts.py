"""Accounts, role grants and tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "1030_accounts"
down_revision = "1020_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_account()
    create_role_grant()
    create_token()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("token")
    op.drop_table("role_grant")
    op.drop_table("account")


def create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("username", name="uq_account_username"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_id_person"),
        sa.CheckConstraint("username ~ '^[a-z0-9][a-z0-9._-]{1,62}$'", name="ck_account_username_format"),
        sa.CheckConstraint("status IN ('active', 'disabled')", name="ck_account_status"),
        sa.CheckConstraint("(status = 'disabled') = (disabled_at IS NOT NULL)", name="ck_account_disabled_at"),
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])


def create_role_grant() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_role_grant_account_id_account"),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name="fk_role_grant_locality_id_locality"),
        sa.CheckConstraint(
            "role IN ('admin', 'approver', 'staff', 'commune_staff', 'reviewer', 'mentor', 'analyst')",
            name="ck_role_grant_role",
        ),
        sa.CheckConstraint("role <> 'admin' OR locality_id IS NULL", name="ck_role_grant_admin_is_country_wide"),
    )
    op.create_index(
        "uq_role_grant_live",
        "role_grant",
        ["account_id", "role", "locality_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_role_grant_locality_id", "role_grant", ["locality_id"])


def create_token() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("scopes", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("hash", name="uq_token_hash"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_token_account_id_account"),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name="fk_token_locality_id_locality"),
        sa.CheckConstraint("kind IN ('session', 'service')", name="ck_token_kind"),
        sa.CheckConstraint(
            "scopes <@ ARRAY['ideas:submit', 'ideas:read', 'projects:read', 'people:read', 'loans:read', "
            "'events:read', 'events:register', 'check_in:write', 'calendar:read', 'stats:read']",
            name="ck_token_scopes",
        ),
        sa.CheckConstraint(
            "(kind = 'session') = (account_id IS NOT NULL) AND (kind = 'service') = (name IS NOT NULL) "
            "AND (kind = 'service') = (cardinality(scopes) > 0) "
            "AND (kind = 'service' OR locality_id IS NULL AND NOT sensitive AND expires_at IS NOT NULL)",
            name="ck_token_fields_of_kind",
        ),
    )
    create_token_indexes()


def create_token_indexes() -> None:
    op.create_index("ix_token_account_id", "token", ["account_id"], postgresql_where=sa.text("account_id IS NOT NULL"))
    op.create_index(
        "ix_token_locality_id", "token", ["locality_id"], postgresql_where=sa.text("locality_id IS NOT NULL")
    )
    op.create_index("ix_token_service_id", "token", ["id"], postgresql_where=sa.text("kind = 'service'"))
    op.create_index(
        "ix_token_session_expires_at", "token", ["expires_at"], postgresql_where=sa.text("kind = 'session'")
    )
