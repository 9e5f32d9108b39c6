"""The embedded PostgreSQL, started for real: crashes, second processes, and folders it must not use."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import asyncpg
import psutil
import pytest

from incubator.embedded import EmbeddedServer
from incubator.settings import SettingsError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as another user only under root")

OWNER_SCRIPT = """
import sys, time
from pathlib import Path
from incubator.embedded import EmbeddedServer

server = EmbeddedServer.start(Path(sys.argv[1]))
print(server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that every user may reach; pytest's own are closed to others."""
    folder = Path("/tmp") / f"incubator-test-{os.getpid()}-{time.monotonic_ns()}"
    yield folder
    if (folder / "postgres").exists():
        EmbeddedServer.start(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def start_owner(data_dir: Path) -> tuple["subprocess.Popen[str]", str]:
    """Start a process that owns the server of this folder; returns it and the server's address."""
    command = [sys.executable, "-c", OWNER_SCRIPT, str(data_dir)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    return owner, owner.stdout.readline().strip()


def kill(owner: "subprocess.Popen[str]") -> None:
    owner.kill()
    owner.communicate()


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def kill_postmaster(data_dir: Path) -> None:
    """Kill the server without its shutdown; only a process that a test of this file started is ever meant."""
    pid = postmaster_pid(data_dir)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    value = await connection.fetchval(query)
    await connection.close()
    return value


async def test_a_second_start_keeps_the_data(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        await execute(server.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    with EmbeddedServer.start(data_dir) as server:
        assert await fetch(server.url, "SELECT n FROM kept") == 7


async def test_the_server_is_durable_and_listens_on_its_socket_only(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        assert await fetch(server.url, "SHOW fsync") == "on"
        assert await fetch(server.url, "SHOW synchronous_commit") == "on"
        assert await fetch(server.url, "SHOW listen_addresses") == ""
        assert await fetch(server.url, "SELECT current_database()") == "incubator"


async def test_stopping_leaves_no_process_and_no_socket(data_dir: Path) -> None:
    server = EmbeddedServer.start(data_dir)
    pid = postmaster_pid(data_dir)
    server.stop()
    server.stop()
    assert not psutil.pid_exists(pid)
    assert not list((data_dir / "postgres").glob(".s.PGSQL*"))


async def test_what_was_committed_survives_a_killed_server(data_dir: Path) -> None:
    server = EmbeddedServer.start(data_dir)
    await execute(server.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    kill_postmaster(data_dir)
    server.stop()
    with EmbeddedServer.start(data_dir) as server:
        assert await fetch(server.url, "SELECT n FROM kept") == 7


async def test_what_was_committed_survives_when_owner_and_server_are_killed(data_dir: Path) -> None:
    owner, url = start_owner(data_dir)
    await execute(url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    kill(owner)
    kill_postmaster(data_dir)
    with EmbeddedServer.start(data_dir) as server:
        assert await fetch(server.url, "SELECT n FROM kept") == 7


async def test_a_server_whose_owner_was_killed_is_taken_over_and_stopped(data_dir: Path) -> None:
    owner, _ = start_owner(data_dir)
    pid = postmaster_pid(data_dir)
    kill(owner)
    with EmbeddedServer.start(data_dir) as server:
        assert postmaster_pid(data_dir) == pid
        assert server.is_owner
        assert await fetch(server.url, "SELECT 1") == 1
    wait_until_gone(pid)


async def test_the_number_of_a_dead_server_that_another_process_has_now_does_not_hinder(
    data_dir: Path,
) -> None:
    server = EmbeddedServer.start(data_dir)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with EmbeddedServer.start(data_dir) as server:
        assert await fetch(server.url, "SELECT 1") == 1


async def test_a_second_process_uses_the_server_without_stopping_it(data_dir: Path) -> None:
    owner, url = start_owner(data_dir)
    with EmbeddedServer.open(data_dir) as second:
        assert not second.is_owner
        assert second.url == url
        assert await fetch(second.url, "SELECT 1") == 1
    assert await fetch(url, "SELECT 1") == 1
    kill(owner)


def test_a_second_owner_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incubator.embedded.server.LOCK_PATIENCE", 0.2)
    with EmbeddedServer.start(data_dir), pytest.raises(SettingsError, match="Another process"):
        EmbeddedServer.start(data_dir)


async def test_opening_starts_and_owns_the_server_where_none_runs(data_dir: Path) -> None:
    with EmbeddedServer.open(data_dir) as server:
        assert server.is_owner
        pid = postmaster_pid(data_dir)
    wait_until_gone(pid)


async def test_a_data_directory_with_a_long_name_has_a_short_private_socket_folder(data_dir: Path) -> None:
    deep = data_dir.joinpath(*["a-rather-long-folder-name"] * 5)
    with EmbeddedServer.start(deep) as server:
        socket_dir = Path(unquote(server.url.partition("?host=")[2]))
        assert len(str(socket_dir)) < 90
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
        assert await fetch(server.url, "SELECT 1") == 1
    assert not socket_dir.exists()


async def test_a_data_directory_may_have_blanks_and_letters_of_any_language(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir / "Dữ liệu, mới $HOME") as server:
        assert await fetch(server.url, "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o755)
    (data_dir / "postgres.new").mkdir()
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    EmbeddedServer.start(data_dir).stop()
    assert not (data_dir / "postgres.new").exists()


def test_a_cluster_of_another_version_is_refused(data_dir: Path) -> None:
    EmbeddedServer.start(data_dir).stop()
    version_file = data_dir / "postgres" / "PG_VERSION"
    version_file.write_text("17\n")
    with pytest.raises(SettingsError, match="made by PostgreSQL 17"):
        EmbeddedServer.start(data_dir)
    version_file.write_text("18\n")


@as_root
def test_root_may_not_use_a_folder_that_is_closed_to_others(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    with pytest.raises(SettingsError, match="chmod o\\+x") as refused:
        EmbeddedServer.start(data_dir / "database")
    assert str(data_dir) in str(refused.value)
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert list(data_dir.iterdir()) == []


@as_root
def test_under_root_the_cluster_belongs_to_a_user_of_its_own_and_is_closed(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir):
        cluster = (data_dir / "postgres").stat()
        assert cluster.st_uid != 0
        assert stat.S_IMODE(cluster.st_mode) == 0o700
        assert psutil.Process(postmaster_pid(data_dir)).uids().effective == cluster.st_uid
