"""Persons, the places and accounts through which they are seen, and their consent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1020_people"
down_revision = "1010_localities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_person()
    create_person_place()
    create_person_viewer()
    create_consent()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("consent", "person_viewer", "person_place", "person"):
        op.drop_table(table)


def create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, name_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("locality_id", sa.Uuid(), nullable=True),
        sa.Column("province_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by_kind", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        in_a_commune("person"),
        sa.CheckConstraint("char_length(full_name) BETWEEN 1 AND 120", name=op.f("ck_person_full_name_length")),
        sa.CheckConstraint("birth_year BETWEEN 1900 AND 2100", name=op.f("ck_person_birth_year_range")),
        sa.CheckConstraint(
            "birth_date IS NULL OR birth_year IS NOT NULL AND birth_year = EXTRACT(year FROM birth_date)",
            name=op.f("ck_person_birth_year_of_birth_date"),
        ),
        sa.CheckConstraint("sex IN ('female', 'male', 'other')", name=op.f("ck_person_sex")),
        sa.CheckConstraint(
            "(locality_id IS NULL) = (province_id IS NULL)", name=op.f("ck_person_commune_with_province")
        ),
    )
    op.create_index("ix_person_locality_id_id", "person", ["locality_id", "id"])
    op.create_index("ix_person_province_id_id", "person", ["province_id", "id"])
    op.create_index("ix_person_birth_year_id", "person", ["birth_year", "id"])
    op.create_index("ix_person_phone", "person", ["phone"], postgresql_where=sa.text("phone IS NOT NULL"))
    op.create_index("ix_person_search", "person", ["search"], postgresql_using="gin")


def create_person_place() -> None:
    op.create_table(
        "person_place",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "locality_id", "source", "source_id", name="pk_person_place"),
        of_a_person("person_place", ondelete="CASCADE"),
        in_a_commune("person_place"),
    )
    op.create_index("ix_person_place_locality_id_person_id", "person_place", ["locality_id", "person_id"])
    op.create_index("ix_person_place_province_id_person_id", "person_place", ["province_id", "person_id"])
    op.create_index("ix_person_place_source_id", "person_place", ["source_id"])


def create_person_viewer() -> None:
    op.create_table(
        "person_viewer",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "account_id", "source", "source_id", name="pk_person_viewer"),
        of_a_person("person_viewer", ondelete="CASCADE"),
    )
    op.create_index("ix_person_viewer_account_id_person_id", "person_viewer", ["account_id", "person_id"])
    op.create_index("ix_person_viewer_source_id", "person_viewer", ["source_id"])


def create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="programme", nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        of_a_person("consent"),
        sa.CheckConstraint("action IN ('give', 'withdraw')", name=op.f("ck_consent_action")),
        sa.CheckConstraint("form IN ('paper', 'digital', 'verbal_recorded')", name=op.f("ck_consent_form")),
        sa.CheckConstraint("purpose IN ('programme', 'publicity')", name=op.f("ck_consent_purpose")),
    )
    op.create_index("ix_consent_person_id_id", "consent", ["person_id", "id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def in_a_commune(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["locality_id", "province_id"],
        ["locality.id", "locality.parent_id"],
        name=f"fk_{table}_locality_id_province_id_locality",
    )


def of_a_person(table: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=f"fk_{table}_person_id_person", ondelete=ondelete)
