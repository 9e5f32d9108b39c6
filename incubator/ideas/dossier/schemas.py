"""What the API takes and gives about the file on an idea."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.ideas.calls.models import Sector
from incubator.ideas.schemas import LongText, MemberOut, NeedsOut, Stage, Title

Audience = Literal["internal", "reviewers", "applicant"]
DocumentKind = Literal["paper_form", "minutes", "photo", "other"]


class VersionOut(msgspec.Struct, frozen=True):
    """What the idea said at one time."""

    number: int
    title: str
    summary: str | None
    problem: str | None
    solution: str | None
    sector: Sector | None
    stage: Stage | None
    needs: NeedsOut
    leader: MemberOut | None
    team: list[MemberOut]
    created_at: datetime


class CommentCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark for staff (`internal`), for the idea's reviewers too, or for its applicant."""

    audience: Audience = "internal"
    body: LongText


class CommentOut(msgspec.Struct, frozen=True):
    """A remark. `author` is the username of an account or the name of a service token; who reviews the idea blind
    sees only the own."""

    id: UUID
    audience: Audience
    body: str
    author_id: UUID | None
    author: str | None
    created_at: datetime


class DocumentCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper that is kept elsewhere: its title, its SHA-256 and a link to it."""

    kind: DocumentKind
    title: Title
    sha256: Annotated[
        str,
        Meta(
            min_length=64,
            max_length=64,
            pattern=r"^[0-9a-f]{64}$",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    link: Annotated[
        str,
        Meta(
            min_length=10,
            max_length=2_000,
            pattern=r"^https?://[^\s]+$",
            description="Where the file is kept.",
            examples=["https://files.example.org/forms/0412.pdf"],
        ),
    ]


class DocumentOut(msgspec.Struct, frozen=True):
    """A paper on an idea's file."""

    id: UUID
    kind: DocumentKind
    title: str
    sha256: str
    link: str
    created_at: datetime
