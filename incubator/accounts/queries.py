"""What is read about accounts and grants. Only administrators of the whole country come here, and see all."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, cast, distinct, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import Account, AccountStatus, RoleGrant, folded_username
from incubator.accounts.schemas import AccountOut, AccountQuery, AccountRow, GrantOut
from incubator.actor import HOLDERS, Permission, Role
from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.errors import wrong_field
from incubator.localities.models import Locality
from incubator.localities.schemas import LocalityRef
from incubator.paging import Listing, Order

NEWEST_FIRST = Order((Account.id.expression,), descending=True)

PLACE: tuple[Any, ...] = (Locality.id, Locality.code, Locality.name, Locality.kind)
"""What `place_of` takes."""

_ACCOUNT: tuple[Any, ...] = (
    Account.id, Account.version, Account.username, Account.person_id, Account.status,
    Account.must_change_password, Account.created_at, Account.disabled_at,
)  # fmt: skip
_GRANT: tuple[Any, ...] = (
    RoleGrant.id, RoleGrant.role, RoleGrant.sensitive, RoleGrant.granted_by, RoleGrant.granted_at,
)  # fmt: skip

_FILTERS: dict[str, ColumnElement[bool]] = {
    "username": Account.username == param("username", Text),
    "status": Account.status == param("status", Text),
    "person_id": Account.person_id == param("person_id", Uuid),
}


def accounts_listing(filters: AccountQuery) -> Listing[AccountRow]:
    """The newest first."""
    values = {
        "username": folded_username(filters.username) if filters.username else None,
        "status": filters.status,
        "person_id": filters.person_id,
        "role": filters.role.value if filters.role else None,
    }
    return Listing(
        name="accounts",
        query=_accounts,
        shape=(frozenset(name for name, value in values.items() if value is not None),),
        order=NEWEST_FIRST,
        values=values,
        row=AccountRow,
    )


async def get_account(reads: Reads, account_id: UUID) -> AccountOut:
    """One account with its live grants; 404 where there is none."""
    grants = await list_grants(reads, account_id)

    def shown(*row: Any) -> AccountOut:
        return AccountOut(*(*row, grants))

    return await fetch_one(reads, _account(), {"account_id": account_id}, shown)


async def list_grants(reads: Reads, account_id: UUID) -> list[GrantOut]:
    """The live grants of an account, the oldest first."""
    return await fetch_all(reads, _grants_of_account(), {"account_id": account_id}, _grant_out)


async def get_grant(reads: Reads, grant_id: UUID) -> GrantOut:
    return await fetch_one(reads, _grant(), {"grant_id": grant_id}, _grant_out)


async def require_account_with(
    session: AsyncSession, account_id: UUID | None, permission: Permission, *, pointer: str
) -> None:
    """The account that a body names at `pointer` is active and holds the permission somewhere; else a wrong field.

    It stays locked against being disabled until the transaction ends, so that whoever takes the open work from
    a disabled account finds what is given to it here. The price is a rare deadlock, answered as concurrent_update.
    """
    roles = [holder.value for holder in HOLDERS[permission] if isinstance(holder, Role)]
    is_able = and_(Account.status == AccountStatus.active, holds_role(RoleGrant.role.in_(roles)))
    # Two statements: after waiting for the lock, only a fresh one sees a grant that was revoked meanwhile.
    await session.execute(select(Account.id).where(Account.id == account_id).with_for_update(read=True))
    if await session.scalar(select(Account.id).where(Account.id == account_id, is_able)) is None:
        raise wrong_field(pointer, "not_found")


def holds_role(is_role: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an account has a live grant of such a role, wherever."""
    return exists().where(RoleGrant.account_id == Account.id, is_role, RoleGrant.is_live())


def place_of(locality_id: UUID | None, code: str, name: str, kind: Any) -> LocalityRef | None:
    """The locality of a grant or token as an outer join gives it; None is the whole country."""
    return None if locality_id is None else LocalityRef(locality_id, code, name, kind)


@statement
def _account() -> Select[Any]:
    return select(*_ACCOUNT).where(Account.id == param("account_id", Uuid))


@statement
def _grants_of_account() -> Select[Any]:
    return (
        _grants().where(RoleGrant.account_id == param("account_id", Uuid), RoleGrant.is_live()).order_by(RoleGrant.id)
    )


@statement
def _grant() -> Select[Any]:
    return _grants().where(RoleGrant.id == param("grant_id", Uuid))


def _accounts(shape: frozenset[str]) -> Select[Any]:
    roles = (
        select(func.coalesce(func.array_agg(distinct(RoleGrant.role)), cast([], ARRAY(Text))))
        .where(RoleGrant.account_id == Account.id, RoleGrant.is_live())
        .scalar_subquery()
    )
    asked = [condition for name, condition in _FILTERS.items() if name in shape]
    query = select(*_ACCOUNT, roles).select_from(Account).where(*asked)
    return query.where(holds_role(RoleGrant.role == param("role", Text))) if "role" in shape else query


def _grants() -> Select[Any]:
    return select(*_GRANT, *PLACE).select_from(RoleGrant).outerjoin(Locality, Locality.id == RoleGrant.locality_id)


def _grant_out(id_: UUID, role: Any, sensitive: bool, granted_by: UUID, granted_at: datetime, *place: Any) -> GrantOut:
    return GrantOut(id_, role, place_of(*place), sensitive, granted_by, granted_at)
