"""`incubator demo`: the demonstration data, and who may log in to it."""

import asyncio
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from incubator import migrations
from incubator.cli.database import address_of, data_dir_option, running_database
from incubator.demo import is_empty, load_demo
from incubator.settings import Settings

ACCOUNTS_FILE = "demo-accounts.json"


class DemoAccount(msgspec.Struct):
    """A login of the demonstration."""

    username: str
    password: str
    role: str
    locality_code: str | None


class DemoToken(msgspec.Struct):
    """A service token of the demonstration."""

    name: str
    token: str
    scopes: list[str]


class DemoAccess(msgspec.Struct):
    """The file that loading the demo leaves beside the database, readable by its owner only."""

    accounts: list[DemoAccount]
    tokens: list[DemoToken]


@click.command()
@click.option(
    "--scale",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Times 812 ideas, 35,000 households and 800 activities.",
)
@click.option("--seed", default=57, show_default=True, help="The same seed makes the same data.")
@data_dir_option
def demo(scale: int, seed: int, data_dir: Path | None) -> None:
    """Fill an empty database with the demonstration data."""
    console = Console()
    with running_database(data_dir) as settings:
        asyncio.run(migrations.upgrade(address_of(settings)))
        if not asyncio.run(is_empty(address_of(settings))):
            raise click.ClickException("The database is not empty; the demonstration goes into an empty one only.")
        _load(settings, console, scale=scale, seed=seed)
        print_demo_accounts(settings.data_dir, console)


def load_if_empty(settings: Settings, console: Console) -> None:
    """Load the demonstration at the first start and leave everything alone at the later ones."""
    if asyncio.run(is_empty(address_of(settings))):
        _load(settings, console, scale=1, seed=57)


def print_demo_accounts(data_dir: Path, console: Console) -> None:
    """Show the logins and tokens of the demonstration, if this database has it."""
    file = data_dir / ACCOUNTS_FILE
    if not file.exists():
        return
    access = msgspec.json.decode(file.read_bytes(), type=DemoAccess)
    table = Table("login", "password", "role", "locality", title=f"Demo logins ({file})", title_justify="left")
    for account in access.accounts:
        table.add_row(account.username, account.password, account.role, account.locality_code or "")
    console.print(table)
    for token in access.tokens:
        console.print(f"Service token {token.name} ({' '.join(token.scopes)}): {token.token}", soft_wrap=True)


def _load(settings: Settings, console: Console, *, scale: int, seed: int) -> None:
    asyncio.run(load_demo(address_of(settings), scale=scale, seed=seed, data_dir=settings.data_dir, console=console))
