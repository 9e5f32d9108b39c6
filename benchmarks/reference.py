"""What a good engineer writes by hand for these two reads alone: no authentication, no scope, no checks, no ETag.

It is the yardstick of `make bench`, so it stays as lean as the stack allows.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, get

COLUMNS = """
i.id, i.version, i.tracking_code, i.status, v.title, v.sector, c.id, c.title, l.code, l.name, p.id, p.full_name,
i.channel, i.received_on, i.moved_on, i.created_at
"""
TABLES = """
FROM idea i JOIN idea_version v ON v.idea_id = i.id AND v.number = i.content_number
JOIN idea_member m ON m.idea_id = i.id AND m.number = i.content_number AND m.position = 0
JOIN person p ON p.id = m.person_id JOIN call c ON c.id = i.call_id JOIN locality l ON l.id = i.locality_id
"""
LIST = f"SELECT {COLUMNS} {TABLES} ORDER BY i.id DESC LIMIT 50"
ONE = f"SELECT {COLUMNS}, v.summary, v.problem, v.solution {TABLES} WHERE i.id = $1"


class Row(msgspec.Struct):
    id: UUID
    version: int
    tracking_code: str
    status: str
    title: str
    sector: str | None
    call_id: UUID
    call_title: str
    locality_code: str
    locality_name: str
    leader_id: UUID
    leader_name: str
    channel: str
    received_on: date
    moved_on: date
    created_at: datetime


class One(Row):
    summary: str | None
    problem: str | None
    solution: str | None


class Rows(msgspec.Struct):
    items: list[Row]


@asynccontextmanager
async def pool(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=8) as app.state.pool:
        yield


@get("/ideas")
async def ideas() -> Rows:
    return Rows([Row(*row) for row in await app.state.pool.fetch(LIST)])


@get("/ideas/{idea_id:uuid}")
async def idea(idea_id: UUID) -> One:
    return One(*await app.state.pool.fetchrow(ONE, idea_id))


app = Litestar([ideas, idea], lifespan=[pool], openapi_config=None, logging_config=None)
