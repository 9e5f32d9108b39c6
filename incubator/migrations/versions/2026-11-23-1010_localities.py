"""Localities: the tree of provinces, communes and villages, and what old communes became."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from incubator.localities.data import read_localities, read_successions
from incubator.text import fold, sort_key, tone_key

revision = "1010_localities"
down_revision = "1000_foundation"
branch_labels = None
depends_on = None

LOCALITY_COLUMNS = {
    "id": sa.Uuid(),
    "code": sa.Text(),
    "level": sa.Text(),
    "kind": sa.Text(),
    "name": sa.Text(),
    "district": sa.Text(),
    "parent_id": sa.Uuid(),
    "valid_from": sa.Date(),
    "valid_to": sa.Date(),
    "name_key": sa.Text(),
    "tone_key": sa.Text(),
    "sort_key": sa.Text(),
}
SUCCESSION_COLUMNS = {"predecessor_id": sa.Uuid(), "successor_id": sa.Uuid(), "happened_on": sa.Date()}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_locality()
    create_locality_succession()
    insert("locality", LOCALITY_COLUMNS, locality_rows())
    insert("locality_succession", SUCCESSION_COLUMNS, succession_rows())


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("locality_succession")
    op.drop_table("locality")


def create_locality() -> None:
    op.create_table(
        "locality",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("tone_key", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "search",
            TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, name_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_locality"),
        sa.UniqueConstraint("code", "valid_from", name="uq_locality_code_valid_from"),
        sa.UniqueConstraint("id", "parent_id", name="uq_locality_id_parent_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["locality.id"], name="fk_locality_parent_id_locality"),
        sa.CheckConstraint(
            "level = 'province' AND kind IN ('province', 'city') "
            "OR level = 'commune' AND kind IN ('commune', 'ward', 'special_zone', 'township') "
            "OR level = 'village' AND kind IN ('village')",
            name="ck_locality_kind_of_level",
        ),
        sa.CheckConstraint(
            "(level = 'province') = (parent_id IS NULL)", name="ck_locality_only_provinces_have_no_parent"
        ),
        sa.CheckConstraint("district IS NULL OR level = 'commune'", name="ck_locality_only_communes_have_a_district"),
        sa.CheckConstraint("valid_to > valid_from", name="ck_locality_valid_for_a_day"),
    )
    create_locality_indexes()


def create_locality_indexes() -> None:
    op.create_index(
        "uq_locality_code_current",
        "locality",
        ["code"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_locality_village_name_current",
        "locality",
        ["parent_id", "tone_key"],
        unique=True,
        postgresql_where=sa.text("level = 'village' AND valid_to IS NULL"),
    )
    op.create_index("ix_locality_parent_id_sort_key_id", "locality", ["parent_id", "sort_key", "id"])
    op.create_index("ix_locality_sort_key_id", "locality", ["sort_key", "id"])
    op.create_index("ix_locality_name_key", "locality", ["name_key"])
    op.create_index("ix_locality_search", "locality", ["search"], postgresql_using="gin")


def create_locality_succession() -> None:
    op.create_table(
        "locality_succession",
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id", name="pk_locality_succession"),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["locality.id"], name="fk_locality_succession_predecessor_id_locality"
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["locality.id"], name="fk_locality_succession_successor_id_locality"),
    )
    op.create_index("ix_locality_succession_successor_id", "locality_succession", ["successor_id"])


def locality_rows() -> list[tuple[Any, ...]]:
    return [
        (
            fact.id, fact.code, fact.level, fact.kind, fact.name, fact.district, fact.parent_id,
            fact.valid_from, fact.valid_to, fold(fact.name), tone_key(fact.name), sort_key(fact.name),
        )
        for fact in read_localities()
    ]  # fmt: skip


def succession_rows() -> list[tuple[Any, ...]]:
    return [(fact.predecessor_id, fact.successor_id, fact.happened_on) for fact in read_successions()]


def insert(table: str, columns: dict[str, sa.types.TypeEngine[Any]], rows: Sequence[tuple[Any, ...]]) -> None:
    """All rows in one statement: one array for each column."""
    arrays = [
        sa.bindparam(name, [row[place] for row in rows], type_=ARRAY(type_))
        for place, (name, type_) in enumerate(columns.items())
    ]
    target = sa.table(table, *(sa.column(name) for name in columns))
    unnested = sa.func.unnest(*arrays).table_valued(*columns).render_derived()
    op.get_bind().execute(target.insert().from_select(list(columns), sa.select(unnested)))
