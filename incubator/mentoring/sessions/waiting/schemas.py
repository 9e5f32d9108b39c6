"""What the API takes and gives about projects that wait for a session."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.localities.schemas import CommuneCode
from incubator.paging import PageQuery
from incubator.projects.models import ProjectStatus


class WaitingQuery(PageQuery, frozen=True, kw_only=True):
    """Which projects to list, and how long they have to have waited."""

    days: Annotated[int, Meta(ge=1, le=3650, description="Without a held session in so many days.")] = 30
    locality_code: CommuneCode | None = None
    mentor_id: Annotated[UUID, Meta(description="An account that mentors the project at present.")] | None = None


class WaitingProjectRow(msgspec.Struct, frozen=True):
    """A running project that had no session lately. `last_held_on` is the day of its last one, null where it never
    had any."""

    id: UUID
    title: str
    status: ProjectStatus
    locality_code: str
    locality_name: str
    leader_id: UUID
    leader_name: str
    mentor_names: str | None
    founded_on: date
    last_held_on: date | None
