"""`incubator serve`: the database, its schema, the demo data and the HTTP server, in this order."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from rich.console import Console

from incubator import migrations
from incubator.cli.database import address_of, data_dir_option, running_database
from incubator.cli.demo import load_if_empty, print_demo_accounts
from incubator.settings import Settings

# The whole end must fit into 30 s: the requests in flight, then the database.
DRAIN_SECONDS = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--demo", is_flag=True, help="Load the demonstration data if the embedded database is empty.")
@data_dir_option
def serve(host: str, port: int, workers: int, demo: bool, data_dir: Path | None) -> None:
    """Run the service until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _end)
    address = _free_address(host, port)
    is_embedded = not os.environ.get("DATABASE_URL")
    console = Console()
    with running_database(data_dir, as_owner=True) as settings:
        asyncio.run(migrations.upgrade(address_of(settings)))
        if demo and is_embedded:
            load_if_empty(settings, console)
            print_demo_accounts(settings.data_dir, console)
        elif demo:
            console.print("DATABASE_URL is set: no demo data; `incubator demo` loads it on request.")
        _print_addresses(console, host, port)
        with _environment_of_workers(settings, workers):
            _run_server(address, port, workers)


def _free_address(host: str, port: int) -> str:
    """The number of this host, for the server takes no names; refused here while nothing is started yet."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address, family=family).close()
    except OSError as error:
        raise click.ClickException(f"The service cannot listen on {host}, port {port}: {error.strerror}.") from error
    return str(address[0])


def _run_server(address: str, port: int, workers: int) -> None:
    # Workers that are forked would share the lock of the embedded database, and hold it when this process dies.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "incubator.asgi:app",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.asyncio,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.warning,
    )
    server.serve()


@contextmanager
def _environment_of_workers(settings: Settings, workers: int) -> Iterator[None]:
    """What the workers read: the address of the embedded database with its key, and where metrics are summed."""
    os.environ["DATABASE_URL"] = address_of(settings)
    os.environ["INCUBATOR_SECRET_KEY"] = settings.secret_key
    os.environ["INCUBATOR_DATA_DIR"] = str(settings.data_dir)
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="incubator-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _print_addresses(console: Console, host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    for name, path in (("API", "/v1"), ("Documentation", "/docs"), ("Metrics", "/metrics")):
        console.print(f"{name}: http://{shown}:{port}{path}", soft_wrap=True, highlight=False, markup=False)


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
