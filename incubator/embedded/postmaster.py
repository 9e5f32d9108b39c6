"""The server process of a data directory: finding, starting, waiting for and stopping it."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from incubator.embedded.home import SOCKET_LOCK_NAME, Home

# Seconds: for crash recovery to end, for another process to start its server, for the backends of a killed
# server to notice that it is gone, and for a shutdown before it is forced.
RECOVERY_PATIENCE = 900.0
ABSENCE_PATIENCE = 60.0
LEFTOVER_PATIENCE = 30.0
STOP_PATIENCE = 6

LEFTOVER_MESSAGE = "pre-existing shared memory block"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class EmbeddedError(Exception):
    """The embedded PostgreSQL failed; the message has the end of its log."""


class Status(NamedTuple):
    """What a living server says about itself in `postmaster.pid`."""

    pid: int
    socket_dir: Path
    is_ready: bool


class Postmaster:
    """The server process of one data directory, whoever started it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Path:
        """Start the server, or take over one that outlived its owner; returns its socket folder."""
        survivor = self._survivor()
        if survivor is not None:
            return survivor.socket_dir
        self._forget_stale_pid()
        self._home.rotate_log()
        deadline = time.monotonic() + LEFTOVER_PATIENCE
        while not self._launch():
            ending = self._log_ending()
            if LEFTOVER_MESSAGE not in ending or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start; {self._home.log} ends with:\n{ending}")
            time.sleep(0.5)
        return self.wait_until_ready()

    def wait_until_ready(self) -> Path:
        """Wait until the server answers, also while it recovers from a crash; returns its socket folder."""
        began = time.monotonic()
        while self._process is None or self._process.poll() is None:
            status = self._status()
            if status is not None and status.is_ready:
                return status.socket_dir
            if time.monotonic() - began > (ABSENCE_PATIENCE if status is None else RECOVERY_PATIENCE):
                break
            time.sleep(0.02)
        raise EmbeddedError(f"PostgreSQL did not become ready; {self._home.log} ends with:\n{self._log_ending()}")

    def stop(self) -> None:
        """Stop the server: connections are cut. One that does not end in time recovers at its next start."""
        if self._status() is not None:
            done = self._pg_ctl_stop("fast")
            if done.returncode and self._status() is not None:
                done = self._pg_ctl_stop("immediate")
            if done.returncode and self._status() is not None:
                raise EmbeddedError(f"PostgreSQL could not be stopped: {done.stderr.strip()}")
        if self._process is not None:
            # This reaches one that was interrupted before it wrote down its number.
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        self._home.remove_socket_dir()

    def _survivor(self) -> Status | None:
        """A server that outlived its owner, once it is ready; None if there is none or it ended."""
        status = self._status()
        while status is not None and not status.is_ready:
            time.sleep(0.02)
            status = self._status()
        return status

    def _launch(self) -> bool:
        """Start a server process; says whether it got as far as holding the directory."""
        settings = SETTINGS | {"unix_socket_directories": str(self._home.make_socket_dir())}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = self._home.programs.spawn("postgres", ["-D", self._home.cluster, *options], self._home.log)
        while self._process.poll() is None:
            if self._status() is not None:
                return True
            time.sleep(0.02)
        return False

    def _status(self) -> Status | None:
        """The living server, also one that starts, recovers or stops; None for a stale file."""
        status = self._written_status()
        return status if status is not None and self._is_alive(status.pid) else None

    def _written_status(self) -> Status | None:
        with contextlib.suppress(FileNotFoundError):
            lines = (self._home.cluster / "postmaster.pid").read_text().splitlines()
            # The file grows line by line while the server starts.
            if len(lines) >= 5 and lines[0].isdecimal():
                return Status(int(lines[0]), Path(lines[4]), lines[-1].strip() == "ready")
        return None

    def _is_alive(self, pid: int) -> bool:
        """Whether this is a server on this cluster, and not another process that got its number later."""
        try:
            process = psutil.Process(pid)
            return process.status() != psutil.STATUS_ZOMBIE and str(self._home.cluster) in process.cmdline()
        except psutil.Error:
            return False

    def _forget_stale_pid(self) -> None:
        # PostgreSQL takes any process of this number for a living server, as it happens after a container's
        # restart. It has a second guard, the shared memory that is tied to the cluster's folder.
        for stale in (self._home.cluster / "postmaster.pid", self._home.make_socket_dir() / SOCKET_LOCK_NAME):
            stale.unlink(missing_ok=True)

    def _pg_ctl_stop(self, mode: str) -> subprocess.CompletedProcess[str]:
        options = ("-D", self._home.cluster, "-m", mode, "-w", "-t", str(STOP_PATIENCE))
        return self._home.programs.run("pg_ctl", "stop", *options)

    def _log_ending(self) -> str:
        return "\n".join(self._home.log.read_text(errors="replace").splitlines()[-8:])
