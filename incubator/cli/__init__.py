"""The command line: `incubator serve | demo | db | jobs | loans | account | token | openapi`."""

from importlib import import_module

import click

from incubator.settings import SettingsError

COMMANDS = ("serve", "demo", "db", "jobs", "loans", "account", "token", "openapi")


class CommandsOnDemand(click.Group):
    """Loads the module of the one command that is called.

    The workers of `serve` import this module again, and must not carry the demo data or the migrations.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, from the module of the same name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"incubator.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a wrong setting is one line on standard error, not a traceback."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error


@click.command(cls=CommandsOnDemand)
@click.version_option(package_name="incubator")
def main() -> None:
    """The Youth Startup Incubator's service: ideas, reviews, projects and the figures about them.

    The database is the one that DATABASE_URL names; without it, an embedded PostgreSQL in --data-dir (or
    INCUBATOR_DATA_DIR) is used, which starts with a command and stops with it.
    """
