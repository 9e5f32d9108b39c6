"""How what was seen of a person at a session becomes one row, whatever the order in which it arrives.

Each part of a row comes out of an operation for which order and repetition do not matter, so that any number of scans,
split and shuffled in any way, give the same row:

- `first_in_at` and `first_out_at` are the least of all, `last_out_at` is the greatest; null is the absence of any;
- `site_id` is that of the earliest coming, or, where nobody saw them come, of the earliest going. At the same moment
  the lower id holds: so it is the least of (came or not, moment, site), as `_rank` and `_rank_of` have it;
- `pending` holds while all that is known of them waits for staff.

What staff says (`voided_at`, `confirmed_at`) is no part of it, so a scan that arrives later changes none of it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, tuple_


class Presence(NamedTuple):
    """What is known of a person at a session, from one scan or many. Its fields are columns of Attendance."""

    session_id: UUID
    person_id: UUID
    event_id: UUID
    site_id: UUID
    first_in_at: datetime | None
    first_out_at: datetime | None
    last_out_at: datetime | None
    pending: bool

    @property
    def key(self) -> tuple[UUID, UUID]:
        return self.session_id, self.person_id


def folded(presences: Iterable[Presence]) -> list[Presence]:
    """One for each session and person, in the order of these keys, in which everybody writes them."""
    by_key: dict[tuple[UUID, UUID], Presence] = {}
    for presence in presences:
        known = by_key.get(presence.key)
        by_key[presence.key] = presence if known is None else merged(known, presence)
    return [by_key[key] for key in sorted(by_key)]


def merged(one: Presence, other: Presence) -> Presence:
    """Two of the same session and person as one."""
    return Presence(
        *one.key,
        one.event_id,
        min(one, other, key=_rank).site_id,
        _least(one.first_in_at, other.first_in_at),
        _least(one.first_out_at, other.first_out_at),
        _greatest(one.last_out_at, other.last_out_at),
        one.pending and other.pending,
    )


def merged_columns(known: Any, new: Any) -> dict[str, ColumnElement[Any]]:
    """The same in SQL: the columns of a row that is known after a new one was laid over it."""
    return {
        "site_id": case((_rank_of(new) < _rank_of(known), new.site_id), else_=known.site_id),
        "first_in_at": func.least(known.first_in_at, new.first_in_at),
        "first_out_at": func.least(known.first_out_at, new.first_out_at),
        "last_out_at": func.greatest(known.last_out_at, new.last_out_at),
        "pending": and_(known.pending, new.pending),
    }


def _rank(presence: Presence) -> tuple[bool, datetime | None, UUID]:
    return presence.first_in_at is None, presence.first_in_at or presence.first_out_at, presence.site_id


def _rank_of(row: Any) -> Any:
    moment = func.coalesce(row.first_in_at, row.first_out_at)
    return tuple_(row.first_in_at.is_(None), moment, row.site_id)


def _least(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _greatest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
