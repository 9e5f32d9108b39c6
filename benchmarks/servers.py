"""The two servers side by side, each one process, each on its own port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 20


class Server:
    """A running server: its address, and what it holds in memory."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{port}"

    def resident_mb(self) -> float:
        """Resident memory of the worker: the child of granian's own process that has grown most."""
        return max(_resident_mb(pid) for pid in _descendants(self._process.pid))


@contextmanager
def serve(app: str, database_url: str, ready: str) -> Iterator[Server]:
    """Run an application with granian, one worker, until the block ends."""
    port = _free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "INCUBATOR_SECRET_KEY": "benchmark" * 8,
        "INCUBATOR_RUN_JOBS": "0",
        "INCUBATOR_LOG_LEVEL": "INFO",
    }
    options = ["--interface", "asgi", "--workers", "1", "--no-ws", "--no-log", "--loop", "asyncio"]
    command = [sys.executable, "-m", "granian", *options, "--port", str(port), app]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        server = Server(process, port)
        _wait_for(server.url + ready)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _descendants(pid: int) -> list[int]:
    """The process and those below it, from /proc."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _descendants(int(child)))]


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
