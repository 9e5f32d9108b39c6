"""`GET /v1/me/tasks`."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, get

from incubator.actor import Actor
from incubator.api.answers import resource
from incubator.api.given import Given
from incubator.db import Reads
from incubator.tasks.queries import list_tasks
from incubator.tasks.schemas import TasksOut


@get("/tasks", operation_id="listMyTasks")
async def my_tasks(
    request: Request[Any, Any, Any], reads: Given[Reads], actor: Given[Actor], now: Given[datetime]
) -> Response[TasksOut]:
    """What waits for you. Ideas to screen, reviews to write, decisions to take, projects to found, requests to
    graduate, sessions to report on, your sessions of the next seven days, overdue actions, ledger entries to approve,
    differences from the bank and late inspections of loans: for each kind that your role has, the oldest first."""
    return resource(request, await list_tasks(reads, actor, now=now))


tasks_router = Router("/v1/me", route_handlers=[my_tasks], tags=["Account"])
