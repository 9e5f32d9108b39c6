"""`incubator account`: accounts made at the server's shell, above all the first one."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from incubator import migrations
from incubator.accounts.actions import create_account_from_shell
from incubator.actor import Role
from incubator.cli.database import address_of, data_dir_option, running_database, session_of
from incubator.settings import Settings


@click.group()
def account() -> None:
    """Accounts of people."""


@account.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--locality", metavar="CODE", help="The province or commune that the role is for; all without it.")
@click.option("--sensitive", is_flag=True, help="May read ethnicity, poverty class and the like.")
@data_dir_option
def create(name: str, role: str, locality: str | None, sensitive: bool, data_dir: Path | None) -> None:
    """Create an account and print its first password, once."""
    if role == Role.commune_staff and locality is None:
        raise click.UsageError("commune_staff is for one commune or province: name it with --locality CODE.")
    with running_database(data_dir) as settings:
        username, password = asyncio.run(_create(settings, name, Role(role), locality, sensitive))
    click.echo(f"Account:  {username}\nPassword: {password}")


async def _create(settings: Settings, name: str, role: Role, locality: str | None, sensitive: bool) -> tuple[str, str]:
    await migrations.upgrade(address_of(settings))
    async with session_of(settings) as session:
        return await create_account_from_shell(
            session,
            username=name,
            role=role,
            locality_code=locality,
            sensitive=sensitive,
            now=datetime.now(UTC),
        )
