"""Projects, their ideas, baseline, mentors and history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1060_projects"
down_revision = "1040_ideas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_project()
    create_project_idea()
    create_project_need()
    create_project_mentor()
    create_project_transition()
    keep_founded_ideas_accepted()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER keep_founded_idea ON idea")
    op.execute("DROP FUNCTION refuse_change_of_founded_idea()")
    for table in ("project_transition", "project_mentor", "project_need", "project_idea", "project"):
        op.drop_table(table)


def create_project() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, search_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_project_locality_id_province_id_locality",
        ),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_project_title_length")),
        sa.CheckConstraint(
            "status IN ('onboarding', 'active', 'paused', 'graduated', 'closed')", name=op.f("ck_project_status_known")
        ),
        sa.CheckConstraint(
            "closed_reason IN ('no_capital', 'no_market', 'family', 'migrated', 'merged', 'other')",
            name=op.f("ck_project_closed_reason_known"),
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_reason IS NOT NULL)", name=op.f("ck_project_closed_has_reason")
        ),
        sa.CheckConstraint("moved_on >= founded_on", name=op.f("ck_project_moves_after_founding")),
    )
    for columns in (["province_id", "id"], ["locality_id", "id"], ["status", "id"], ["founded_on", "id"]):
        op.create_index(f"ix_project_{'_'.join(columns)}", "project", columns)
    op.create_index("ix_project_search", "project", ["search"], postgresql_using="gin")


def create_project_idea() -> None:
    op.create_table(
        "project_idea",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("idea_id", name="pk_project_idea"),
        sa.UniqueConstraint("project_id", "position", name="uq_project_idea_project_id_position"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_project_idea_idea_id_idea"),
        of_a_project("project_idea"),
    )


def create_project_need() -> None:
    op.create_table(
        "project_need",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "platform", name="pk_project_need"),
        of_a_project("project_need"),
        sa.CheckConstraint("platform IN ('capital', 'market', 'digital')", name=op.f("ck_project_need_platform_known")),
    )


def create_project_mentor() -> None:
    op.create_table(
        "project_mentor",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project_mentor"),
        of_a_project("project_mentor"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_project_mentor_account_id_account"),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_project_mentor_ends_after_start")),
        sa.CheckConstraint("(to_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_project_mentor_end_has_reason")),
    )
    op.create_index(
        "uq_project_mentor_current",
        "project_mentor",
        ["project_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_index("ix_project_mentor_account_id_project_id", "project_mentor", ["account_id", "project_id"])
    op.create_index("ix_project_mentor_project_id_id", "project_mentor", ["project_id", "id"])


def create_project_transition() -> None:
    op.create_table(
        "project_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
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
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_project_transition"),
        sa.UniqueConstraint("project_id", "number", name="uq_project_transition_project_id_number"),
        sa.UniqueConstraint("voids_id", name="uq_project_transition_voids_id"),
        of_a_project("project_transition"),
        sa.ForeignKeyConstraint(
            ["voids_id"], ["project_transition.id"], name="fk_project_transition_voids_id_project_transition"
        ),
    )
    op.create_index("ix_project_transition_action_occurred_on", "project_transition", ["action", "occurred_on"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON project_transition "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def keep_founded_ideas_accepted() -> None:
    """Ideas stand below projects and cannot ask them, so the database refuses; the constraint's name is a rule."""
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_founded_idea() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM project_idea WHERE idea_id = NEW.id) THEN
            RAISE EXCEPTION 'a project was founded from this idea'
              USING ERRCODE = '23514', CONSTRAINT = 'already_founded';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_founded_idea BEFORE UPDATE OF status ON idea FOR EACH ROW "
        "WHEN (OLD.status = 'accepted' AND NEW.status <> 'accepted') "
        "EXECUTE FUNCTION refuse_change_of_founded_idea()"
    )


def of_a_project(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{table}_project_id_project")
