"""Whether the database's schema is as new as this program; without alembic, which workers shall not carry."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import asyncpg

from incubator.db import Reads, Statement
from incubator.errors import DomainError

VERSION = Statement("SELECT version_num FROM alembic_version", (), {})

_REVISION = re.compile(r"""^(down_)?revision\b[^=]*= ["']([^"']+)["']""", re.MULTILINE)


class Revisions(NamedTuple):
    """The schema versions that this program knows, and the newest of them."""

    known: frozenset[str]
    head: str


@cache
def revisions() -> Revisions:
    """Read from the migration files once: a program's own files do not change while it runs."""
    own: set[str] = set()
    followed: set[str] = set()
    for file in (files("incubator") / "migrations" / "versions").iterdir():
        if file.name.endswith(".py"):
            for is_down, revision in _REVISION.findall(file.read_text(encoding="utf-8")):
                (followed if is_down else own).add(revision)
    (head,) = own - followed
    return Revisions(frozenset(own), head)


async def require_schema(reads: Reads) -> None:
    """503 where the database does not answer, or lacks a migration.

    A version that this program does not know is a newer one: migrations never break the program that runs.
    """
    try:
        rows = await reads.rows(VERSION, {})
    except asyncpg.UndefinedTableError:
        rows = []
    version = rows[0][0] if rows else None
    if version is None or version in revisions().known - {revisions().head}:
        raise DomainError("database_unavailable")
