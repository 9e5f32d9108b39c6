"""What waits for the caller."""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

TaskKind = Literal[
    "screen",
    "answer",
    "review",
    "close_review",
    "decide",
    "found_project",
    "graduation_request",
    "session_report",
    "session_ahead",
    "action_overdue",
    "entry_request",
    "reconciliation",
    "inspection_late",
]
Subject = Literal["idea", "project", "session", "action_item", "entry_request", "reconciliation", "loan"]


class TaskItem(msgspec.Struct, frozen=True):
    """What waits (`subject` says where to read `id`), since which day, and until when if there is a day."""

    subject: Subject
    id: UUID
    title: str
    since: date
    due_on: date | None


class TaskGroup(msgspec.Struct, frozen=True):
    """Things of one kind to do: how many (counted up to 100), and the ones that have waited longest."""

    kind: TaskKind
    n: int
    n_is_capped: bool
    items: list[TaskItem]


class TasksOut(msgspec.Struct, frozen=True):
    """Everything that waits for you, by kind; a kind that your role does not have is left out."""

    groups: list[TaskGroup]
