"""Lenders, loan programmes, credit groups, applications, loans, schedules and inspections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1090_loans"
down_revision = "1080_households"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_lender()
    create_loan_programme()
    create_loan_programme_rate()
    create_credit_group()
    create_credit_group_member()
    create_loan_application()
    create_loan_application_transition()
    create_loan()
    create_loan_rate()
    create_loan_schedule()
    create_loan_instalment()
    create_loan_inspection()
    for table in ("loan_application_transition", "loan_schedule", "loan_instalment", "loan_inspection"):
        append_only(table)
    make_instalments_add_up()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "loan_inspection",
        "loan_instalment",
        "loan_schedule",
        "loan_rate",
        "loan",
        "loan_application_transition",
        "loan_application",
        "credit_group_member",
        "credit_group",
        "loan_programme_rate",
        "loan_programme",
        "lender",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION check_instalments()")


def create_lender() -> None:
    op.create_table(
        "lender",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name=op.f("ck_lender_code_form")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_lender_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lender")),
        sa.UniqueConstraint("code", name=op.f("uq_lender_code")),
    )


def create_loan_programme() -> None:
    op.create_table(
        "loan_programme",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("max_vnd", sa.BigInteger(), nullable=True),
        sa.Column("max_months", sa.SmallInteger(), nullable=True),
        sa.Column("overdue_factor_ppm", sa.Integer(), server_default="1300000", nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name=op.f("ck_loan_programme_code_form")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_loan_programme_name_length")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_loan_programme_ends_after_start")),
        sa.CheckConstraint("max_months BETWEEN 1 AND 600", name=op.f("ck_loan_programme_max_months_range")),
        sa.CheckConstraint("max_vnd BETWEEN 1 AND 10000000000000", name=op.f("ck_loan_programme_max_vnd_range")),
        sa.CheckConstraint(
            "overdue_factor_ppm BETWEEN 1000000 AND 3000000", name=op.f("ck_loan_programme_overdue_factor_range")
        ),
        sa.ForeignKeyConstraint(["lender_id"], ["lender.id"], name=op.f("fk_loan_programme_lender_id_lender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_programme")),
        sa.UniqueConstraint("id", "lender_id", name=op.f("uq_loan_programme_id_lender_id")),
        sa.UniqueConstraint("lender_id", "code", name=op.f("uq_loan_programme_lender_id_code")),
    )


def create_loan_programme_rate() -> None:
    op.create_table(
        "loan_programme_rate",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name=op.f("ck_loan_programme_rate_rate_range")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["loan_programme.id"], name=op.f("fk_loan_programme_rate_programme_id_loan_programme")
        ),
        sa.PrimaryKeyConstraint("programme_id", "from_on", name=op.f("pk_loan_programme_rate")),
    )


def create_credit_group() -> None:
    op.create_table(
        "credit_group",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("bank_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, search_key)", persisted=True),
            nullable=False,
        ),
        sa.Column("village_id", sa.Uuid(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 200", name=op.f("ck_credit_group_name_length")),
        sa.CheckConstraint("dissolved_on >= formed_on", name=op.f("ck_credit_group_dissolved_after_formed")),
        sa.ForeignKeyConstraint(["leader_id"], ["person.id"], name=op.f("fk_credit_group_leader_id_person")),
        sa.ForeignKeyConstraint(["lender_id"], ["lender.id"], name=op.f("fk_credit_group_lender_id_lender")),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_credit_group_locality_id_province_id_locality",
        ),
        sa.ForeignKeyConstraint(
            ["village_id", "locality_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_credit_group_village_id_locality_id_locality",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_group")),
        sa.UniqueConstraint("lender_id", "bank_code", name=op.f("uq_credit_group_lender_id_bank_code")),
    )
    op.create_index("ix_credit_group_locality_id_id", "credit_group", ["locality_id", "id"])
    op.create_index("ix_credit_group_province_id_id", "credit_group", ["province_id", "id"])
    op.create_index("ix_credit_group_village_id_id", "credit_group", ["village_id", "id"])
    op.create_index("ix_credit_group_search", "credit_group", ["search"], postgresql_using="gin")


def create_credit_group_member() -> None:
    op.create_table(
        "credit_group_member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(household_id, household_id, '[]')"), "&&"),
            (sa.text("daterange(from_on, to_on, '[]')"), "&&"),
            using="gist",
            name="ex_credit_group_member_household",
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_credit_group_member_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["credit_group.id"], name=op.f("fk_credit_group_member_group_id_credit_group")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_credit_group_member_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_group_member")),
    )
    op.create_index("ix_credit_group_member_group_id_id", "credit_group_member", ["group_id", "id"])
    op.create_index("ix_credit_group_member_household_id_from_on", "credit_group_member", ["household_id", "from_on"])


def create_loan_application() -> None:
    op.create_table(
        "loan_application",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("asked_vnd", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_kind", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'group_approved', 'commune_certified', 'bank_approved', 'rejected', 'withdrawn')",
            name=op.f("ck_loan_application_status_known"),
        ),
        sa.CheckConstraint("asked_vnd BETWEEN 1 AND 10000000000000", name=op.f("ck_loan_application_asked_vnd_range")),
        sa.CheckConstraint("char_length(purpose) BETWEEN 1 AND 500", name=op.f("ck_loan_application_purpose_length")),
        sa.CheckConstraint("months BETWEEN 1 AND 600", name=op.f("ck_loan_application_months_range")),
        sa.CheckConstraint("moved_on >= applied_on", name=op.f("ck_loan_application_moves_after_entry")),
        sa.ForeignKeyConstraint(["applicant_id"], ["person.id"], name=op.f("fk_loan_application_applicant_id_person")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["credit_group.id"], name=op.f("fk_loan_application_group_id_credit_group")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_loan_application_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_loan_application_locality_id_province_id_locality",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["loan_programme.id"], name=op.f("fk_loan_application_programme_id_loan_programme")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_loan_application_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_application")),
    )
    op.create_index("ix_loan_application_applicant_id", "loan_application", ["applicant_id"])
    op.create_index("ix_loan_application_group_id_id", "loan_application", ["group_id", "id"])
    op.create_index("ix_loan_application_household_id_id", "loan_application", ["household_id", "id"])
    op.create_index("ix_loan_application_locality_id_id", "loan_application", ["locality_id", "id"])
    op.create_index("ix_loan_application_programme_id_id", "loan_application", ["programme_id", "id"])
    op.create_index(
        "ix_loan_application_project_id_id",
        "loan_application",
        ["project_id", "id"],
        postgresql_where="project_id IS NOT NULL",
    )
    op.create_index("ix_loan_application_province_id_id", "loan_application", ["province_id", "id"])
    op.create_index("ix_loan_application_status_id", "loan_application", ["status", "id"])


def create_loan_application_transition() -> None:
    op.create_table(
        "loan_application_transition",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
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
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["loan_application.id"],
            name=op.f("fk_loan_application_transition_application_id_loan_application"),
        ),
        sa.ForeignKeyConstraint(
            ["voids_id"],
            ["loan_application_transition.id"],
            name=op.f("fk_loan_application_transition_voids_id_loan_application_transition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_application_transition")),
        sa.UniqueConstraint(
            "application_id", "number", name=op.f("uq_loan_application_transition_application_id_number")
        ),
        sa.UniqueConstraint("voids_id", name=op.f("uq_loan_application_transition_voids_id")),
    )


def create_loan() -> None:
    op.create_table(
        "loan",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lender_id", sa.Uuid(), nullable=False),
        sa.Column("contract_no", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("borrower_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("approved_vnd", sa.BigInteger(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("maturity_on", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("locality_id", sa.Uuid(), nullable=False),
        sa.Column("province_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_locality_id", sa.Uuid(), nullable=True),
        sa.Column("disbursed_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("normal_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("overdue_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("frozen_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("written_off_vnd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "status",
            sa.Text(),
            sa.Computed(
                "CASE WHEN cancelled_on IS NOT NULL THEN 'cancelled' WHEN normal_vnd + overdue_vnd + frozen_vnd > 0 THEN CASE WHEN disbursed_vnd < approved_vnd THEN 'disbursing' ELSE 'active' END WHEN disbursed_vnd = 0 THEN 'approved' WHEN written_off_vnd > 0 THEN 'written_off' ELSE 'settled' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_kind", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(cancelled_on IS NULL) = (cancel_reason IS NULL)", name=op.f("ck_loan_cancelled_has_reason")
        ),
        sa.CheckConstraint("approved_vnd BETWEEN 1 AND 10000000000000", name=op.f("ck_loan_approved_vnd_range")),
        sa.CheckConstraint("cancelled_on >= approved_on", name=op.f("ck_loan_cancelled_after_approval")),
        sa.CheckConstraint(
            "cancelled_on IS NULL OR disbursed_vnd = 0 AND normal_vnd + overdue_vnd + frozen_vnd = 0",
            name=op.f("ck_loan_cancelled_unused"),
        ),
        sa.CheckConstraint("char_length(contract_no) BETWEEN 1 AND 60", name=op.f("ck_loan_contract_no_length")),
        sa.CheckConstraint("disbursed_vnd BETWEEN 0 AND approved_vnd", name=op.f("ck_loan_disbursed_within_approved")),
        sa.CheckConstraint("maturity_on > approved_on", name=op.f("ck_loan_matures_after_approval")),
        sa.CheckConstraint(
            "normal_vnd >= 0 AND overdue_vnd >= 0 AND frozen_vnd >= 0", name=op.f("ck_loan_balance_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["loan_application.id"], name=op.f("fk_loan_application_id_loan_application")
        ),
        sa.ForeignKeyConstraint(["borrower_id"], ["person.id"], name=op.f("fk_loan_borrower_id_person")),
        sa.ForeignKeyConstraint(["group_id"], ["credit_group.id"], name=op.f("fk_loan_group_id_credit_group")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_loan_household_id_household")),
        sa.ForeignKeyConstraint(["lender_id"], ["lender.id"], name=op.f("fk_loan_lender_id_lender")),
        sa.ForeignKeyConstraint(
            ["locality_id", "province_id"],
            ["locality.id", "locality.parent_id"],
            name="fk_loan_locality_id_province_id_locality",
        ),
        sa.ForeignKeyConstraint(
            ["programme_id", "lender_id"],
            ["loan_programme.id", "loan_programme.lender_id"],
            name="fk_loan_programme_id_lender_id_loan_programme",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_loan_project_id_project")),
        sa.ForeignKeyConstraint(
            ["recorded_locality_id"], ["locality.id"], name=op.f("fk_loan_recorded_locality_id_locality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("lender_id", "contract_no", name=op.f("uq_loan_lender_id_contract_no")),
    )
    op.create_index(
        "uq_loan_application_id", "loan", ["application_id"], unique=True, postgresql_where="cancelled_on IS NULL"
    )
    op.create_index("ix_loan_borrower_id_id", "loan", ["borrower_id", "id"])
    op.create_index("ix_loan_contract_no_id", "loan", ["contract_no", "id"])
    op.create_index("ix_loan_group_id_id", "loan", ["group_id", "id"])
    op.create_index("ix_loan_household_id_id", "loan", ["household_id", "id"])
    op.create_index("ix_loan_lender_id_id", "loan", ["lender_id", "id"])
    op.create_index("ix_loan_locality_id_id", "loan", ["locality_id", "id"])
    op.create_index("ix_loan_overdue_id", "loan", ["id"], postgresql_where="overdue_vnd > 0")
    op.create_index("ix_loan_programme_id_id", "loan", ["programme_id", "id"])
    op.create_index("ix_loan_project_id_id", "loan", ["project_id", "id"], postgresql_where="project_id IS NOT NULL")
    op.create_index("ix_loan_province_id_id", "loan", ["province_id", "id"])
    op.create_index("ix_loan_status_id", "loan", ["status", "id"])


def create_loan_rate() -> None:
    op.create_table(
        "loan_rate",
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name=op.f("ck_loan_rate_rate_range")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_rate_loan_id_loan")),
        sa.PrimaryKeyConstraint("loan_id", "from_on", name=op.f("pk_loan_rate")),
    )


def create_loan_schedule() -> None:
    op.create_table(
        "loan_schedule",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("principal_vnd", sa.BigInteger(), nullable=False),
        sa.Column("first_interest_on", sa.Date(), nullable=False),
        sa.Column("interest_months", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(number = 1) = (reason = 'original')", name=op.f("ck_loan_schedule_first_is_original")),
        sa.CheckConstraint("reason = 'original' OR note IS NOT NULL", name=op.f("ck_loan_schedule_change_has_note")),
        sa.CheckConstraint(
            "reason IN ('original', 'instalment_adjusted', 'extended', 'after_freeze', 'correction')",
            name=op.f("ck_loan_schedule_reason_known"),
        ),
        sa.CheckConstraint("interest_months BETWEEN 1 AND 12", name=op.f("ck_loan_schedule_interest_months_range")),
        sa.CheckConstraint(
            "principal_vnd BETWEEN 1 AND 10000000000000", name=op.f("ck_loan_schedule_principal_vnd_range")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_schedule_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_schedule")),
        sa.UniqueConstraint("loan_id", "number", name=op.f("uq_loan_schedule_loan_id_number")),
    )
    op.create_index("ix_loan_schedule_loan_id_decided_on_number", "loan_schedule", ["loan_id", "decided_on", "number"])


def create_loan_instalment() -> None:
    op.create_table(
        "loan_instalment",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("principal_vnd", sa.BigInteger(), nullable=False),
        sa.Column("due_in_all_vnd", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("due_in_all_vnd >= principal_vnd", name=op.f("ck_loan_instalment_sum_holds_it")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_loan_instalment_number_from_one")),
        sa.CheckConstraint(
            "principal_vnd BETWEEN 1 AND 10000000000000", name=op.f("ck_loan_instalment_principal_vnd_range")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["loan_schedule.id"], name=op.f("fk_loan_instalment_schedule_id_loan_schedule")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "number", name=op.f("pk_loan_instalment")),
        sa.UniqueConstraint("schedule_id", "due_on", name=op.f("uq_loan_instalment_schedule_id_due_on")),
    )
    op.create_index(
        "ix_loan_instalment_schedule_id_due_in_all_vnd",
        "loan_instalment",
        ["schedule_id", "due_in_all_vnd"],
        postgresql_include=["due_on"],
    )
    op.create_index("ix_loan_instalment_due_on_schedule_id", "loan_instalment", ["due_on", "schedule_id"])


def create_loan_inspection() -> None:
    op.create_table(
        "loan_inspection",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("used_as_agreed", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "used_as_agreed = 'yes' OR note IS NOT NULL", name=op.f("ck_loan_inspection_deviation_has_note")
        ),
        sa.CheckConstraint("used_as_agreed IN ('yes', 'partly', 'no')", name=op.f("ck_loan_inspection_use_known")),
        sa.CheckConstraint(
            "(voids_id IS NULL) = (used_as_agreed IS NOT NULL)", name=op.f("ck_loan_inspection_void_says_nothing")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_inspection_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["voids_id"], ["loan_inspection.id"], name=op.f("fk_loan_inspection_voids_id_loan_inspection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_inspection")),
        sa.UniqueConstraint("voids_id", name=op.f("uq_loan_inspection_voids_id")),
    )
    op.create_index("ix_loan_inspection_loan_id_id", "loan_inspection", ["loan_id", "id"])
    op.create_index("ix_loan_inspection_loan_id_inspected_on", "loan_inspection", ["loan_id", "inspected_on"])


def make_instalments_add_up() -> None:
    """All instalments of a version come at once, in order, and add up to it; none is added later."""
    op.execute(
        """
        CREATE FUNCTION check_instalments() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (
            SELECT FROM (
              SELECT schedule_id, number, due_on, due_in_all_vnd, row_number() OVER ordered AS place,
                lag(due_on) OVER ordered AS due_before, sum(principal_vnd) OVER ordered AS so_far,
                sum(principal_vnd) OVER (PARTITION BY schedule_id) AS in_all
              FROM loan_instalment WHERE schedule_id IN (SELECT schedule_id FROM added)
              WINDOW ordered AS (PARTITION BY schedule_id ORDER BY number)
            ) i JOIN loan_schedule s ON s.id = i.schedule_id
            WHERE i.place <> i.number OR i.due_before >= i.due_on OR i.so_far <> i.due_in_all_vnd
              OR i.in_all <> s.principal_vnd
          ) THEN
            RAISE EXCEPTION 'instalments do not add up' USING ERRCODE = '23514', CONSTRAINT = 'instalments_add_up';
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER check_instalments AFTER INSERT ON loan_instalment REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION check_instalments()"
    )


def append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
