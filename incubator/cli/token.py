"""`incubator token`: service tokens for frontends and other programs. Phones at events are enrolled."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from incubator import migrations
from incubator.accounts.tokens.actions import create_token_from_shell
from incubator.actor import Scope
from incubator.cli.database import address_of, data_dir_option, running_database, session_of
from incubator.settings import Settings


@click.group()
def token() -> None:
    """Service tokens of frontends and other programs."""


@token.command()
@click.option("--name", required=True, help="Who will use it.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([scope.value for scope in Scope if scope is not Scope.check_in_write]),
    help="What it may do; may be repeated.",
)
@click.option("--locality", metavar="CODE", help="The province or commune that it is for; all without it.")
@data_dir_option
def create(name: str, scopes: Sequence[str], locality: str | None, data_dir: Path | None) -> None:
    """Create a service token and print it, once."""
    with running_database(data_dir) as settings:
        click.echo(asyncio.run(_create(settings, name, list(map(Scope, scopes)), locality)))


async def _create(settings: Settings, name: str, scopes: Sequence[Scope], locality: str | None) -> str:
    await migrations.upgrade(address_of(settings))
    async with session_of(settings) as session:
        return await create_token_from_shell(
            session, name=name, scopes=scopes, locality_code=locality, now=datetime.now(UTC)
        )
