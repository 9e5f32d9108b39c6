"""What alembic runs for each command; the connection comes from `incubator.migrations`."""

from alembic import context

from incubator.migrations.metadata import target_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=target_metadata(),
    transaction_per_migration=True,
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
