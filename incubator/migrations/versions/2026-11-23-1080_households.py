"""Households with their dated members and classes, and citizen ids."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1080_households"
down_revision = "1070_mentoring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE TYPE uuidrange AS RANGE (subtype = uuid)")
    create_household()
    create_citizen_id()
    create_household_class()
    create_household_member()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "household_member",
        "household_class",
        "citizen_id",
        "household",
    ):
        op.drop_table(table)
    op.execute("DROP TYPE uuidrange")


def create_household() -> None:
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_locality_id", sa.Uuid(), nullable=True),
        sa.Column("village_id", sa.Uuid(), nullable=True),
        sa.Column("entered_by_kind", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_household_locality_id_province_id_locality",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_locality_id"], ["locality.id"], name=op.f("fk_household_recorded_locality_id_locality")
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "locality_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_household_village_id_locality_id_locality",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index("ix_household_locality_id_id", "household", ["locality_id", "id"])
    op.create_index("ix_household_province_id_id", "household", ["province_id", "id"])
    op.create_index("ix_household_village_id_id", "household", ["village_id", "id"])


def create_citizen_id() -> None:
    op.create_table(
        "citizen_id",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "key_mark",
            sa.LargeBinary(),
            sa.Computed("substring(sealed from 1 for 4)", persisted=True),
            nullable=False,
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sa.Text(), nullable=False),
        sa.Column("was_padded", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("last_four ~ '^[0-9]{4}$'", name=op.f("ck_citizen_id_last_four_digits")),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_citizen_id_digest_length")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_citizen_id_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_citizen_id")),
    )
    op.create_index("ix_citizen_id_digest", "citizen_id", ["digest"])
    op.create_index("ix_citizen_id_key_mark", "citizen_id", ["key_mark"])


def create_household_class() -> None:
    op.create_table(
        "household_class",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("poverty_class", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "poverty_class IN ('poor', 'near_poor', 'newly_escaped', 'average', 'none')",
            name=op.f("ck_household_class_poverty_class_known"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_household_class_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_class")),
        sa.UniqueConstraint("household_id", "from_on", name=op.f("uq_household_class_household_id_from_on")),
    )


def create_household_member() -> None:
    op.create_table(
        "household_member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(household_id, household_id, '[]')"), "&&"),
            (sa.text("daterange(from_on, to_on, '[]')"), "&&"),
            where=sa.text("relation = 'head'"),
            using="gist",
            name="ex_household_member_head",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(person_id, person_id, '[]')"), "&&"),
            (sa.text("daterange(from_on, to_on, '[]')"), "&&"),
            using="gist",
            name="ex_household_member_person",
        ),
        sa.CheckConstraint(
            "relation IN ('head', 'spouse', 'child', 'parent', 'sibling', 'other')",
            name=op.f("ck_household_member_relation_known"),
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_household_member_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_household_member_household_id_household")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_household_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_member")),
    )
    op.create_index("ix_household_member_household_id_id", "household_member", ["household_id", "id"])
    op.create_index("ix_household_member_person_id_from_on", "household_member", ["person_id", "from_on"])
