"""Mentors, programmes, sessions, consultations, action items, outcomes, graduation and calendar feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1070_mentoring"
down_revision = "1060_projects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_programme()
    create_mentoring_session()
    create_project_outcome()
    create_calendar_feed()
    create_graduation_request()
    create_mentor()
    create_session_participant()
    create_session_transition()
    create_action_item()
    create_mentor_reach()
    create_session_mentor()
    create_action_item_transition()
    create_consultation()
    create_consultation_version()
    for table in ("session_transition", "action_item_transition", "consultation_version", "project_outcome"):
        append_only(table)
    record_mentees()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    forget_graduations()
    op.execute("DELETE FROM reviewer_conflict WHERE kind = 'own_mentee'")
    for table in (
        "consultation_version",
        "consultation",
        "action_item_transition",
        "session_mentor",
        "mentor_reach",
        "action_item",
        "session_transition",
        "session_participant",
        "mentor",
        "graduation_request",
        "calendar_feed",
        "project_outcome",
        "mentoring_session",
        "programme",
    ):
        op.drop_table(table)


def create_programme() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cadence IN ('weekly', 'monthly', 'quarterly', 'yearly', 'on_demand')",
            name=op.f("ck_programme_cadence_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('startup_coffee', 'entrepreneur_coffee', 'one_to_one', 'clinic', 'field_visit')",
            name=op.f("ck_programme_kind_known"),
        ),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_programme_title_length")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_programme_ends_after_start")),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name=op.f("fk_programme_locality_id_locality")),
        sa.ForeignKeyConstraint(["province_id"], ["locality.id"], name=op.f("fk_programme_province_id_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    op.create_index("ix_programme_kind_id", "programme", ["kind", "id"])


def create_mentoring_session() -> None:
    op.create_table(
        "mentoring_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=True),
        sa.Column("seats_taken", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'held') = (held_on IS NOT NULL)", name=op.f("ck_mentoring_session_held_has_day")),
        sa.CheckConstraint(
            "kind IN ('startup_coffee', 'entrepreneur_coffee', 'one_to_one', 'clinic', 'field_visit')",
            name=op.f("ck_mentoring_session_kind_known"),
        ),
        sa.CheckConstraint(
            "mode IN ('in_person', 'online', 'phone', 'hybrid')", name=op.f("ck_mentoring_session_mode_known")
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'confirmed', 'held', 'cancelled', 'mentor_absent', 'guests_absent')",
            name=op.f("ck_mentoring_session_status_known"),
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 10000", name=op.f("ck_mentoring_session_capacity_range")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_mentoring_session_minutes_range")),
        sa.CheckConstraint(
            "seats_taken BETWEEN 0 AND capacity OR capacity IS NULL",
            name=op.f("ck_mentoring_session_seats_within_capacity"),
        ),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_mentoring_session_locality_id_province_id_locality",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_mentoring_session_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_session")),
    )
    op.create_index(
        "ix_mentoring_session_held_on", "mentoring_session", ["held_on"], postgresql_where="held_on IS NOT NULL"
    )
    op.create_index("ix_mentoring_session_locality_id_id", "mentoring_session", ["locality_id", "id"])
    op.create_index("ix_mentoring_session_planned_on_id", "mentoring_session", ["planned_on", "id"])
    op.create_index("ix_mentoring_session_programme_id_planned_on", "mentoring_session", ["programme_id", "planned_on"])
    op.create_index("ix_mentoring_session_province_id_id", "mentoring_session", ["province_id", "id"])
    op.create_index("ix_mentoring_session_status_id", "mentoring_session", ["status", "id"])


def create_project_outcome() -> None:
    op.create_table(
        "project_outcome",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=True),
        sa.Column("jobs", sa.Integer(), nullable=True),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_link", sa.Text(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("is_withdrawal", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(kind = 'jobs') = (jobs IS NOT NULL)", name=op.f("ck_project_outcome_jobs_of")),
        sa.CheckConstraint("(kind = 'ocop_star') = (stars IS NOT NULL)", name=op.f("ck_project_outcome_stars_of")),
        sa.CheckConstraint(
            "amount_vnd IS NULL OR kind IN ('revenue_vnd', 'market_contract', 'prize')",
            name=op.f("ck_project_outcome_amount_of"),
        ),
        sa.CheckConstraint(
            "kind <> 'revenue_vnd' OR amount_vnd IS NOT NULL AND period_from IS NOT NULL",
            name=op.f("ck_project_outcome_revenue"),
        ),
        sa.CheckConstraint(
            "kind IN ('revenue_vnd', 'jobs', 'ocop_star', 'cooperative_registered', 'market_contract', 'loan_received', 'prize', 'other')",
            name=op.f("ck_project_outcome_kind_known"),
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (reason IS NULL)", name=op.f("ck_project_outcome_correction_has_reason")
        ),
        sa.CheckConstraint(
            "NOT is_withdrawal OR corrects_id IS NOT NULL", name=op.f("ck_project_outcome_withdrawal_of_a_row")
        ),
        sa.CheckConstraint("amount_vnd BETWEEN 0 AND 9007199254740991", name=op.f("ck_project_outcome_amount_range")),
        sa.CheckConstraint("jobs BETWEEN 1 AND 100000", name=op.f("ck_project_outcome_jobs_range")),
        sa.CheckConstraint("period_from <= occurred_on", name=op.f("ck_project_outcome_period_order")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_project_outcome_stars_range")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["project_outcome.id"], name=op.f("fk_project_outcome_corrects_id_project_outcome")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_outcome_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_outcome")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_project_outcome_corrects_id")),
    )
    op.create_index("ix_project_outcome_project_id_id", "project_outcome", ["project_id", "id"])


def create_calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_feed_hash")),
    )
    op.create_index("ix_calendar_feed_account_id_id", "calendar_feed", ["account_id", "id"])


def create_graduation_request() -> None:
    op.create_table(
        "graduation_request",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("graduated_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_graduation_request_decided_has_moment")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_graduation_request_status_known")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'withdrawn') OR decided_by <> requested_by",
            name=op.f("ck_graduation_request_two_people"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_graduation_request_decided_by_account")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_graduation_request_project_id_project")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["account.id"], name=op.f("fk_graduation_request_requested_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graduation_request")),
    )
    op.create_index("ix_graduation_request_project_id_id", "graduation_request", ["project_id", "id"])
    op.create_index(
        "uq_graduation_request_open",
        "graduation_request",
        ["project_id"],
        unique=True,
        postgresql_where="status = 'open'",
    )


def create_mentor() -> None:
    op.create_table(
        "mentor",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("platforms", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("capacity", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "languages <@ ARRAY['vi', 'hmn', 'ium', 'tyz', 'nut', 'pcc', 'hni', 'blt', 'mtq', 'lbt', 'kjg', 'zh', 'en']",
            name=op.f("ck_mentor_languages_known"),
        ),
        sa.CheckConstraint(
            "platforms <@ ARRAY['capital', 'market', 'digital']", name=op.f("ck_mentor_platforms_known")
        ),
        sa.CheckConstraint(
            "sectors <@ ARRAY['tea', 'fruit', 'medicinal_plants', 'livestock', 'fish', 'forestry', 'food_processing', 'handicraft', 'tourism', 'services', 'digital', 'education', 'environment', 'other']",
            name=op.f("ck_mentor_sectors_known"),
        ),
        sa.CheckConstraint("status IN ('active', 'paused', 'retired')", name=op.f("ck_mentor_status_known")),
        sa.CheckConstraint("capacity BETWEEN 0 AND 50", name=op.f("ck_mentor_capacity_range")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mentor_account_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentor_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor")),
    )
    op.create_index("ix_mentor_status_id", "mentor", ["status", "id"])
    op.create_index("uq_mentor_account_id", "mentor", ["account_id"], unique=True)
    op.create_index("uq_mentor_person_id", "mentor", ["person_id"], unique=True)


def create_session_participant() -> None:
    op.create_table(
        "session_participant",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="registered", nullable=False),
        sa.Column("added_by_kind", sa.Text(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('registered', 'attended', 'absent', 'excused')",
            name=op.f("ck_session_participant_status_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_participant_person_id_person")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_session_participant_project_id_project")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_session_participant_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_participant")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_session_participant_session_id_person_id")),
    )
    op.create_index("ix_session_participant_person_id", "session_participant", ["person_id"])
    op.create_index("ix_session_participant_project_id_session_id", "session_participant", ["project_id", "session_id"])
    op.create_index("ix_session_participant_session_id_id", "session_participant", ["session_id", "id"])


def create_session_transition() -> None:
    op.create_table(
        "session_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_session_transition_session_id_mentoring_session")
        ),
        sa.ForeignKeyConstraint(
            ["voids_id"], ["session_transition.id"], name=op.f("fk_session_transition_voids_id_session_transition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_transition")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_session_transition_session_id_number")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_session_transition_voids_id")),
    )


def create_action_item() -> None:
    op.create_table(
        "action_item",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_person_id", sa.Uuid(), nullable=True),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("evidence_link", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'open') = (closed_on IS NULL)", name=op.f("ck_action_item_closed_has_day")),
        sa.CheckConstraint("owner IN ('team', 'mentor', 'staff')", name=op.f("ck_action_item_owner_known")),
        sa.CheckConstraint("platform IN ('capital', 'market', 'digital')", name=op.f("ck_action_item_platform_known")),
        sa.CheckConstraint("status IN ('open', 'done', 'dropped')", name=op.f("ck_action_item_status_known")),
        sa.CheckConstraint("closed_on >= set_on", name=op.f("ck_action_item_closed_after_set")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"], name=op.f("fk_action_item_mentor_id_mentor")),
        sa.ForeignKeyConstraint(["owner_person_id"], ["person.id"], name=op.f("fk_action_item_owner_person_id_person")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_action_item_project_id_project")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_action_item_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_item")),
    )
    op.create_index(
        "ix_action_item_mentor_id_due_on", "action_item", ["mentor_id", "due_on"], postgresql_where="status = 'open'"
    )
    op.create_index(
        "ix_action_item_open_due_on_id", "action_item", ["due_on", "id"], postgresql_where="status = 'open'"
    )
    op.create_index("ix_action_item_project_id_id", "action_item", ["project_id", "id"])
    op.create_index("ix_action_item_session_id", "action_item", ["session_id"])


def create_mentor_reach() -> None:
    op.create_table(
        "mentor_reach",
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["locality_id"], ["locality.id"], name=op.f("fk_mentor_reach_locality_id_locality")),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"], name=op.f("fk_mentor_reach_mentor_id_mentor")),
        sa.ForeignKeyConstraint(["province_id"], ["locality.id"], name=op.f("fk_mentor_reach_province_id_locality")),
        sa.PrimaryKeyConstraint("mentor_id", "locality_id", name=op.f("pk_mentor_reach")),
    )
    op.create_index("ix_mentor_reach_locality_id_mentor_id", "mentor_reach", ["locality_id", "mentor_id"])
    op.create_index("ix_mentor_reach_province_id_mentor_id", "mentor_reach", ["province_id", "mentor_id"])


def create_session_mentor() -> None:
    op.create_table(
        "session_mentor",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("attendance", sa.Text(), server_default="expected", nullable=False),
        sa.Column("contact_minutes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("preparation_minutes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("travel_minutes", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "attendance = 'attended' OR contact_minutes + preparation_minutes + travel_minutes = 0",
            name=op.f("ck_session_mentor_minutes_of_who_came"),
        ),
        sa.CheckConstraint(
            "attendance IN ('expected', 'attended', 'absent', 'replaced')",
            name=op.f("ck_session_mentor_attendance_known"),
        ),
        sa.CheckConstraint("role IN ('lead', 'support', 'stand_in')", name=op.f("ck_session_mentor_role_known")),
        sa.CheckConstraint(
            "contact_minutes BETWEEN 0 AND 1440 AND preparation_minutes BETWEEN 0 AND 1440 AND travel_minutes BETWEEN 0 AND 1440",
            name=op.f("ck_session_mentor_minutes_range"),
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["mentor.id"], name=op.f("fk_session_mentor_mentor_id_mentor")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["mentoring_session.id"], name=op.f("fk_session_mentor_session_id_mentoring_session")
        ),
        sa.PrimaryKeyConstraint("session_id", "mentor_id", name=op.f("pk_session_mentor")),
    )
    op.create_index(
        "ix_session_mentor_expected",
        "session_mentor",
        ["mentor_id", "session_id"],
        postgresql_where="attendance = 'expected'",
    )
    op.create_index("ix_session_mentor_mentor_id_session_id", "session_mentor", ["mentor_id", "session_id"])


def create_action_item_transition() -> None:
    op.create_table(
        "action_item_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("action_item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("evidence_link", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["action_item_id"], ["action_item.id"], name=op.f("fk_action_item_transition_action_item_id_action_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_item_transition")),
        sa.UniqueConstraint("action_item_id", "number", name=op.f("uq_action_item_transition_action_item_id_number")),
    )


def create_consultation() -> None:
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("content_number", sa.SmallInteger(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("platform IN ('capital', 'market', 'digital')", name=op.f("ck_consultation_platform_known")),
        sa.CheckConstraint("visibility IN ('internal', 'team')", name=op.f("ck_consultation_visibility_known")),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_consultation_void_has_reason")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_consultation_project_id_project")),
        sa.ForeignKeyConstraint(
            ["session_id", "mentor_id"],
            ["session_mentor.session_id", "session_mentor.mentor_id"],
            name="fk_consultation_session_id_mentor_id_session_mentor",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_mentor_id_id", "consultation", ["mentor_id", "id"])
    op.create_index("ix_consultation_project_id_id", "consultation", ["project_id", "id"])
    op.create_index(
        "uq_consultation_standing",
        "consultation",
        ["session_id", "project_id", "platform", "mentor_id"],
        unique=True,
        postgresql_where="voided_at IS NULL",
    )


def create_consultation_version() -> None:
    op.create_table(
        "consultation_version",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("subtopic", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("written_by_kind", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "outcome IN ('none', 'referred', 'applied', 'achieved')", name=op.f("ck_consultation_version_outcome_known")
        ),
        sa.CheckConstraint("visibility IN ('internal', 'team')", name=op.f("ck_consultation_version_visibility_known")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_version_consultation_id_consultation")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "number", name=op.f("pk_consultation_version")),
    )


def forget_graduations() -> None:
    """The version before knows no such step: the projects are active, as they were before it."""
    graduations = "SELECT id FROM project_transition WHERE action = 'graduate'"
    op.execute("ALTER TABLE project_transition DISABLE TRIGGER append_only")
    op.execute(f"DELETE FROM project_transition WHERE voids_id IN ({graduations})")
    op.execute(f"DELETE FROM project_transition WHERE id IN ({graduations})")
    op.execute("ALTER TABLE project_transition ENABLE TRIGGER append_only")
    op.execute("UPDATE project SET status = 'active' WHERE status = 'graduated'")


def append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def record_mentees() -> None:
    """Who mentored a project before this release does not review its ideas either."""
    op.execute(
        "INSERT INTO reviewer_conflict (idea_id, account_id, kind) "
        "SELECT DISTINCT i.idea_id, m.account_id, 'own_mentee' "
        "FROM project_mentor m JOIN project_idea i ON i.project_id = m.project_id ON CONFLICT DO NOTHING"
    )
