"""Pairs of persons and of ideas that may be one, and merges of persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1110_duplicates"
down_revision = "1100_loan_ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    let_persons_survive()
    create_person_duplicate()
    create_person_merge()
    create_idea_duplicate()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "idea_duplicate",
        "person_merge",
        "person_duplicate",
    ):
        op.drop_table(table)
    forget_survivors()


def create_person_duplicate() -> None:
    op.create_table(
        "person_duplicate",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_strong", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name=op.f("ck_person_duplicate_resolved_at")),
        sa.CheckConstraint(
            "status IN ('open', 'not_duplicate', 'merged')", name=op.f("ck_person_duplicate_status_known")
        ),
        sa.CheckConstraint("cardinality(evidence) > 0", name=op.f("ck_person_duplicate_has_evidence")),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_person_duplicate_lower_id_first")),
        sa.ForeignKeyConstraint(["high_id"], ["person.id"], name=op.f("fk_person_duplicate_high_id_person")),
        sa.ForeignKeyConstraint(["low_id"], ["person.id"], name=op.f("fk_person_duplicate_low_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_duplicate")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_person_duplicate_low_id_high_id")),
    )
    op.create_index("ix_person_duplicate_high_id", "person_duplicate", ["high_id"])
    op.create_index("ix_person_duplicate_status_is_strong_id", "person_duplicate", ["status", "is_strong", "id"])


def create_person_merge() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("absorbed_id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("filled", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("moved_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("merged_by_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undo_reason IS NULL)", name=op.f("ck_person_merge_undo_has_reason")),
        sa.CheckConstraint("absorbed_id <> survivor_id", name=op.f("ck_person_merge_two_persons")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["person.id"], name=op.f("fk_person_merge_absorbed_id_person")),
        sa.ForeignKeyConstraint(["survivor_id"], ["person.id"], name=op.f("fk_person_merge_survivor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    op.create_index("ix_person_merge_absorbed_id_id", "person_merge", ["absorbed_id", "id"])
    op.create_index("ix_person_merge_survivor_id_id", "person_merge", ["survivor_id", "id"])
    op.create_index(
        "uq_person_merge_absorbed_id_live",
        "person_merge",
        ["absorbed_id"],
        unique=True,
        postgresql_where="undone_at IS NULL",
    )


def create_idea_duplicate() -> None:
    op.create_table(
        "idea_duplicate",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name=op.f("ck_idea_duplicate_resolved_at")),
        sa.CheckConstraint(
            "status IN ('open', 'not_duplicate', 'merged')", name=op.f("ck_idea_duplicate_status_known")
        ),
        sa.CheckConstraint("cardinality(evidence) > 0", name=op.f("ck_idea_duplicate_has_evidence")),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_idea_duplicate_lower_id_first")),
        sa.ForeignKeyConstraint(["high_id"], ["idea.id"], name=op.f("fk_idea_duplicate_high_id_idea")),
        sa.ForeignKeyConstraint(["low_id"], ["idea.id"], name=op.f("fk_idea_duplicate_low_id_idea")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_duplicate")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_idea_duplicate_low_id_high_id")),
    )
    op.create_index("ix_idea_duplicate_high_id", "idea_duplicate", ["high_id"])
    op.create_index("ix_idea_duplicate_open_id", "idea_duplicate", ["id"], postgresql_where="status = 'open'")


def let_persons_survive() -> None:
    op.add_column("person", sa.Column("survivor_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_person_survivor_id_person", "person", "person", ["survivor_id"], ["id"])
    op.create_check_constraint("ck_person_survivor_is_another", "person", "survivor_id <> id")
    op.create_index("ix_person_survivor_id", "person", ["survivor_id"], postgresql_where="survivor_id IS NOT NULL")
    op.create_index("ix_person_name_key_id", "person", ["name_key", "id"])


def forget_survivors() -> None:
    op.drop_index("ix_person_name_key_id", table_name="person")
    op.drop_index("ix_person_survivor_id", table_name="person")
    op.drop_column("person", "survivor_id")
