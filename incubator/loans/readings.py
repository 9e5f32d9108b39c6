"""The trace of a list of loans that somebody looked at, and of an answer that was given again."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.loans.access import record_reading
from incubator.paging import PageQuery

_SUBJECTS = {
    "loan_id": "loan",
    "borrower_id": "person",
    "applicant_id": "person",
    "household_id": "household",
    "group_id": "credit_group",
    "project_id": "project",
}


def record_list(session: AsyncSession, actor: Actor, name: str, filters: PageQuery) -> None:
    """A row that says which list was read and through which filters; its subject is the loan, person, household,
    group or project that was asked for, if any."""
    asked = _filters_of(filters)
    of = next((field for field in _SUBJECTS if field in asked), None)
    subject: tuple[str, UUID | None] = (name, None) if of is None else (_SUBJECTS[of], asked[of])
    record_reading(session, actor, *subject, list=name, filters=sorted(asked))


def repeated(session: AsyncSession, actor: Actor, subject_type: str, subject: str = "id") -> Callable[[Any], None]:
    """What Once is to do where an answer of a POST is given again: that is one more reading of its subject, whose id
    is named as a path of attributes."""
    subject_of = attrgetter(subject)
    return lambda shown: record_reading(session, actor, subject_type, subject_of(shown), repeated=True)


def _filters_of(filters: PageQuery) -> dict[str, Any]:
    """The filters that are set, without what cuts the pages."""
    given = {name: getattr(filters, name) for name in filters.__struct_fields__}
    return {
        name: value
        for name, value in given.items()
        if name not in PageQuery.__struct_fields__ and value is not None and value != []
    }
