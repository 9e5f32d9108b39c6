"""The embedded server as the rest of the program uses it: an address, and who may stop it."""

import os
import subprocess
from pathlib import Path
from typing import Self
from urllib.parse import quote

from incubator.embedded.home import Home
from incubator.embedded.postmaster import EmbeddedError, Postmaster
from incubator.embedded.programs import binary
from incubator.settings import SettingsError

DATABASE = "incubator"

# Seconds for another process to let go of the directory: a short command may be ending.
LOCK_PATIENCE = 5.0


class EmbeddedServer:
    """A running embedded server; as a context manager it is stopped at the end if this process owns it."""

    def __init__(self, postmaster: Postmaster, socket_dir: Path, *, lock: int | None) -> None:
        self.url = f"postgresql://postgres@/{DATABASE}?host={quote(str(socket_dir))}"
        self._postmaster = postmaster
        self._lock = lock

    @classmethod
    def start(cls, data_dir: Path) -> Self:
        """Own the server of this data directory: start it, or take over one whose owner was killed.

        Raises SettingsError where another process owns it or the directory cannot be used.
        """
        home = Home.prepare(data_dir)
        lock = home.lock(patience=LOCK_PATIENCE)
        if lock is None:
            raise SettingsError(f"Another process already runs the database in {home.data_dir}; stop it first.")
        return cls._own(home, lock)

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Use the server that another process owns, or start it where none does."""
        home = Home.prepare(data_dir)
        lock = home.lock(patience=0)
        if lock is not None:
            return cls._own(home, lock)
        postmaster = Postmaster(home)
        return cls(postmaster, postmaster.wait_until_ready(), lock=None)

    @classmethod
    def _own(cls, home: Home, lock: int) -> Self:
        postmaster = Postmaster(home)
        try:
            home.initialise()
            socket_dir = postmaster.start()
            _create_database(socket_dir)
        except BaseException:
            postmaster.stop()
            os.close(lock)
            raise
        return cls(postmaster, socket_dir, lock=lock)

    @property
    def is_owner(self) -> bool:
        """Whether `stop` stops the server, or leaves it to the process that started it."""
        return self._lock is not None

    def stop(self) -> None:
        """Stop the server if this process owns it: connections are cut, and what was committed stays."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        try:
            self._postmaster.stop()
        finally:
            os.close(lock)

    def binary(self, name: str) -> Path:
        """The path of a client program that fits this server: pg_dump, pg_restore, psql."""
        return binary(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _create_database(socket_dir: Path) -> None:
    script = f"SELECT 'CREATE DATABASE {DATABASE}' WHERE NOT EXISTS "
    script += f"(SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec"
    command: list[str | Path] = [
        binary("psql"),
        "-XqAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        socket_dir,
        "-U",
        "postgres",
    ]
    done = subprocess.run(command, input=script, text=True, capture_output=True, check=False)
    if done.returncode:
        raise EmbeddedError(f"The database {DATABASE} could not be created: {done.stderr.strip()}")
