"""Making and revoking personal feeds. Each belongs to the account that made it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.feeds.models import CalendarFeed, check_room
from incubator.accounts.feeds.schemas import CalendarFeedCreate
from incubator.accounts.models import Account, new_token_text, token_hash
from incubator.actor import Actor, Permission
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError
from incubator.text import clean_line


async def add_feed(session: AsyncSession, actor: Actor, data: CalendarFeedCreate, *, now: datetime) -> tuple[UUID, str]:
    """The feed's id and its secret, which nobody can read again."""
    actor.require(Permission.calendar_subscribe)
    # The account is locked so that two requests at once do not both find the last place free.
    await session.execute(select(Account.id).where(Account.id == actor.id).with_for_update(key_share=True))
    check_room(await _count_live(session, actor))
    secret = new_token_text("calendar")
    feed = CalendarFeed(account_id=actor.id, name=clean_line(data.name), hash=token_hash(secret), created_at=now)
    session.add(feed)
    await session.flush()
    record_audit(session, actor, "add_calendar_feed", "calendar_feed", feed.id)
    return feed.id, secret


async def revoke_feed(session: AsyncSession, actor: Actor, feed_id: UUID, *, if_match: IfMatch, now: datetime) -> None:
    """For good, and at once: every request asks the database."""
    own = select(CalendarFeed).where(
        CalendarFeed.id == feed_id, CalendarFeed.account_id == actor.id, CalendarFeed.revoked_at.is_(None)
    )
    feed = await session.scalar(own.with_for_update())
    if feed is None:
        raise DomainError("not_found")
    if_match.check(feed.version)
    feed.revoked_at = now
    record_audit(session, actor, "revoke_calendar_feed", "calendar_feed", feed.id)


async def _count_live(session: AsyncSession, actor: Actor) -> int:
    live = (CalendarFeed.account_id == actor.id, CalendarFeed.revoked_at.is_(None))
    return await session.scalar(select(func.count()).select_from(CalendarFeed).where(*live)) or 0
