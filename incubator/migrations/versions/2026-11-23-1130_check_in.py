"""Check-in phones, what they send, attendance and head-counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1130_check_in"
down_revision = "1120_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    let_devices_hold_tokens()
    create_device()
    create_device_site()
    create_device_contact()
    create_scan()
    create_walk_in()
    create_check_in_review()
    create_attendance()
    create_headcount()
    for table in ("scan", "headcount"):
        append_only(table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "headcount",
        "attendance",
        "check_in_review",
        "walk_in",
        "scan",
        "device_contact",
        "device_site",
        "device",
    ):
        op.drop_table(table)
    take_tokens_from_devices()


def create_device() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrolled_nonce", sa.LargeBinary(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sees_all", sa.Boolean(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("profile IN ('scan', 'scan_walk_in', 'headcount')", name=op.f("ck_device_profile_known")),
        sa.CheckConstraint("(code_hash IS NULL) = (code_expires_at IS NULL)", name=op.f("ck_device_code_with_expiry")),
        sa.CheckConstraint("(token_id IS NULL) = (enrolled_at IS NULL)", name=op.f("ck_device_token_when_enrolled")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_device_name_length")),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_device_added_by_id_account")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_device_event_id_event")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_device_token_id_token")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_device_code_hash")),
        sa.UniqueConstraint("id", "event_id", name=op.f("uq_device_id_event_id")),
        sa.UniqueConstraint("token_id", name=op.f("uq_device_token_id")),
    )
    op.create_index("ix_device_event_id_id", "device", ["event_id", "id"])


def create_device_site() -> None:
    op.create_table(
        "device_site",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id", "event_id"], ["device.id", "device.event_id"], name="fk_device_site_device"
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "event_id"], ["event_site.id", "event_site.event_id"], name="fk_device_site"
        ),
        sa.PrimaryKeyConstraint("device_id", "site_id", name=op.f("pk_device_site")),
    )
    op.create_index("ix_device_site_site_id", "device_site", ["site_id"])


def create_device_contact() -> None:
    op.create_table(
        "device_contact",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_skew_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_contact_device_id_device")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_contact")),
    )


def create_scan() -> None:
    op.create_table(
        "scan",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("client_scan_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "code IN ('checked_in', 'already_checked_in', 'checked_out', 'token_unknown', 'token_revoked', 'token_wrong_event', 'session_unknown', 'event_cancelled', 'walk_in_not_allowed', 'site_mismatch', 'payload_mismatch', 'sync_window_closed', 'invalid_item')",
            name=op.f("ck_scan_code_known"),
        ),
        sa.CheckConstraint("status IN ('accepted', 'rejected')", name=op.f("ck_scan_status_known")),
        sa.CheckConstraint("octet_length(payload_hash) = 32", name=op.f("ck_scan_payload_hash_length")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_scan_device_id_device")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_scan_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scan_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_scan_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("device_id", "client_scan_id", name=op.f("pk_scan")),
    )
    op.create_index("ix_scan_event_id_received_at", "scan", ["event_id", "received_at"])
    op.create_index("ix_scan_site_id_late", "scan", ["site_id"], postgresql_where="'late_sync' = ANY (warnings)")
    op.create_index(
        "ix_scan_person_id_session_id", "scan", ["person_id", "session_id"], postgresql_where="person_id IS NOT NULL"
    )


def create_walk_in() -> None:
    op.create_table(
        "walk_in",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("client_person_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_walk_in_device_id_device")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_walk_in_person_id_person")),
        sa.PrimaryKeyConstraint("device_id", "client_person_id", name=op.f("pk_walk_in")),
    )
    op.create_index("ix_walk_in_person_id", "walk_in", ["person_id"])


def create_check_in_review() -> None:
    op.create_table(
        "check_in_review",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name=op.f("ck_check_in_review_resolved_at")),
        sa.CheckConstraint("status IN ('open', 'admitted', 'dismissed')", name=op.f("ck_check_in_review_status_known")),
        sa.ForeignKeyConstraint(
            ["device_id", "event_id"], ["device.id", "device.event_id"], name="fk_check_in_review_device"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_check_in_review_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_check_in_review_person_id_person")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_check_in_review_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["account.id"], name=op.f("fk_check_in_review_resolved_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_review")),
    )
    op.create_index("ix_check_in_review_event_id_status_id", "check_in_review", ["event_id", "status", "id"])
    op.create_index(
        "ix_check_in_review_person_id", "check_in_review", ["person_id"], postgresql_where="person_id IS NOT NULL"
    )
    op.create_index(
        "uq_check_in_review_device_id_client_key", "check_in_review", ["device_id", "client_key"], unique=True
    )


def create_attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("first_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(first_out_at IS NULL) = (last_out_at IS NULL)", name=op.f("ck_attendance_outs_together")),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_attendance_void_has_reason")),
        sa.CheckConstraint(
            "first_in_at IS NOT NULL OR first_out_at IS NOT NULL", name=op.f("ck_attendance_seen_at_all")
        ),
        sa.CheckConstraint("first_out_at <= last_out_at", name=op.f("ck_attendance_outs_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person")),
        sa.ForeignKeyConstraint(
            ["site_id", "session_id", "event_id"],
            ["event_site.id", "event_site.session_id", "event_site.event_id"],
            name="fk_attendance_site",
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_event_id_person_id", "attendance", ["event_id", "person_id"])
    op.create_index("ix_attendance_person_id_session_id", "attendance", ["person_id", "session_id"])
    op.create_index("ix_attendance_site_id", "attendance", ["site_id"])
    op.create_index(
        "ix_attendance_site_id_uncounted",
        "attendance",
        ["site_id"],
        postgresql_where="NOT (voided_at IS NULL AND NOT (pending AND confirmed_at IS NULL))",
    )


def create_headcount() -> None:
    op.create_table(
        "headcount",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("client_report_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("female", sa.Integer(), nullable=True),
        sa.Column("youth", sa.Integer(), nullable=True),
        sa.Column("ethnic_minority", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by_kind", sa.Text(), nullable=False),
        sa.Column("reported_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reported_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "method IN ('count', 'paper_list', 'estimate', 'platform')", name=op.f("ck_headcount_method_known")
        ),
        sa.CheckConstraint(
            "female BETWEEN 0 AND total AND youth BETWEEN 0 AND total AND ethnic_minority BETWEEN 0 AND total",
            name=op.f("ck_headcount_parts_within_total"),
        ),
        sa.CheckConstraint("total BETWEEN 0 AND 100000", name=op.f("ck_headcount_total_range")),
        sa.ForeignKeyConstraint(
            ["replaces_id", "site_id"], ["headcount.id", "headcount.site_id"], name="fk_headcount_replaces"
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "session_id", "event_id"],
            ["event_site.id", "event_site.session_id", "event_site.event_id"],
            name="fk_headcount_site",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
        sa.UniqueConstraint("id", "site_id", name=op.f("uq_headcount_id_site_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_headcount_replaces_id")),
        sa.UniqueConstraint(
            "reported_by_id", "client_report_id", name=op.f("uq_headcount_reported_by_id_client_report_id")
        ),
    )
    op.create_index("ix_headcount_event_id_id", "headcount", ["event_id", "id"])
    op.create_index("ix_headcount_site_id_id", "headcount", ["site_id", "id"])
    op.create_index(
        "uq_headcount_site_id_first", "headcount", ["site_id"], unique=True, postgresql_where="replaces_id IS NULL"
    )


def let_devices_hold_tokens() -> None:
    op.drop_constraint("ck_token_kind", "token", type_="check")
    op.drop_constraint("ck_token_fields_of_kind", "token", type_="check")
    op.create_check_constraint("ck_token_kind", "token", "kind IN ('session', 'service', 'device')")
    op.create_check_constraint(
        "ck_token_fields_of_kind",
        "token",
        "(kind = 'session') = (account_id IS NOT NULL) AND (kind = 'session') = (name IS NULL) "
        "AND (kind = 'session') = (cardinality(scopes) = 0) "
        "AND (kind = 'service' OR locality_id IS NULL AND NOT sensitive AND expires_at IS NOT NULL)",
    )


def take_tokens_from_devices() -> None:
    op.execute("DELETE FROM token WHERE kind = 'device'")
    op.drop_constraint("ck_token_kind", "token", type_="check")
    op.drop_constraint("ck_token_fields_of_kind", "token", type_="check")
    op.create_check_constraint("ck_token_kind", "token", "kind IN ('session', 'service')")
    op.create_check_constraint(
        "ck_token_fields_of_kind",
        "token",
        "(kind = 'session') = (account_id IS NOT NULL) AND (kind = 'service') = (name IS NOT NULL) "
        "AND (kind = 'service') = (cardinality(scopes) > 0) "
        "AND (kind = 'service' OR locality_id IS NULL AND NOT sensitive AND expires_at IS NOT NULL)",
    )


def append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
