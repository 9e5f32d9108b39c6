"""`incubator jobs`: what is due, for installations that run it from a timer."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from incubator.cli.database import data_dir_option, require_newest_schema, running_database
from incubator.db import Database
from incubator.jobs import run_jobs
from incubator.settings import Settings


@click.group()
def jobs() -> None:
    """Work that is due by the clock."""


@jobs.command()
@data_dir_option
def run(data_dir: Path | None) -> None:
    """Do everything that is due now; doing it twice has no second effect."""
    with running_database(data_dir) as settings:
        require_newest_schema(settings)
        asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    database = await Database.open(settings)
    try:
        await run_jobs(database, datetime.now(UTC))
    finally:
        await database.close()
