"""Opening calls, changing their terms, and writing the versions of their rubrics."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.api.answers import IfMatch
from incubator.audit import record_audit
from incubator.errors import DomainError, FieldError, broken_rule, rule_text
from incubator.ideas.calls.models import DEFAULT_RUBRIC, Call, Criterion, Rubric
from incubator.ideas.calls.queries import call_sight, call_values, visible_calls
from incubator.ideas.calls.schemas import CallCreate, CallPatch, CriterionInput, RubricCreate
from incubator.ideas.models import Idea
from incubator.text import clean_line

BLIND_IS_FIXED = rule_text(
    "blind_is_fixed",
    "Ideas of this call are in review; whether it is blind can no longer change.",
    "Đã có ý tưởng của đợt này được thẩm định; không thể đổi chế độ ẩn danh.",
)
NOTHING_COUNTS = rule_text(
    "rubric_counts_nothing",
    "At least one criterion must count towards the total; all of these are independent.",
    "Phải có ít nhất một tiêu chí tính vào tổng điểm; các tiêu chí này đều tính riêng.",
)


async def add_call(session: AsyncSession, actor: Actor, data: CallCreate) -> UUID:
    """A new call with the first version of its rubric."""
    criteria = list(DEFAULT_RUBRIC) if data.criteria is UNSET else _criteria_of(data.criteria)
    terms = _terms_of(data)
    _refuse([*wrong_terms(terms), *wrong_criteria(criteria)])
    _require_counted(criteria)
    code = clean_line(data.code)
    await _refuse_second(session, code)
    call = Call(code=code, **terms)
    session.add(call)
    await session.flush()
    session.add(Rubric(call_id=call.id, number=1, criteria=msgspec.to_builtins(criteria)))
    record_audit(session, actor, "add", "call", call.id, code=call.code)
    await session.flush()
    return call.id


async def edit_call(session: AsyncSession, actor: Actor, call_id: UUID, data: CallPatch, if_match: IfMatch) -> None:
    """Lay a merge patch over a call's terms. Ideas that came in under the old ones stay as they are."""
    call = await _lock_call(session, actor, call_id)
    if_match.check(call.version)
    changes = _terms_of(data)
    _refuse(wrong_terms({name: getattr(call, name) for name in CallPatch.__struct_fields__} | changes))
    if changes.get("blind", call.blind) != call.blind and await _has_been_reviewed(session, call):
        raise broken_rule(BLIND_IS_FIXED)
    for name, value in changes.items():
        setattr(call, name, value)
    record_audit(session, actor, "edit", "call", call.id, fields=sorted(changes))
    await session.flush()


async def add_rubric(session: AsyncSession, actor: Actor, call_id: UUID, data: RubricCreate) -> UUID:
    """The next version of the rubric. The call is locked, so that two at once get two numbers."""
    criteria = _criteria_of(data.criteria)
    _refuse(wrong_criteria(criteria))
    _require_counted(criteria)
    call = await _lock_call(session, actor, call_id)
    last = await session.scalar(select(func.max(Rubric.number)).where(Rubric.call_id == call.id))
    rubric = Rubric(call_id=call.id, number=(last or 0) + 1, criteria=msgspec.to_builtins(criteria))
    session.add(rubric)
    await session.flush()
    record_audit(session, actor, "add_rubric", "call", call.id, number=rubric.number)
    return rubric.id


def wrong_terms(terms: Mapping[str, Any]) -> list[FieldError]:
    """What does not fit together in a call's terms, all of it."""
    errors = []
    opens_on, closes_on = terms["opens_on"], terms["closes_on"]
    if closes_on is not None and closes_on < opens_on:
        limits = {"min": opens_on.isoformat(), "max": date.max.isoformat()}
        errors.append(FieldError(code="out_of_range", pointer="/closes_on", params=limits))
    if terms["max_age"] < terms["min_age"]:
        limits = {"min": terms["min_age"], "max": 120}
        errors.append(FieldError(code="out_of_range", pointer="/max_age", params=limits))
    return errors + _repeated("/sectors/{}", terms["sectors"] or [])


def wrong_criteria(criteria: Sequence[Criterion]) -> list[FieldError]:
    """What does not fit together in a rubric, all of it; each line alone was checked on its way in."""
    errors = _repeated("/criteria/{}/code", [criterion.code for criterion in criteria])
    for position, criterion in enumerate(criteria):
        if criterion.floor is not None and criterion.floor > criterion.max:
            limits = {"min": 0, "max": criterion.max}
            errors.append(FieldError(code="out_of_range", pointer=f"/criteria/{position}/floor", params=limits))
    return errors


def _repeated(pointer: str, values: Sequence[str]) -> list[FieldError]:
    return [
        FieldError(code="duplicate", pointer=pointer.format(position))
        for position, value in enumerate(values)
        if value in values[:position]
    ]


def _require_counted(criteria: Sequence[Criterion]) -> None:
    """Without one there would be no total, and no idea could ever be ranked."""
    if all(criterion.independent for criterion in criteria):
        errors = [FieldError(code="not_in_enum", pointer="/criteria/0/independent", params={"allowed": [False]})]
        raise broken_rule(NOTHING_COUNTS, errors=errors)


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise DomainError("validation_failed", errors=errors)


async def _refuse_second(session: AsyncSession, code: str) -> None:
    """The friendly form of the unique constraint."""
    if await session.scalar(select(Call.id).where(Call.code == code)) is not None:
        raise DomainError("duplicate", errors=[FieldError(code="duplicate", pointer="/code")])


async def _lock_call(session: AsyncSession, actor: Actor, call_id: UUID) -> Call:
    query = visible_calls(sees_all=call_sight(actor)).where(Call.id == call_id).with_for_update(of=Call)
    call: Call | None = (await session.execute(query, call_values(actor))).scalar_one_or_none()
    if call is None:
        raise DomainError("not_found")
    return call


async def _has_been_reviewed(session: AsyncSession, call: Call) -> bool:
    """Whether an idea of the call has passed the screening, which is when its rubric is frozen."""
    frozen = exists().where(Idea.call_id == call.id, Idea.rubric_id.is_not(None))
    return bool(await session.scalar(select(frozen)))


def _terms_of(data: CallCreate | CallPatch) -> dict[str, Any]:
    """What a body says of the terms, by column; what it does not mention is left out."""
    terms = {name: getattr(data, name) for name in CallPatch.__struct_fields__ if getattr(data, name) is not UNSET}
    if "title" in terms:
        terms["title"] = clean_line(terms["title"])
    if terms.get("sectors"):
        terms["sectors"] = [sector.value for sector in terms["sectors"]]
    return terms


def _criteria_of(criteria: Sequence[CriterionInput]) -> list[Criterion]:
    return [_criterion(**msgspec.structs.asdict(line)) for line in criteria]


def _criterion(code: str, label_en: str, label_vi: str, **rest: Any) -> Criterion:
    return Criterion(code=clean_line(code), label_en=clean_line(label_en), label_vi=clean_line(label_vi), **rest)
