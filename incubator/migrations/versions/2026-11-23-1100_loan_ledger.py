"""The ledger of loans with its invariants, requests that need two people, and reconciliation."""

import sqlalchemy as sa
from alembic import op

revision = "1100_loan_ledger"
down_revision = "1090_loans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_loan_entry()
    create_loan_entry_request()
    create_bank_balance()
    create_reconciliation()
    create_reconciliation_move()
    for table in ("loan_entry", "bank_balance", "reconciliation_move"):
        append_only(table)
    fill_in_reversals()
    post_to_loans()
    guard_loans()
    fire_always()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    drop_functions()
    for table in (
        "reconciliation_move",
        "reconciliation",
        "bank_balance",
        "loan_entry_request",
        "loan_entry",
    ):
        op.drop_table(table)


def create_loan_entry() -> None:
    op.create_table(
        "loan_entry",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("counts_as", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("d_normal", sa.BigInteger(), nullable=False),
        sa.Column("d_overdue", sa.BigInteger(), nullable=False),
        sa.Column("d_frozen", sa.BigInteger(), nullable=False),
        sa.Column("interest_vnd", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=True),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_loan_entry_seq_from_one")),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_loan_entry_reversal_of_an_entry")
        ),
        sa.CheckConstraint(
            "CASE kind WHEN 'disbursement' THEN d_normal > 0 AND d_overdue = 0 AND d_frozen = 0 AND interest_vnd = 0 WHEN 'repayment' THEN d_normal <= 0 AND d_overdue <= 0 AND d_frozen <= 0 AND interest_vnd >= 0 AND (d_normal + d_overdue + d_frozen < 0 OR interest_vnd > 0) WHEN 'overdue_transfer' THEN d_overdue > 0 AND d_normal = -d_overdue AND d_frozen = 0 AND interest_vnd = 0 WHEN 'overdue_cure' THEN d_normal > 0 AND d_overdue = -d_normal AND d_frozen = 0 AND interest_vnd = 0 WHEN 'freeze' THEN d_frozen > 0 AND d_normal <= 0 AND d_overdue <= 0 AND d_normal + d_overdue + d_frozen = 0 AND interest_vnd = 0 WHEN 'unfreeze' THEN d_frozen < 0 AND d_normal >= 0 AND d_overdue >= 0 AND d_normal + d_overdue + d_frozen = 0 AND interest_vnd = 0 WHEN 'write_off' THEN d_normal <= 0 AND d_overdue <= 0 AND d_frozen <= 0 AND d_normal + d_overdue + d_frozen < 0 AND interest_vnd = 0 WHEN 'adjustment' THEN d_normal <> 0 OR d_overdue <> 0 OR d_frozen <> 0 OR interest_vnd <> 0 WHEN 'reversal' THEN true ELSE false END",
            name=op.f("ck_loan_entry_signs_of_kind"),
        ),
        sa.CheckConstraint(
            "kind = counts_as OR kind = 'reversal' AND counts_as <> 'reversal'",
            name=op.f("ck_loan_entry_counts_as_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('disbursement', 'repayment', 'overdue_transfer', 'overdue_cure', 'freeze', 'unfreeze', 'write_off', 'adjustment', 'reversal')",
            name=op.f("ck_loan_entry_kind_known"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('write_off', 'adjustment', 'reversal') OR reason IS NOT NULL",
            name=op.f("ck_loan_entry_has_reason"),
        ),
        sa.CheckConstraint("source IN ('typed', 'batch')", name=op.f("ck_loan_entry_source_known")),
        sa.CheckConstraint(
            "d_normal BETWEEN -10000000000000 AND 10000000000000 AND d_overdue BETWEEN -10000000000000 AND 10000000000000 AND d_frozen BETWEEN -10000000000000 AND 10000000000000 AND interest_vnd BETWEEN -10000000000000 AND 10000000000000",
            name=op.f("ck_loan_entry_amounts_range"),
        ),
        sa.ForeignKeyConstraint(
            ["loan_id", "reverses_id"], ["loan_entry.loan_id", "loan_entry.id"], name="fk_loan_entry_reverses"
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_entry_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_entry")),
        sa.UniqueConstraint("loan_id", "id", name=op.f("uq_loan_entry_loan_id_id")),
        sa.UniqueConstraint("loan_id", "seq", name=op.f("uq_loan_entry_loan_id_seq")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_loan_entry_reverses_id")),
    )
    op.create_index(
        "ix_loan_entry_loan_id_effective_on",
        "loan_entry",
        ["loan_id", "effective_on"],
        postgresql_include=["recorded_at", "counts_as", "d_normal", "d_overdue", "d_frozen", "interest_vnd"],
    )
    op.create_index(
        "ix_loan_entry_disbursement_loan_id_effective_on",
        "loan_entry",
        ["loan_id", "effective_on"],
        postgresql_where="kind = 'disbursement'",
        postgresql_include=["id"],
    )
    op.create_index(
        "uq_loan_entry_loan_id_row_key",
        "loan_entry",
        ["loan_id", "row_key"],
        unique=True,
        postgresql_where="row_key IS NOT NULL",
    )


def create_loan_entry_request() -> None:
    op.create_table(
        "loan_entry_request",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("d_normal", sa.BigInteger(), nullable=False),
        sa.Column("d_overdue", sa.BigInteger(), nullable=False),
        sa.Column("d_frozen", sa.BigInteger(), nullable=False),
        sa.Column("interest_vnd", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_loan_entry_request_reversal_of_an_entry")
        ),
        sa.CheckConstraint(
            "(status = 'approved') = (entry_id IS NOT NULL)", name=op.f("ck_loan_entry_request_approved_has_entry")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_loan_entry_request_decided_has_moment")
        ),
        sa.CheckConstraint(
            "kind IN ('adjustment', 'reversal', 'write_off')", name=op.f("ck_loan_entry_request_kind_known")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'approved', 'refused', 'withdrawn')", name=op.f("ck_loan_entry_request_status_known")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'withdrawn') OR decided_by <> requested_by",
            name=op.f("ck_loan_entry_request_two_people"),
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name=op.f("ck_loan_entry_request_reason_length")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_loan_entry_request_decided_by_account")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["loan_entry.id"], name=op.f("fk_loan_entry_request_entry_id_loan_entry")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_entry_request_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["account.id"], name=op.f("fk_loan_entry_request_requested_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["loan_entry.id"], name=op.f("fk_loan_entry_request_reverses_id_loan_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_entry_request")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_loan_entry_request_entry_id")),
    )
    op.create_index("ix_loan_entry_request_loan_id_id", "loan_entry_request", ["loan_id", "id"])
    op.create_index("ix_loan_entry_request_status_id", "loan_entry_request", ["status", "id"])
    op.create_index(
        "uq_loan_entry_request_open_reversal",
        "loan_entry_request",
        ["reverses_id"],
        unique=True,
        postgresql_where="status = 'open' AND reverses_id IS NOT NULL",
    )


def create_bank_balance() -> None:
    op.create_table(
        "bank_balance",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("normal_vnd", sa.BigInteger(), nullable=False),
        sa.Column("overdue_vnd", sa.BigInteger(), nullable=False),
        sa.Column("frozen_vnd", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by_kind", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "normal_vnd BETWEEN 0 AND 10000000000000 AND overdue_vnd BETWEEN 0 AND 10000000000000 AND frozen_vnd BETWEEN 0 AND 10000000000000",
            name=op.f("ck_bank_balance_amounts_range"),
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_bank_balance_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_balance")),
    )
    op.create_index("ix_bank_balance_loan_id_on_day_id", "bank_balance", ["loan_id", "on_day", "id"])
    op.create_index("ix_bank_balance_on_day_id", "bank_balance", ["on_day", "id"])


def create_reconciliation() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("bank_balance_id", sa.Uuid(), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=False),
        sa.Column("d_normal", sa.BigInteger(), nullable=False),
        sa.Column("d_overdue", sa.BigInteger(), nullable=False),
        sa.Column("d_frozen", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'explained') = (cause IS NOT NULL)", name=op.f("ck_reconciliation_explained_has_cause")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (settled_at IS NULL)", name=op.f("ck_reconciliation_settled_has_moment")
        ),
        sa.CheckConstraint(
            "cause IN ('timing', 'not_yet_entered', 'bank_error', 'moved_between_buckets', 'other')",
            name=op.f("ck_reconciliation_cause_known"),
        ),
        sa.CheckConstraint("status IN ('open', 'explained', 'corrected')", name=op.f("ck_reconciliation_status_known")),
        sa.CheckConstraint(
            "d_normal <> 0 OR d_overdue <> 0 OR d_frozen <> 0", name=op.f("ck_reconciliation_is_a_difference")
        ),
        sa.ForeignKeyConstraint(
            ["bank_balance_id"], ["bank_balance.id"], name=op.f("fk_reconciliation_bank_balance_id_bank_balance")
        ),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_reconciliation_loan_id_loan")),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_reconciliation_settled_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index("ix_reconciliation_loan_id_id", "reconciliation", ["loan_id", "id"])
    op.create_index("ix_reconciliation_status_id", "reconciliation", ["status", "id"])
    op.create_index("uq_reconciliation_bank_balance_id", "reconciliation", ["bank_balance_id"], unique=True)


def create_reconciliation_move() -> None:
    op.create_table(
        "reconciliation_move",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(action = 'explain') = (cause IS NOT NULL)", name=op.f("ck_reconciliation_move_explained_has_cause")
        ),
        sa.CheckConstraint(
            "action IN ('explain', 'correct', 'reopen')", name=op.f("ck_reconciliation_move_action_known")
        ),
        sa.CheckConstraint(
            "cause IN ('timing', 'not_yet_entered', 'bank_error', 'moved_between_buckets', 'other')",
            name=op.f("ck_reconciliation_move_cause_known"),
        ),
        sa.CheckConstraint(
            "from_status IN ('open', 'explained', 'corrected')", name=op.f("ck_reconciliation_move_from_status_known")
        ),
        sa.CheckConstraint(
            "to_status IN ('open', 'explained', 'corrected')", name=op.f("ck_reconciliation_move_to_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliation.id"],
            name=op.f("fk_reconciliation_move_reconciliation_id_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_move")),
        sa.UniqueConstraint(
            "reconciliation_id", "number", name=op.f("uq_reconciliation_move_reconciliation_id_number")
        ),
    )


def fill_in_reversals() -> None:
    """A reversal is the exact negation of what it reverses, on the same day, whatever was sent."""
    op.execute(
        """
        CREATE FUNCTION fill_in_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE reversed loan_entry;
        BEGIN
          SELECT * INTO reversed FROM loan_entry WHERE id = NEW.reverses_id AND loan_id = NEW.loan_id;
          IF NOT FOUND OR reversed.kind = 'reversal' THEN
            RAISE EXCEPTION 'no entry to reverse' USING ERRCODE = '23514', CONSTRAINT = 'reversal_of_an_entry';
          END IF;
          NEW.counts_as := reversed.counts_as;
          NEW.effective_on := reversed.effective_on;
          NEW.d_normal := -reversed.d_normal;
          NEW.d_overdue := -reversed.d_overdue;
          NEW.d_frozen := -reversed.d_frozen;
          NEW.interest_vnd := -reversed.interest_vnd;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER fill_in_reversal BEFORE INSERT ON loan_entry FOR EACH ROW "
        "WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION fill_in_reversal()"
    )


def post_to_loans() -> None:
    """After each statement: lock its loans in the order of their ids, add its entries to their sums, and refuse it
    where an entry is of a wrong day, where their numbers do not follow the last one without a gap (they differ and are
    no less than 1), or where a balance is below zero at the end of any day, also of a later one.

    The end of the last day is the sum that the loan itself checks. So only loans with an entry of a later day than
    one that was added are looked at day by day: loan by loan, for a plan that was made while the table was small is
    kept, and one that walks through all of it costs more with every batch of a large load.
    """
    op.execute(
        """
        CREATE FUNCTION post_to_loans() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE today date := (clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
        BEGIN
          PERFORM FROM loan WHERE id IN (SELECT loan_id FROM added) ORDER BY id FOR NO KEY UPDATE;
          IF EXISTS (SELECT FROM added WHERE effective_on > today) THEN
            RAISE EXCEPTION 'an entry lies ahead' USING ERRCODE = '23514', CONSTRAINT = 'entry_in_future';
          END IF;
          IF EXISTS (SELECT FROM added a JOIN loan l ON l.id = a.loan_id WHERE a.effective_on < l.approved_on) THEN
            RAISE EXCEPTION 'an entry before its loan' USING ERRCODE = '23514', CONSTRAINT = 'entry_before_approval';
          END IF;
          IF EXISTS (SELECT FROM added a JOIN loan l ON l.id = a.loan_id WHERE l.cancelled_on IS NOT NULL) THEN
            RAISE EXCEPTION 'a cancelled loan' USING ERRCODE = '23514', CONSTRAINT = 'loan_cancelled';
          END IF;
          IF EXISTS (
            SELECT FROM (SELECT loan_id, max(seq) AS last, count(*) AS many FROM added GROUP BY loan_id) numbered
            JOIN loan l ON l.id = numbered.loan_id WHERE numbered.last <> l.last_seq + numbered.many
          ) THEN
            RAISE EXCEPTION 'a gap in a ledger' USING ERRCODE = '23514', CONSTRAINT = 'entries_in_sequence';
          END IF;
          UPDATE loan SET
            normal_vnd = normal_vnd + posted.normal, overdue_vnd = overdue_vnd + posted.overdue,
            frozen_vnd = frozen_vnd + posted.frozen, disbursed_vnd = disbursed_vnd + posted.disbursed,
            written_off_vnd = written_off_vnd + posted.written_off, last_seq = posted.seq,
            version = version + 1
          FROM (
            SELECT loan_id, sum(d_normal)::bigint AS normal, sum(d_overdue)::bigint AS overdue,
              sum(d_frozen)::bigint AS frozen, max(seq) AS seq,
              coalesce(sum(d_normal) FILTER (WHERE counts_as = 'disbursement'), 0)::bigint AS disbursed,
              coalesce(-sum(d_normal + d_overdue + d_frozen) FILTER (WHERE counts_as = 'write_off'), 0)::bigint
                AS written_off
            FROM added GROUP BY loan_id
          ) posted WHERE loan.id = posted.loan_id;
          IF EXISTS (
            SELECT FROM (SELECT loan_id, min(effective_on) AS day FROM added GROUP BY loan_id) first_added
            CROSS JOIN LATERAL (
              SELECT sum(sum(e.d_normal)) OVER days AS normal, sum(sum(e.d_overdue)) OVER days AS overdue,
                sum(sum(e.d_frozen)) OVER days AS frozen
              FROM loan_entry e WHERE e.loan_id = first_added.loan_id
              GROUP BY e.effective_on WINDOW days AS (ORDER BY e.effective_on)
            ) ends_of_days
            WHERE first_added.day < (SELECT max(effective_on) FROM loan_entry WHERE loan_id = first_added.loan_id)
              AND (normal < 0 OR overdue < 0 OR frozen < 0)
          ) THEN
            RAISE EXCEPTION 'a balance below zero' USING ERRCODE = '23514', CONSTRAINT = 'balance_below_zero';
          END IF;
          RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER post_to_loans AFTER INSERT ON loan_entry REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION post_to_loans()"
    )


def guard_loans() -> None:
    """The sums of a loan change by the trigger of its ledger alone, and its approval stays before its entries."""
    op.execute(
        """
        CREATE FUNCTION refuse_loan_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'not in this way' USING ERRCODE = '23514', CONSTRAINT = TG_ARGV[0];
        END $$
        """
    )
    sums = ("disbursed_vnd", "normal_vnd", "overdue_vnd", "frozen_vnd", "written_off_vnd", "last_seq")
    some = " OR ".join(f"NEW.{name} <> 0" for name in sums)
    op.execute(
        f"CREATE TRIGGER sums_start_at_zero BEFORE INSERT ON loan FOR EACH ROW WHEN ({some}) "
        "EXECUTE FUNCTION refuse_loan_change('sums_of_the_ledger')"
    )
    op.execute(
        f"CREATE TRIGGER sums_of_the_ledger BEFORE UPDATE OF {', '.join(sums)} ON loan FOR EACH ROW "
        "WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_loan_change('sums_of_the_ledger')"
    )
    op.execute(
        """
        CREATE FUNCTION keep_approval_before_entries() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM loan_entry WHERE loan_id = NEW.id AND effective_on < NEW.approved_on) THEN
            RAISE EXCEPTION 'an entry before its loan' USING ERRCODE = '23514', CONSTRAINT = 'entry_before_approval';
          END IF;
          RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER approval_before_entries BEFORE UPDATE OF approved_on ON loan FOR EACH ROW "
        "EXECUTE FUNCTION keep_approval_before_entries()"
    )


def fire_always() -> None:
    """`session_replication_role` turns the usual triggers off, and who may set it should not have to be trusted."""
    for table, triggers in {
        "loan_entry": ("append_only", "fill_in_reversal", "post_to_loans"),
        "loan": ("sums_start_at_zero", "sums_of_the_ledger", "approval_before_entries"),
    }.items():
        for trigger in triggers:
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def drop_functions() -> None:
    for function in ("post_to_loans", "fill_in_reversal", "keep_approval_before_entries", "refuse_loan_change"):
        op.execute(f"DROP FUNCTION {function}() CASCADE")


def append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
