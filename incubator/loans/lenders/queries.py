"""What is read of lenders. They are a register: everybody who may read it reads all of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, or_, select

from incubator.db import Reads, fetch_all, fetch_one, param, statement
from incubator.errors import DomainError, FieldError, wrong_field
from incubator.loans.lenders.models import Lender
from incubator.loans.lenders.schemas import LenderOut, LenderQuery
from incubator.paging import Listing, Order
from incubator.text import clean_line

NEWEST_FIRST = Order((Lender.id.expression,), descending=True)

_LENDER: tuple[Any, ...] = (Lender.id, Lender.version, Lender.code, Lender.name, Lender.created_at)


def list_lenders(filters: LenderQuery) -> Listing[LenderOut]:
    """Newest first."""
    return Listing(
        name="lenders",
        query=_lenders,
        shape=(filters.code is not None,),
        order=NEWEST_FIRST,
        values={"code": filters.code},
        row=LenderOut,
    )


async def get_lender(reads: Reads, lender_id: UUID) -> LenderOut:
    return await fetch_one(reads, _lender(), {"lender_id": lender_id}, LenderOut)


async def find_lender(reads: Reads, named: str) -> UUID | None:
    """The id of the lender that bears this id or code."""
    values = {"code": clean_line(named), "lender_id": _as_id(named)}
    found = await fetch_all(reads, _lender_named(values["lender_id"] is not None), values, lambda id_: id_)
    return found[0] if found else None


async def lender_named(reads: Reads, named: str, *, pointer: str = "/lender") -> UUID:
    """The same for a field of a body, which is wrong where it names none."""
    lender_id = await find_lender(reads, named)
    if lender_id is None:
        raise wrong_field(pointer, "not_found")
    return lender_id


async def lender_asked_for(reads: Reads, named: str | None) -> UUID | None:
    """The same for the query parameter `lender`; None where the query has none."""
    if named is None:
        return None
    lender_id = await find_lender(reads, named)
    if lender_id is None:
        raise DomainError("validation_failed", errors=[FieldError(code="not_found", parameter="lender")])
    return lender_id


@statement
def _lender() -> Select[Any]:
    return select(*_LENDER).where(Lender.id == param("lender_id", Uuid))


@statement
def _lender_named(by_id: bool) -> Select[Any]:
    """A code may look like an id: then the lender of that id is meant."""
    bears = Lender.code == param("code", Text)
    if not by_id:
        return select(Lender.id).where(bears)
    has_id = Lender.id == param("lender_id", Uuid)
    return select(Lender.id).where(or_(bears, has_id)).order_by(has_id.desc()).limit(1)


def _lenders(by_code: bool) -> Select[Any]:
    query = select(*_LENDER)
    return query.where(Lender.code == param("code", Text)) if by_code else query


def _as_id(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None
