"""Communes that the tests of people are about, and actors without an account for calling actions directly."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from incubator.actor import Actor, Grant, Role, Scope
from incubator.localities.models import Locality
from tests.factories import SA_PA, Y_TY, Caller, Make


class Places:
    """Two communes of one province, and one of another province."""

    def __init__(self, here: Locality, sibling: Locality, elsewhere: Locality, other_province_code: str) -> None:
        self.here, self.sibling, self.elsewhere = here, sibling, elsewhere
        self.other_province_code = other_province_code

    @property
    def province_id(self) -> UUID:
        assert self.here.parent_id is not None
        return self.here.parent_id


@pytest.fixture
async def places(session: AsyncSession) -> Places:
    current = select(Locality).where(Locality.level == "commune", Locality.valid_to.is_(None))
    here, sibling = [(await session.scalars(current.where(Locality.code == code))).one() for code in (Y_TY, SA_PA)]
    away = current.where(Locality.parent_id != here.parent_id).order_by(Locality.code).limit(1)
    elsewhere = (await session.scalars(away)).one()
    province = await session.get_one(Locality, elsewhere.parent_id)
    return Places(here, sibling, elsewhere, province.code)


@pytest.fixture
async def staff(make: Make) -> Caller:
    """Staff of the whole country, without sensitive fields."""
    return await make.account("staff", None)


@pytest.fixture
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """What the database is told, in order."""
    told: list[str] = []

    def listen(*event_: Any) -> None:
        told.append(event_[2])

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    yield told
    event.remove(engine.sync_engine, "before_cursor_execute", listen)


@pytest.fixture
def actor_with() -> Callable[..., Actor]:
    """An actor with one grant, over the country or a commune."""

    def make_actor(holds: Role | Scope, commune: Locality | None = None) -> Actor:
        grant = Grant(holds, commune.id if commune else None, "commune" if commune else "country", sensitive=False)
        kind = "token" if isinstance(holds, Scope) else "account"
        return Actor(kind=kind, id=uuid4(), name=holds.value, grants=(grant,))  # type: ignore[arg-type]

    return make_actor
