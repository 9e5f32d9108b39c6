"""Idempotency-Key: the stored answer commits with the effect that it answers, so neither exists alone."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response
from sqlalchemy import DateTime, Index, LargeBinary, SmallInteger, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from incubator.actor import Actor
from incubator.api.answers import Answer, etag_of
from incubator.api.entry import actor_of
from incubator.api.given import Given
from incubator.db import Base
from incubator.errors import DomainError, FieldError

T = TypeVar("T")

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_DAYS = 30
HIDING = ("amounts_hidden", "sensitive_hidden")
"""The fields by which an answer says that something in it is not for the caller."""


class StoredAnswer(Base):
    """An answer of a POST, kept for 30 days: as long as a phone's queue may be out of reach."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_recorded_at", "recorded_at"),)

    caller_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Once:
    """Runs a POST's effect at most once per (caller, Idempotency-Key); without a key it just runs it."""

    def __init__(self, request: Request[Any, Any, Any], session: AsyncSession) -> None:
        self._request = request
        self._session = session
        self._actor: Actor = actor_of(request)
        self._key: str | None = request.headers.get("idempotency-key")

    async def __call__(
        self,
        act: Callable[[], Awaitable[UUID]],
        show: Callable[[UUID], Awaitable[T]],
        *,
        at: str | Callable[[T], str] | None = None,
        status: int | Callable[[T], int] = 201,
        seen_again: Callable[[T], None] | None = None,
    ) -> Response[T]:
        """Act, then answer what `show` makes of the id. `at` is the Location, with `{id}` in it; it may depend on what
        is shown, and so may the status.

        On a replay `show` runs too, because it authorises: who may no longer see the result gets 404, and who may see
        less of it than the answer tells gets 403. `seen_again` is then told what they may see.
        """

        async def both() -> T:
            return await show(await act())

        async def allow(stored: StoredAnswer) -> None:
            await _show_again(stored, show, seen_again)

        return await self._answer(both, allow, at=at, status=status)

    async def answer(
        self,
        act: Callable[[], Awaitable[T]],
        show: Callable[[UUID], Awaitable[Any]],
        *,
        at: str | None = None,
        status: int = 201,
        secrets: tuple[str, ...] = (),
    ) -> Response[T]:
        """The same for an act that makes its own answer. `secrets` are fields that a replay shows as null."""

        async def allow(stored: StoredAnswer) -> None:
            await _show_again(stored, show, None)

        def kept(out: T) -> T:
            return msgspec.structs.replace(out, **dict.fromkeys(secrets))  # type: ignore[type-var]

        return await self._answer(act, allow, at=at, status=status, kept=kept if secrets else None)

    async def answer_many(
        self,
        act: Callable[[], Awaitable[T]],
        allow: Callable[[bytes], Awaitable[None]],
        *,
        status: int = 200,
        kept: Callable[[T], T] | None = None,
    ) -> Response[T]:
        """The same for an answer about many things, which has no id. `allow` gets its body before it is given again
        and refuses who may no longer read all of it. `kept` makes of it what is kept, where that is not all of it."""

        async def allow_stored(stored: StoredAnswer) -> None:
            await allow(stored.body)

        return await self._answer(act, allow_stored, at=None, status=status, kept=kept)

    async def without_effect(self, act: Callable[[], Awaitable[T]], *, status: int = 200) -> Response[T]:
        """An act that changes nothing runs each time, whatever the key: there is nothing to do only once."""
        return _first(await act(), None, status)[0]

    async def _answer(
        self,
        act: Callable[[], Awaitable[T]],
        allow: Callable[[StoredAnswer], Awaitable[None]],
        *,
        at: str | Callable[[T], str] | None,
        status: int | Callable[[T], int],
        kept: Callable[[T], T] | None = None,
    ) -> Response[T]:
        key = self._key
        if key is None:
            return _first(await act(), at, status)[0]
        request_hash = await self._request_hash()
        await self._lock(key)
        stored = await self._session.get(StoredAnswer, (self._actor.id, key))
        if stored is not None:
            return await _replay(stored, request_hash, allow)
        out = await act()
        response, location = _first(out, at, status)
        self._session.add(
            StoredAnswer(
                caller_id=self._actor.id, key=key, request_hash=request_hash, status=response.status_code,
                body=msgspec.json.encode(kept(out) if kept else out), etag=response.headers["etag"], location=location,
                subject_id=getattr(out, "id", None),
            )
        )  # fmt: skip
        await self._session.flush()
        return response

    async def _request_hash(self) -> bytes:
        scope = self._request.scope
        head = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
        return hashlib.sha256(head + await self._request.body()).digest()

    async def _lock(self, key: str) -> None:
        """Held to the end of the transaction. A blocked INSERT would queue the repeats of an impatient phone."""
        name = f"{self._actor.id}:{key}"
        got = await self._session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))))
        if not got:
            raise DomainError("idempotency_in_progress")


def once(request: Request[Any, Any, Any], session: Given[AsyncSession]) -> Once:
    """The dependency `once` of a POST."""
    return Once(request, session)


def check_key(request: Request[Any, Any, Any]) -> None:
    """Before every handler: a POST which runs once has a right key, or none where it may.

    Who may not call it has heard so by then, and no session has begun: what is refused after that would leave it to
    the garbage collector.
    """
    if "once" not in request.route_handler.parsed_fn_signature.parameters:
        return
    key = request.headers.get("idempotency-key")
    if key is None and "key_required" in request.route_handler.opt:
        raise DomainError("idempotency_key_required")
    if key is not None and not KEY.fullmatch(key):
        field = FieldError(
            code="bad_format", header="Idempotency-Key", params={"expected": "1–255 visible ASCII characters"}
        )
        raise DomainError("validation_failed", errors=[field])


def _first(
    out: T, at: str | Callable[[T], str] | None, status: int | Callable[[T], int]
) -> tuple[Response[T], str | None]:
    body = msgspec.json.encode(out)
    location = at(out) if callable(at) else at and at.format(id=getattr(out, "id", ""))
    headers = {"etag": etag_of(out, body), "cache-control": "private, no-cache"}
    if location:
        headers["location"] = location
    code = status(out) if callable(status) else status
    return Answer(content=body, status_code=code, headers=headers), location  # type: ignore[arg-type]


async def _replay(
    stored: StoredAnswer, request_hash: bytes, allow: Callable[[StoredAnswer], Awaitable[None]]
) -> Response[Any]:
    if stored.request_hash != request_hash:
        raise DomainError("idempotency_key_reused")
    await allow(stored)
    headers = {"idempotency-replayed": "true", "cache-control": "private, no-cache"}
    headers |= {"etag": stored.etag} if stored.etag else {}
    headers |= {"location": stored.location} if stored.location else {}
    return Answer(content=stored.body, status_code=stored.status, headers=headers)


async def _show_again(
    stored: StoredAnswer, show: Callable[[UUID], Awaitable[T]], seen_again: Callable[[T], None] | None
) -> None:
    """404 or 403 where the caller may no longer see what the answer tells."""
    if stored.subject_id is None:
        return
    shown = await show(stored.subject_id)
    if _hidden(msgspec.to_builtins(shown)) - _hidden(msgspec.json.decode(stored.body)):
        raise DomainError("forbidden")
    if seen_again is not None:
        seen_again(shown)


def _hidden(value: Any, at: str = "") -> set[str]:
    """Where in an answer something is not for the caller."""
    if not isinstance(value, dict):
        return set()
    here = {f"{at}/{name}" for name in HIDING if value.get(name)}
    return here.union(*(_hidden(part, f"{at}/{name}") for name, part in value.items()))
