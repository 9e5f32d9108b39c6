"""Through which places and accounts a person is seen: written by the features above, never by a request itself."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.people.merges.given import follow
from incubator.people.models import PersonPlace, PersonViewer


async def add_places(
    session: AsyncSession, person_ids: Iterable[UUID], *,
    locality_id: UUID, province_id: UUID, source: str, source_id: UUID,
) -> None:  # fmt: skip
    """From now on the people are seen in that commune too. Once more changes nothing."""
    same = {"locality_id": locality_id, "province_id": province_id, "source": source, "source_id": source_id}
    # In the order of the key, so that two of these at once wait for each other and cannot deadlock.
    rows = [{"person_id": person_id, **same} for person_id in sorted(set(person_ids))]
    if rows:
        await session.execute(insert(PersonPlace).on_conflict_do_nothing(), rows)


async def move_places(session: AsyncSession, source_id: UUID, *, locality_id: UUID, province_id: UUID) -> None:
    """The source now lies in another commune: its people are seen there and, because of it, no longer here."""
    rows = (await session.scalars(select(PersonPlace).where(PersonPlace.source_id == source_id))).all()
    people_by_source: dict[str, set[UUID]] = {}
    for row in rows:
        people_by_source.setdefault(row.source, set()).add(row.person_id)
    await session.execute(delete(PersonPlace).where(PersonPlace.source_id == source_id))
    for source, people in sorted(people_by_source.items()):
        await add_places(
            session, people, locality_id=locality_id, province_id=province_id, source=source, source_id=source_id
        )
    await follow(session, {row.person_id for row in rows})


async def people_of_source(session: AsyncSession, person_ids: Iterable[UUID], source_id: UUID) -> set[UUID]:
    """Those of the people who are seen somewhere because of this source."""
    query = select(PersonPlace.person_id).where(
        PersonPlace.source_id == source_id, PersonPlace.person_id.in_(list(person_ids))
    )
    return set((await session.scalars(query)).all())


async def add_viewer(
    session: AsyncSession, person_ids: Iterable[UUID], account_id: UUID, *, source: str, source_id: UUID
) -> None:
    """From now on the account sees the people, if its roles let it see people of its own work at all."""
    same = {"account_id": account_id, "source": source, "source_id": source_id}
    rows = [{"person_id": person_id, **same} for person_id in sorted(set(person_ids))]
    if rows:
        await session.execute(insert(PersonViewer).on_conflict_do_nothing(), rows)
        await follow(session, person_ids)


async def remove_viewer(session: AsyncSession, account_id: UUID, *, source_id: UUID) -> None:
    """The account no longer sees people because of this source; other sources stay."""
    gone = delete(PersonViewer).where(PersonViewer.account_id == account_id, PersonViewer.source_id == source_id)
    await follow(session, (await session.scalars(gone.returning(PersonViewer.person_id))).all())
