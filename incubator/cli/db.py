"""`incubator db`: the schema, backups and restoring."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from incubator import migrations
from incubator.cli.database import address_of, data_dir_option, running_database
from incubator.embedded import binary

EMPTY_SCHEMA = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


@click.group()
def db() -> None:
    """The database: its schema, backups and restoring."""


@db.command()
@data_dir_option
def upgrade(data_dir: Path | None) -> None:
    """Bring the schema to the version of this program."""
    with running_database(data_dir) as settings:
        asyncio.run(migrations.upgrade(address_of(settings)))
    click.echo(f"The schema is at {migrations.head()}.")


@db.command()
@data_dir_option
def check(data_dir: Path | None) -> None:
    """Say whether the schema is the one of this program; the exit code is 1 if not."""
    with running_database(data_dir) as settings:
        found = asyncio.run(migrations.current(address_of(settings)))
        wanted = migrations.head()
        if found != wanted:
            raise click.ClickException(f"The schema is at {found or 'nothing'}, not {wanted}: incubator db upgrade")
        if changes := asyncio.run(migrations.differences(address_of(settings))):
            raise click.ClickException("\n".join(["The schema differs from the program:", *map(str, changes)]))
    click.echo(f"The schema is at {wanted}, as it must be.")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_dir_option
def backup(file: Path, data_dir: Path | None) -> None:
    """Write the whole database to FILE, readable by its owner only; the service may run meanwhile."""
    with running_database(data_dir) as settings, tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        # FILE appears when it is complete, and an older one of the name stays until then.
        unfinished = Path(folder) / "backup"
        run_program("pg_dump", ["--format=custom", f"--file={unfinished}"], address_of(settings))
        unfinished.chmod(0o600)
        unfinished.replace(file)
    click.echo(f"Written: {file} ({file.stat().st_size:,} bytes)")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is in the database without asking.")
@data_dir_option
def restore(file: Path, yes: bool, data_dir: Path | None) -> None:
    """Replace the whole database by the backup in FILE, or leave it as it is if that fails.

    Stop the service before.
    """
    with running_database(data_dir) as settings:
        url = address_of(settings)
        if asyncio.run(migrations.current(url)) is not None and not yes:
            click.confirm("Everything in this database will be replaced. Continue?", abort=True)
        _replace_all(url, file)
        asyncio.run(migrations.upgrade(url))
    click.echo(f"Restored from {file}; the schema is at {migrations.head()}.")


@db.command()
@click.argument("message")
@data_dir_option
def revision(message: str, data_dir: Path | None) -> None:
    """Write a migration for what the models changed (for developers)."""
    with running_database(data_dir) as settings:
        asyncio.run(migrations.upgrade(address_of(settings)))
        asyncio.run(migrations.write_revision(address_of(settings), message))


def run_program(name: str, arguments: Sequence[str], url: str) -> None:
    """Run a PostgreSQL client on this database; the password does not appear among the processes."""
    address = make_url(url)
    environment = os.environ | ({"PGPASSWORD": str(address.password)} if address.password else {})
    target = address._replace(password=None).render_as_string(hide_password=False)
    command: list[str | Path] = [binary(name), *arguments, f"--dbname={target}"]
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{name} failed: {done.stderr.strip()}")


def _replace_all(url: str, file: Path) -> None:
    """One transaction over a complete script: a backup that is cut short changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        _write_script(file, script)
        options = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        run_program("psql", [*options, f"--command={EMPTY_SCHEMA}", f"--file={script}"], url)


def _write_script(backup_file: Path, script: Path) -> None:
    options = ["--no-owner", "--no-privileges", f"--file={script}"]
    command: list[str | Path] = [binary("pg_restore"), *options, backup_file]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{backup_file} is no complete backup: {done.stderr.strip()}")
