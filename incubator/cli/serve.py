"""`incubator serve`: the database, its schema, the demo data and the HTTP server, in this order."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
NOTICE_SECONDS = 2


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


class Server(Granian):  # type: ignore[misc, valid-type]
    """Granian, which says before it stops that it will: a balancer sees /readyz turn 503 and sends no more."""

    signal_received: int | None = None

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        self.signal_received = args[0] if args else None
        super().signal_handler_interrupt(*args, **kwargs)

    def shutdown(self, exit_code: int = 0) -> None:
        if self.signal_received == signal.SIGTERM:
            Path(os.environ["INCUBATOR_DRAIN_FILE"]).touch()
            time.sleep(NOTICE_SECONDS)
        super().shutdown(exit_code)


def _run_server(address: str, port: int, workers: int) -> None:
    # Workers that are forked would share the lock of the embedded database, and hold it when this process dies.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
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
    """What the workers read: the address of the embedded database with its key, where metrics are summed, and the
    file that tells them that the end is near."""
    os.environ["DATABASE_URL"] = address_of(settings)
    os.environ["INCUBATOR_SECRET_KEY"] = settings.secret_key
    os.environ["INCUBATOR_DATA_DIR"] = str(settings.data_dir)
    with tempfile.TemporaryDirectory(prefix="incubator-") as folder:
        os.environ["INCUBATOR_DRAIN_FILE"] = str(Path(folder) / "draining")
        if workers > 1:
            metrics = Path(folder) / "metrics"
            metrics.mkdir()
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        yield


def _print_addresses(console: Console, host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    for name, path in (("API", "/v1"), ("Documentation", "/docs"), ("Metrics", "/metrics")):
        console.print(f"{name}: http://{shown}:{port}{path}", soft_wrap=True, highlight=False, markup=False)


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
