"""Events with their modes, sessions and sites, registrations and tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1120_events"
down_revision = "1110_duplicates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_event()
    create_event_transition()
    create_event_mode()
    create_event_session()
    create_event_site()
    create_event_team_member()
    create_registration()
    create_ticket()
    for table in ("event_transition",):
        append_only(table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "ticket",
        "registration",
        "event_team_member",
        "event_site",
        "event_session",
        "event_mode",
        "event_transition",
        "event",
    ):
        op.drop_table(table)


def create_event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', title_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("organisers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_public", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("capture", sa.Text(), nullable=False),
        sa.Column("walk_in_policy", sa.Text(), nullable=False),
        sa.Column("late_sync_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attendance_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "attendance_closed_at IS NULL OR status IN ('published', 'completed')",
            name=op.f("ck_event_closed_where_counted"),
        ),
        sa.CheckConstraint(
            "status = 'cancelled' OR (published_at IS NULL) = (status = 'draft')",
            name=op.f("ck_event_published_unless_draft"),
        ),
        sa.CheckConstraint("capture IN ('named', 'headcount', 'mixed')", name=op.f("ck_event_capture_known")),
        sa.CheckConstraint(
            "kind IN ('startup_coffee', 'entrepreneur_coffee', 'forum', 'contest', 'propaganda', 'conference', 'digital_skills_class', 'training', 'culture_house_day', 'other')",
            name=op.f("ck_event_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'completed', 'cancelled')", name=op.f("ck_event_status_known")
        ),
        sa.CheckConstraint(
            "walk_in_policy IN ('allow', 'confirm', 'deny')", name=op.f("ck_event_walk_in_policy_known")
        ),
        sa.CheckConstraint("cardinality(organisers) BETWEEN 1 AND 10", name=op.f("ck_event_organisers_number")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_event_title_length")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_ends_after_start")),
        sa.CheckConstraint("late_sync_until >= ends_at", name=op.f("ck_event_late_sync_after_end")),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_event_created_by_id_account")),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name=op.f("fk_event_locality_id_locality")),
        sa.ForeignKeyConstraint(["province_id"], ["locality.id"], name=op.f("fk_event_province_id_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_ends_at", "event", ["ends_at"])
    op.create_index("ix_event_kind_starts_at_id", "event", ["kind", "starts_at", "id"])
    op.create_index("ix_event_locality_id_starts_at_id", "event", ["locality_id", "starts_at", "id"])
    op.create_index("ix_event_province_id_starts_at_id", "event", ["province_id", "starts_at", "id"])
    op.create_index("ix_event_public_ends_at", "event", ["ends_at"], postgresql_where="is_public")
    op.create_index("ix_event_search", "event", ["search"], postgresql_using="gin")
    op.create_index("ix_event_starts_at_id", "event", ["starts_at", "id"])
    op.create_index("ix_event_status_starts_at_id", "event", ["status", "starts_at", "id"])


def create_event_transition() -> None:
    op.create_table(
        "event_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "action IN ('publish', 'complete', 'cancel', 'close_attendance', 'reopen_attendance')",
            name=op.f("ck_event_transition_action_known"),
        ),
        sa.CheckConstraint(
            "action NOT IN ('cancel', 'reopen_attendance') OR reason IS NOT NULL",
            name=op.f("ck_event_transition_has_reason"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_transition_event_id_event")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_event_transition_recorded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_transition")),
    )
    op.create_index("ix_event_transition_event_id_id", "event_transition", ["event_id", "id"])


def create_event_mode() -> None:
    op.create_table(
        "event_mode",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waitlist", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("last_wait", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("join_url", sa.Text(), nullable=True),
        sa.CheckConstraint("mode IN ('in_person', 'online')", name=op.f("ck_event_mode_mode_known")),
        sa.CheckConstraint("capacity BETWEEN 0 AND 1000000", name=op.f("ck_event_mode_capacity_range")),
        sa.CheckConstraint(
            "seats_taken >= 0 AND (capacity IS NULL OR seats_taken <= capacity)", name=op.f("ck_event_mode_seats_fit")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_mode_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "mode", name=op.f("pk_event_mode")),
    )


def create_event_session() -> None:
    op.create_table(
        "event_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_session_ends_after_start")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_event_session_number_from_one")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_session_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_session")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_event_session_event_id_number")),
        sa.UniqueConstraint("id", "event_id", name=op.f("uq_event_session_id_event_id")),
    )
    op.create_index("ix_event_session_starts_at", "event_session", ["starts_at"])


def create_event_site() -> None:
    op.create_table(
        "event_site",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id", "mode"], ["event_mode.event_id", "event_mode.mode"], name="fk_event_site_mode"
        ),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name=op.f("fk_event_site_locality_id_locality")),
        sa.ForeignKeyConstraint(["province_id"], ["locality.id"], name=op.f("fk_event_site_province_id_locality")),
        sa.ForeignKeyConstraint(
            ["session_id", "event_id"], ["event_session.id", "event_session.event_id"], name="fk_event_site_session"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_site")),
        sa.UniqueConstraint("id", "event_id", name=op.f("uq_event_site_id_event_id")),
        sa.UniqueConstraint("id", "session_id", "event_id", name=op.f("uq_event_site_id_session_id_event_id")),
        sa.UniqueConstraint("session_id", "label", name=op.f("uq_event_site_session_id_label")),
    )
    op.create_index("ix_event_site_event_id", "event_site", ["event_id"])
    op.create_index("ix_event_site_locality_id_event_id", "event_site", ["locality_id", "event_id"])
    op.create_index("ix_event_site_province_id_event_id", "event_site", ["province_id", "event_id"])


def create_event_team_member() -> None:
    op.create_table(
        "event_team_member",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("part IN ('lead', 'trainer', 'support')", name=op.f("ck_event_team_member_part_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_team_member_person_id_person")),
        sa.ForeignKeyConstraint(
            ["session_id", "event_id"],
            ["event_session.id", "event_session.event_id"],
            name="fk_event_team_member_session",
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_event_team_member")),
    )
    op.create_index("ix_event_team_member_event_id", "event_team_member", ["event_id"])
    op.create_index("ix_event_team_member_person_id_event_id", "event_team_member", ["person_id", "event_id"])


def create_registration() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("wait_number", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("owner_token_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by_kind", sa.Text(), nullable=False),
        sa.Column("registered_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_registration_cancelled_at")
        ),
        sa.CheckConstraint(
            "(status = 'waitlisted') = (wait_number IS NOT NULL)", name=op.f("ck_registration_waits_with_number")
        ),
        sa.CheckConstraint(
            "source IN ('self', 'staff', 'import', 'walk_in')", name=op.f("ck_registration_source_known")
        ),
        sa.CheckConstraint(
            "status IN ('confirmed', 'waitlisted', 'cancelled')", name=op.f("ck_registration_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "mode"], ["event_mode.event_id", "event_mode.mode"], name="fk_registration_mode"
        ),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name=op.f("fk_registration_locality_id_locality")),
        sa.ForeignKeyConstraint(["owner_token_id"], ["token.id"], name=op.f("fk_registration_owner_token_id_token")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")),
        sa.ForeignKeyConstraint(["province_id"], ["locality.id"], name=op.f("fk_registration_province_id_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("id", "event_id", name=op.f("uq_registration_id_event_id")),
    )
    op.create_index("ix_registration_event_id_id", "registration", ["event_id", "id"])
    op.create_index("ix_registration_event_id_status_id", "registration", ["event_id", "status", "id"])
    op.create_index("ix_registration_locality_id_event_id_id", "registration", ["locality_id", "event_id", "id"])
    op.create_index(
        "ix_registration_owner_token_id_id",
        "registration",
        ["owner_token_id", "id"],
        postgresql_where="owner_token_id IS NOT NULL",
    )
    op.create_index("ix_registration_person_id_id", "registration", ["person_id", "id"])
    op.create_index("ix_registration_province_id_event_id_id", "registration", ["province_id", "event_id", "id"])
    op.create_index(
        "uq_registration_event_id_mode_wait_number",
        "registration",
        ["event_id", "mode", "wait_number"],
        unique=True,
        postgresql_where="status = 'waitlisted'",
    )
    op.create_index(
        "uq_registration_event_id_person_id_live",
        "registration",
        ["event_id", "person_id"],
        unique=True,
        postgresql_where="status <> 'cancelled'",
    )


def create_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_ticket_hash_length")),
        sa.ForeignKeyConstraint(
            ["registration_id", "event_id"], ["registration.id", "registration.event_id"], name="fk_ticket_registration"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_event_id", "ticket", ["event_id"])
    op.create_index(
        "uq_ticket_registration_id_live",
        "ticket",
        ["registration_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL",
    )


def append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
