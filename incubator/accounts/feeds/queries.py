"""The personal feeds of an account, and whose calendar a secret opens."""

from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, Uuid, select

from incubator.accounts.authentication import find_account
from incubator.accounts.feeds.models import SECRET_TEXT, CalendarFeed
from incubator.accounts.feeds.schemas import CalendarFeedOut
from incubator.accounts.models import token_hash
from incubator.actor import Actor, Permission
from incubator.db import Reads, fetch_one, param, statement
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((CalendarFeed.id.expression,), descending=True)


async def find_subscriber(reads: Reads, secret: str) -> Actor | None:
    """The account behind the secret of a live feed, with the rights that it has at this moment; None where there is
    no such feed, or where its account was disabled or may no longer read calendars."""
    if not SECRET_TEXT.fullmatch(secret):
        return None
    rows = await reads.rows(_feed_of_secret(), {"hash": token_hash(secret)})
    actor = await find_account(reads, rows[0][0]) if rows else None
    return actor if actor is not None and actor.may(Permission.calendar_subscribe) else None


def list_feeds(actor: Actor) -> Listing[CalendarFeedOut]:
    """The actor's own live feeds, the newest first."""
    return Listing(
        name="calendar_feeds",
        query=_own_feeds,
        shape=(),
        order=NEWEST_FIRST,
        values={"me": actor.id},
        row=CalendarFeedOut,
    )


async def get_feed(reads: Reads, actor: Actor, feed_id: UUID) -> CalendarFeedOut:
    """An own live feed; any other is 404."""
    return await fetch_one(reads, _own_feed(), {"me": actor.id, "feed_id": feed_id}, CalendarFeedOut)


@statement
def _feed_of_secret() -> Select[Any]:
    is_live = CalendarFeed.revoked_at.is_(None)
    return select(CalendarFeed.account_id).where(CalendarFeed.hash == param("hash", LargeBinary), is_live)


@statement
def _own_feed() -> Select[Any]:
    return _own_feeds().where(CalendarFeed.id == param("feed_id", Uuid))


def _own_feeds() -> Select[Any]:
    f = CalendarFeed
    columns: tuple[Any, ...] = (f.id, f.version, f.name, f.created_at)
    return select(*columns).where(f.account_id == param("me", Uuid), f.revoked_at.is_(None))
