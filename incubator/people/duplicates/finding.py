"""Finding the persons who may be one, and noting each such pair once: a few statements for any number of persons."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, CompoundSelect, Text, Uuid, all_, and_, any_, case, func, not_, null, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from incubator.actor import Actor
from incubator.audit import record_audit
from incubator.db import Base, SessionReads, param, statement
from incubator.people.duplicates.candidates import candidates, code_text, codes_that_hold
from incubator.people.duplicates.models import STRONG, DuplicateStatus, Evidence, PersonDuplicate
from incubator.people.duplicates.sight import High, Low, is_apart


class Alike(msgspec.Struct, frozen=True):
    """A row that may be the same person, and why, the best reason first. A merged row stands for its survivor."""

    person_id: UUID
    evidence: tuple[Evidence, ...]

    @property
    def is_strong(self) -> bool:
        return not STRONG.isdisjoint(self.evidence)


async def find_duplicates(session: AsyncSession, person_ids: Iterable[UUID]) -> dict[UUID, list[Alike]]:
    """Who may be the same as each of the persons, the best first; who has nobody is left out.

    An equal citizen id or phone number suffices. An equal name needs beside it the birth year and the commune, one of
    them where the other is unknown, or the end of the phone number. Known years that differ, and two citizen ids,
    speak against what rests on a name. They do not against an equal citizen id or phone number: there one of the
    entries is mistyped, and only somebody who looks at both can tell which.
    """
    rows = await SessionReads(session).rows(candidates(), {"person_ids": sorted(set(person_ids))})
    alike: dict[UUID, list[Alike]] = {}
    for person_id, other_id, codes in rows:
        alike.setdefault(person_id, []).append(Alike(other_id, tuple(map(Evidence, codes))))
    return alike


async def note_duplicates(session: AsyncSession, actor: Actor, person_ids: Iterable[UUID]) -> set[UUID]:
    """Open a pair with everybody who may be one of the persons; those of the persons who have an open pair now.

    What people said about a pair stands, unless there is strong evidence that they did not know of. Two rows that are
    entered in the same moment do not see each other; the next search for either of them finds the pair.
    """
    asked = sorted(set(person_ids))
    if not asked:
        return set()
    if pairs := _pairs(await find_duplicates(session, asked)):
        written = (await session.scalars(_UPSERT, _values(pairs))).all()
        if written:
            record_audit(session, actor, "find_duplicates", "person_duplicate", None, pairs=len(written))
    return {row[0] for row in await SessionReads(session).rows(_with_open_pair(), {"person_ids": asked})}


def _pairs(found: Mapping[UUID, list[Alike]]) -> dict[tuple[UUID, UUID], Alike]:
    """Each pair once, the lower id first, in the order in which everybody writes them."""
    pairs = {
        (min(person_id, alike.person_id), max(person_id, alike.person_id)): alike
        for person_id, several in found.items()
        for alike in several
    }
    return dict(sorted(pairs.items()))


def _values(pairs: Mapping[tuple[UUID, UUID], Alike]) -> dict[str, Any]:
    return {
        "low_id": [low for low, _ in pairs],
        "high_id": [high for _, high in pairs],
        "codes": [",".join(alike.evidence) for alike in pairs.values()],
        "is_strong": [alike.is_strong for alike in pairs.values()],
    }


_TABLE = Base.metadata.tables[PersonDuplicate.__tablename__]
_COLUMNS = {"low_id": Uuid, "high_id": Uuid, "codes": Text, "is_strong": Boolean}


def _upsert() -> ReturningInsert[Any]:
    """Evidence only grows; where it does not, nothing is written."""
    pair = _TABLE.c
    new = func.unnest(*(param(name, ARRAY(type_)) for name, type_ in _COLUMNS.items()))
    row = new.table_valued(*_COLUMNS, name="new").render_derived()
    values = select(row.c.low_id, row.c.high_id, func.string_to_array(row.c.codes, ","), row.c.is_strong)
    insertion = insert(_TABLE).from_select(
        ["low_id", "high_id", "evidence", "is_strong"], values, include_defaults=False
    )
    found = insertion.excluded
    news = [and_(code == any_(found.evidence), code != all_(pair.evidence)) for code in map(code_text, sorted(STRONG))]
    reopens = and_(pair.status == code_text(DuplicateStatus.not_duplicate), or_(*news))
    both = pair.evidence.op("||", return_type=ARRAY(Text))(found.evidence)
    changes = {
        "version": pair.version + 1,
        "evidence": codes_that_hold({code: code_text(code) == any_(both) for code in Evidence}),
        "is_strong": or_(pair.is_strong, found.is_strong),
        "status": case((reopens, code_text(DuplicateStatus.open)), else_=pair.status),
        "resolved_at": case((reopens, null()), else_=pair.resolved_at),
        "resolved_by_id": case((reopens, null()), else_=pair.resolved_by_id),
    }
    grows = not_(found.evidence.op("<@", is_comparison=True)(pair.evidence))
    return insertion.on_conflict_do_update(
        index_elements=[pair.low_id, pair.high_id], set_=changes, where=grows
    ).returning(pair.id)


_UPSERT = _upsert()


@statement
def _with_open_pair() -> CompoundSelect[Any]:
    """Those of the persons who may be somebody who does not count as the same already."""
    asked = any_(param("person_ids", ARRAY(Uuid)))
    sides = [
        select(side).join(Low, Low.id == PersonDuplicate.low_id).join(High, High.id == PersonDuplicate.high_id)
        .where(side == asked, PersonDuplicate.status == code_text(DuplicateStatus.open), is_apart())
        for side in (PersonDuplicate.low_id, PersonDuplicate.high_id)
    ]  # fmt: skip
    return union(*sides)
