"""Calls, ideas and their history, reviews, panels and decisions."""

import json
import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1040_ideas"
down_revision = "1030_accounts"
branch_labels = None
depends_on = None

APPEND_ONLY = ("rubric", "idea_entry", "idea_transition", "idea_decision")

# Code, points (which are the weight too), English and Vietnamese label: the way start-up contests here mark.
DEFAULT_RUBRIC = (
    ("need_and_market", 20, "Need and market", "Nhu cầu và thị trường"),
    ("novelty", 15, "Novelty", "Tính mới"),
    ("feasibility", 20, "Feasibility", "Tính khả thi"),
    ("team", 15, "Team", "Đội ngũ"),
    ("community_impact", 15, "Community impact", "Tác động cộng đồng"),
    ("local_resources", 10, "Use of local resources", "Khai thác tài nguyên bản địa"),
    ("digital_readiness", 5, "Digital readiness", "Sẵn sàng chuyển đổi số"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("min_age", sa.SmallInteger(), server_default="18", nullable=False),
        sa.Column("max_age", sa.SmallInteger(), server_default="35", nullable=False),
        sa.Column("birth_year_optional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("team_limit", sa.SmallInteger(), server_default="3", nullable=False),
        sa.Column("min_reviewers", sa.SmallInteger(), server_default="2", nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("blind", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("closes_on IS NULL OR closes_on >= opens_on", name=op.f("ck_call_closes_after_opening")),
        sa.CheckConstraint(
            "min_age BETWEEN 0 AND 120 AND max_age BETWEEN min_age AND 120", name=op.f("ck_call_age_range")
        ),
        sa.CheckConstraint("min_reviewers BETWEEN 1 AND 9", name=op.f("ck_call_min_reviewers_range")),
        sa.CheckConstraint("team_limit BETWEEN 1 AND 20", name=op.f("ck_call_team_limit_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("code", name=op.f("uq_call_code")),
    )
    op.create_table(
        "panel",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("minutes_number", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("quorum", sa.SmallInteger(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quorum BETWEEN 1 AND 50", name=op.f("ck_panel_quorum_range")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_panel_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("minutes_number", name=op.f("uq_panel_minutes_number")),
    )
    op.create_index("ix_panel_held_on_id", "panel", ["held_on", "id"], unique=False)
    op.create_table(
        "rubric",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_rubric_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("call_id", "number", name=op.f("uq_rubric_call_id_number")),
    )
    op.create_table(
        "panel_member",
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_member_panel_id_panel")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panel_member_person_id_person")),
        sa.PrimaryKeyConstraint("panel_id", "person_id", name=op.f("pk_panel_member")),
    )
    op.create_table(
        "idea",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("tracking_code", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("content_number", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_locality_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("entered_by_id", sa.Uuid(), nullable=True),
        sa.Column("owner_token_id", sa.Uuid(), nullable=True),
        sa.Column("is_proxy", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("info_due_on", sa.Date(), nullable=True),
        sa.Column("info_from", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("reconsidered_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_idea_merged_has_target")
        ),
        sa.CheckConstraint(
            "(status = 'needs_info') = (info_due_on IS NOT NULL)", name=op.f("ck_idea_needs_info_has_due_day")
        ),
        sa.CheckConstraint(
            "publish_at IS NULL OR status IN ('accepted','deferred','rejected')",
            name=op.f("ck_idea_only_decisions_are_published"),
        ),
        sa.CheckConstraint(
            "status IN ('draft','submitted','screening','needs_info','in_review','review_closed','accepted','deferred','rejected','withdrawn','merged','lapsed')",
            name=op.f("ck_idea_status_known"),
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_idea_assignee_id_account")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_idea_call_id_call")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["account.id"], name=op.f("fk_idea_entered_by_id_account")),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"], ["locality.id", "locality.parent_id"], name="fk_idea_locality_province"
        ),
        sa.ForeignKeyConstraint(["merged_into_id"], ["idea.id"], name=op.f("fk_idea_merged_into_id_idea")),
        sa.ForeignKeyConstraint(["owner_token_id"], ["token.id"], name=op.f("fk_idea_owner_token_id_token")),
        sa.ForeignKeyConstraint(
            ["recorded_locality_id"], ["locality.id"], name=op.f("fk_idea_recorded_locality_id_locality")
        ),
        sa.ForeignKeyConstraint(["rubric_id"], ["rubric.id"], name=op.f("fk_idea_rubric_id_rubric")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea")),
        sa.UniqueConstraint("tracking_code", name=op.f("uq_idea_tracking_code")),
    )
    op.create_index(
        "ix_idea_assignee_id_id",
        "idea",
        ["assignee_id", "id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index("ix_idea_call_id_id", "idea", ["call_id", "id"], unique=False)
    op.create_index(
        "ix_idea_info_due_on",
        "idea",
        ["info_due_on"],
        unique=False,
        postgresql_where=sa.text("info_due_on IS NOT NULL"),
    )
    op.create_index("ix_idea_locality_id_id", "idea", ["locality_id", "id"], unique=False)
    op.create_index("ix_idea_locality_id_status_id", "idea", ["locality_id", "status", "id"], unique=False)
    op.create_index(
        "ix_idea_owner_token_id_id",
        "idea",
        ["owner_token_id", "id"],
        unique=False,
        postgresql_where=sa.text("owner_token_id IS NOT NULL"),
    )
    op.create_index("ix_idea_province_id_id", "idea", ["province_id", "id"], unique=False)
    op.create_index("ix_idea_province_id_status_id", "idea", ["province_id", "status", "id"], unique=False)
    op.create_index(
        "ix_idea_publish_at", "idea", ["publish_at"], unique=False, postgresql_where=sa.text("publish_at IS NOT NULL")
    )
    op.create_index("ix_idea_search", "idea", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_idea_status_id", "idea", ["status", "id"], unique=False)
    op.create_table(
        "idea_comment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_kind", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_comment_idea_id_idea")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_comment")),
    )
    op.create_index("ix_idea_comment_idea_id_id", "idea_comment", ["idea_id", "id"], unique=False)
    op.create_table(
        "idea_document",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_idea_document_sha256_hex")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_document_idea_id_idea")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_document")),
        sa.UniqueConstraint("idea_id", "sha256", name=op.f("uq_idea_document_idea_id_sha256")),
    )
    op.create_index("ix_idea_document_idea_id_id", "idea_document", ["idea_id", "id"], unique=False)
    op.create_table(
        "idea_entry",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_locality_id", sa.Uuid(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_idea_entry_call_id_call")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_entry_idea_id_idea")),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_idea_entry_locality_province",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_locality_id"], ["locality.id"], name=op.f("fk_idea_entry_recorded_locality_id_locality")
        ),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_entry")),
    )
    op.create_index("ix_idea_entry_entered_on", "idea_entry", ["entered_on"], unique=False)
    op.create_table(
        "idea_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
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
        sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True),
        sa.Column("content_number", sa.SmallInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_transition_idea_id_idea")),
        sa.ForeignKeyConstraint(
            ["on_behalf_of_id"], ["person.id"], name=op.f("fk_idea_transition_on_behalf_of_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["voids_id"], ["idea_transition.id"], name=op.f("fk_idea_transition_voids_id_idea_transition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_transition")),
        sa.UniqueConstraint("idea_id", "number", name=op.f("uq_idea_transition_idea_id_number")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_idea_transition_voids_id")),
    )
    op.create_index("ix_idea_transition_action_occurred_on", "idea_transition", ["action", "occurred_on"], unique=False)
    op.create_table(
        "idea_version",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("solution", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("need_capital", sa.Text(), nullable=True),
        sa.Column("need_market", sa.Text(), nullable=True),
        sa.Column("need_digital", sa.Text(), nullable=True),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_idea_version_title_length")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_version_idea_id_idea")),
        sa.PrimaryKeyConstraint("idea_id", "number", name=op.f("pk_idea_version")),
    )
    op.create_table(
        "idea_viewer",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_idea_viewer_account_id_account")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_viewer_idea_id_idea")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", "source", name=op.f("pk_idea_viewer")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("content_number", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="to_do", nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("total", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("floor_failed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=True),
        sa.Column("confidence", sa.SmallInteger(), nullable=True),
        sa.Column("feedback_to_applicant", sa.Text(), nullable=True),
        sa.Column("private_note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=False),
        sa.Column("assigned_because", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state <> 'submitted') OR (total IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_review_submitted_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('to_do','draft','submitted','abstained','recused','stale')", name=op.f("ck_review_state_known")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_review_idea_id_idea")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name=op.f("fk_review_reviewer_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "idea_id", "reviewer_id", "content_number", name=op.f("uq_review_idea_id_reviewer_id_content_number")
        ),
    )
    op.create_index("ix_review_reviewer_id_state_id", "review", ["reviewer_id", "state", "id"], unique=False)
    op.create_index(
        "ix_review_to_do",
        "review",
        ["reviewer_id", "idea_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('to_do','draft')"),
    )
    op.create_table(
        "reviewer_conflict",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reviewer_conflict_account_id_account")),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_reviewer_conflict_idea_id_idea")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", "kind", name=op.f("pk_reviewer_conflict")),
    )
    op.create_index("ix_reviewer_conflict_account_id", "reviewer_conflict", ["account_id"], unique=False)
    op.create_table(
        "idea_decision",
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("panel_id", sa.Uuid(), nullable=False),
        sa.Column("content_number", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("median", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("floor_failed", sa.Boolean(), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted','deferred','rejected')", name=op.f("ck_idea_decision_outcome_known")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_decision_idea_id_idea")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_idea_decision_panel_id_panel")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["idea_transition.id"], name=op.f("fk_idea_decision_transition_id_idea_transition")
        ),
        sa.PrimaryKeyConstraint("transition_id", name=op.f("pk_idea_decision")),
    )
    op.create_index("ix_idea_decision_idea_id", "idea_decision", ["idea_id"], unique=False)
    op.create_index("ix_idea_decision_panel_id", "idea_decision", ["panel_id"], unique=False)
    op.create_table(
        "idea_member",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id", "number"],
            ["idea_version.idea_id", "idea_version.number"],
            name=op.f("fk_idea_member_idea_id_number_idea_version"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idea_member_person_id_person")),
        sa.PrimaryKeyConstraint("idea_id", "number", "position", name=op.f("pk_idea_member")),
        sa.UniqueConstraint("idea_id", "number", "person_id", name=op.f("uq_idea_member_idea_id_number_person_id")),
    )
    op.create_index("ix_idea_member_person_id", "idea_member", ["person_id"], unique=False)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    add_open_call()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_idea_member_person_id", table_name="idea_member")
    op.drop_table("idea_member")
    op.drop_index("ix_idea_decision_panel_id", table_name="idea_decision")
    op.drop_index("ix_idea_decision_idea_id", table_name="idea_decision")
    op.drop_table("idea_decision")
    op.drop_index("ix_reviewer_conflict_account_id", table_name="reviewer_conflict")
    op.drop_table("reviewer_conflict")
    op.drop_index("ix_review_to_do", table_name="review", postgresql_where=sa.text("state IN ('to_do','draft')"))
    op.drop_index("ix_review_reviewer_id_state_id", table_name="review")
    op.drop_table("review")
    op.drop_table("idea_viewer")
    op.drop_table("idea_version")
    op.drop_index("ix_idea_transition_action_occurred_on", table_name="idea_transition")
    op.drop_table("idea_transition")
    op.drop_index("ix_idea_entry_entered_on", table_name="idea_entry")
    op.drop_table("idea_entry")
    op.drop_index("ix_idea_document_idea_id_id", table_name="idea_document")
    op.drop_table("idea_document")
    op.drop_index("ix_idea_comment_idea_id_id", table_name="idea_comment")
    op.drop_table("idea_comment")
    op.drop_index("ix_idea_status_id", table_name="idea")
    op.drop_index("ix_idea_search", table_name="idea", postgresql_using="gin")
    op.drop_index("ix_idea_publish_at", table_name="idea", postgresql_where=sa.text("publish_at IS NOT NULL"))
    op.drop_index("ix_idea_province_id_status_id", table_name="idea")
    op.drop_index("ix_idea_province_id_id", table_name="idea")
    op.drop_index(
        "ix_idea_owner_token_id_id", table_name="idea", postgresql_where=sa.text("owner_token_id IS NOT NULL")
    )
    op.drop_index("ix_idea_locality_id_status_id", table_name="idea")
    op.drop_index("ix_idea_locality_id_id", table_name="idea")
    op.drop_index("ix_idea_info_due_on", table_name="idea", postgresql_where=sa.text("info_due_on IS NOT NULL"))
    op.drop_index("ix_idea_call_id_id", table_name="idea")
    op.drop_index("ix_idea_assignee_id_id", table_name="idea", postgresql_where=sa.text("assignee_id IS NOT NULL"))
    op.drop_table("idea")
    op.drop_table("panel_member")
    op.drop_table("rubric")
    op.drop_index("ix_panel_held_on_id", table_name="panel")
    op.drop_table("panel")
    op.drop_table("call")


def add_open_call() -> None:
    """The call that always exists, for ideas that come outside a contest."""
    call_id = uuid.uuid5(uuid.NAMESPACE_URL, "incubator:call:open")
    criteria = [
        {
            "code": code, "label_en": en, "label_vi": vi, "max": points, "weight": points,
            "floor": 1, "required": True, "independent": False,
        }
        for code, points, en, vi in DEFAULT_RUBRIC
    ]  # fmt: skip
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO call (id, code, title, opens_on) VALUES (:id, 'open', 'Ý tưởng ngoài các đợt thi', '2015-01-01')"
        ),
        {"id": call_id},
    )
    connection.execute(
        sa.text(
            "INSERT INTO rubric (id, call_id, number, criteria) VALUES (:id, :call_id, 1, CAST(:criteria AS jsonb))"
        ),
        {"id": uuid.uuid5(call_id, "1"), "call_id": call_id, "criteria": json.dumps(criteria)},
    )
