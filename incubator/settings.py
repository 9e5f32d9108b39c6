"""Every setting of one process, read once and passed on as a value."""

import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

import msgspec
import platformdirs


class SettingsError(Exception):
    """A setting is missing or wrong; the message says what to do about it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Configuration of one process.

    `database_url` is None where the embedded PostgreSQL serves; `embedded.py` then replaces it with the
    address of the server that it started. Times are seconds, sizes are bytes.
    """

    secret_key: str
    data_dir: Path
    database_url: str | None = None
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "INFO"
    pool_size: int = 8
    read_pool_size: int = 8
    request_deadline: float = 10.0
    figure_deadline: float = 30.0
    pool_wait: float = 2.0
    max_body: int = 2 * 1024 * 1024
    token_cache_seconds: float = 0.9
    run_jobs: bool = True
    drain_file: Path | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings of this process from the environment (see README, *Configuration*)."""
        database_url = env.get("DATABASE_URL") or None
        data_dir = Path(env.get("INCUBATOR_DATA_DIR") or default_data_dir())
        return cls(
            database_url=database_url,
            data_dir=data_dir,
            secret_key=_secret_key(env, database_url, data_dir),
            cors_origins=_words(env, "INCUBATOR_CORS_ORIGINS"),
            trusted_proxies=_networks(env, "INCUBATOR_TRUSTED_PROXIES"),
            log_level=env.get("INCUBATOR_LOG_LEVEL", "INFO").upper(),
            pool_size=_whole(env, "INCUBATOR_POOL_SIZE", 8),
            read_pool_size=_whole(env, "INCUBATOR_READ_POOL_SIZE", 8),
            drain_file=Path(env["INCUBATOR_DRAIN_FILE"]) if env.get("INCUBATOR_DRAIN_FILE") else None,
            run_jobs=env.get("INCUBATOR_RUN_JOBS", "1") != "0",
        )


def default_data_dir() -> Path:
    """Where the embedded database lives when nobody says otherwise.

    As root that is a folder whose parents everybody may traverse, because PostgreSQL then runs as a user of
    its own; as an ordinary user it is the platform's data folder.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/incubator")
    return Path(platformdirs.user_data_dir("incubator"))


def _secret_key(env: Mapping[str, str], database_url: str | None, data_dir: Path) -> str:
    if key := env.get("INCUBATOR_SECRET_KEY"):
        if len(key) < 32:
            raise SettingsError(
                "INCUBATOR_SECRET_KEY is shorter than 32 characters; make one with `openssl rand -hex 32`."
            )
        return key
    if database_url is not None:
        raise SettingsError(
            "DATABASE_URL is set but INCUBATOR_SECRET_KEY is not; make one with `openssl rand -hex 32`, "
            "keep it with the database's password and set it for every process."
        )
    return _kept_secret(data_dir / "secret-key")


def _kept_secret(path: Path) -> str:
    """The key beside the embedded database, made at the first start and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(32)
        file.write(key)
    return key


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in env.get(name, "").split(",") if word.strip())


def _networks(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    networks = _words(env, name)
    for network in networks:
        try:
            ip_network(network)
        except ValueError as exc:
            raise SettingsError(
                f"{name} takes networks such as 10.0.0.0/8, separated by commas, not {network!r}."
            ) from exc
    return networks


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number from 1, not {text!r}.")
    return int(text)
