"""The data directory of the embedded server: who may reach it, its lock, cluster and socket folder."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import Self

from incubator.embedded.programs import MAJOR_VERSION, Programs, ServerUser, server_user
from incubator.settings import SettingsError

LARGEST_LOG = 10 * 1024 * 1024

# Linux takes socket paths of 107 bytes, macOS of 103.
LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LOCK_NAME = SOCKET_NAME + ".lock"


class Home:
    """A data directory that PostgreSQL can use.

    It holds `postgres/` (the cluster, and the socket where the path is short), `postgres.lock` (held by the
    process that owns the server) and `postgres.log`.
    """

    def __init__(self, data_dir: Path, user: ServerUser | None) -> None:
        self.data_dir = data_dir
        self.cluster = data_dir / "postgres"
        self.log = data_dir / "postgres.log"
        self.user = user
        self.programs = Programs(data_dir, user)

    @classmethod
    def prepare(cls, data_dir: Path) -> Self:
        """Check and create the directory; raises SettingsError where PostgreSQL could not use it."""
        data_dir = data_dir.expanduser().resolve()
        user = server_user(data_dir / "postgres")
        if user is not None:
            _refuse_closed_folders(data_dir)
        try:
            _make_folders(data_dir)
            return cls(data_dir, user)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise SettingsError(
                f"The data directory {data_dir} cannot be used ({error.strerror}: {error.filename}); choose "
                "another one with --data-dir or INCUBATOR_DATA_DIR."
            ) from error

    def lock(self, *, patience: float) -> int | None:
        """The descriptor that holds the lock of this directory until it is closed, or None if another has it.

        The kernel frees the lock when its process dies, however it dies.
        """
        descriptor = self._open_lock_file()
        deadline = time.monotonic() + patience
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(0.1)

    def initialise(self) -> None:
        """Create the cluster, under another name until it is complete: a half-made one is never used."""
        if not self.cluster.exists():
            fresh = self.cluster.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            self._make_private(fresh)
            self._initdb(fresh)
            fresh.rename(self.cluster)
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise SettingsError(
                f"{self.cluster} was made by PostgreSQL {found}, this version has {MAJOR_VERSION}: back up "
                "with the old version (`incubator db backup`) and restore into a new data directory."
            )

    def rotate_log(self) -> None:
        """Keep the server's log and the one before it, each not much larger than the limit."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        self._hand_over(self.log)

    def make_socket_dir(self) -> Path:
        """The cluster's own folder, which is private, or a short private one where its path is too long."""
        path = str(self.cluster / SOCKET_NAME)
        # PostgreSQL splits the setting at commas, and asyncpg splits hosts likewise.
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./+ -]+", path):
            return self.cluster
        folder = self._short_socket_dir()
        with contextlib.suppress(FileExistsError):
            self._make_private(folder)
        self._refuse_foreign(folder)
        return folder

    def remove_socket_dir(self) -> None:
        """Remove the short folder of a stopped server, if there is one."""
        with contextlib.suppress(FileNotFoundError):
            self._short_socket_dir().rmdir()

    def _open_lock_file(self) -> int:
        path = self.data_dir / "postgres.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise SettingsError(
                f"{self.data_dir} belongs to another user; run as that user, or choose another directory "
                "with --data-dir or INCUBATOR_DATA_DIR."
            ) from error

        self._hand_over(path)
        return descriptor

    def _hand_over(self, path: Path) -> None:
        # Root may visit the directory of an ordinary user, who must still be able to use it afterwards.
        if self.user is not None:
            owner = self.data_dir.stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    def _initdb(self, folder: Path) -> None:
        # The builtin locale sorts the same on every machine, whatever the operating system has.
        done = self.programs.run(
            "initdb",
            *("--pgdata", folder),
            *("--username", "postgres"),
            *("--auth-local", "trust", "--auth-host", "reject"),
            *("--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            "--no-instructions",
        )
        if done.returncode:
            raise SettingsError(f"No database could be made in {self.data_dir}: {done.stderr.strip()}")

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(folder, self.user.uid, self.user.gid)

    def _short_socket_dir(self) -> Path:
        name = hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:16]
        base = Path(tempfile.gettempdir())
        if len(os.fsencode(base)) > LONGEST_SOCKET_PATH - len(f"/incubator-{name}/{SOCKET_NAME}"):
            base = Path("/tmp")  # noqa: S108 - the folder made there is checked to be our own and private.
        return base / f"incubator-{name}"

    def _refuse_foreign(self, folder: Path) -> None:
        # Anybody may have made a folder of this name in the shared folder for temporary files.
        found = folder.lstat()
        owner = os.geteuid() if self.user is None else self.user.uid
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise SettingsError(f"{folder} is needed for the database's socket but is not private; remove it.")


def _refuse_closed_folders(data_dir: Path) -> None:
    for folder in (data_dir, *data_dir.parents):
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            raise SettingsError(
                "PostgreSQL refuses to run as root and runs as a user of its own, who cannot reach "
                f"{data_dir}, because {folder} is closed to others. Choose another directory with --data-dir "
                "or INCUBATOR_DATA_DIR (/var/lib/incubator is the default), run as an ordinary user, or, if "
                f"everybody may pass through that folder, run: chmod o+x {folder}"
            )


def _make_folders(data_dir: Path) -> None:
    """Make the missing folders, open for passing through whatever the umask says; change no old one."""
    for folder in reversed((data_dir, *data_dir.parents)):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
