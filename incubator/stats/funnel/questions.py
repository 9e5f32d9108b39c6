"""A question to the funnel, checked: the rules between its parameters that a single parameter cannot know."""

from datetime import date

from incubator.errors import DomainError, FieldError
from incubator.stats.funnel.schemas import FunnelQuery


def check_question(asked: FunnelQuery, *, today: date) -> date:
    """The day as of which to count. Every wrong parameter is named at once."""
    as_of = asked.as_of or today
    errors = [*_missing(asked), *wrong_days(asked.from_, asked.to, as_of, today=today)]
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return as_of


def wrong_days(from_: date | None, to: date | None, as_of: date, *, today: date) -> list[FieldError]:
    """A period holds at least one day, and nobody knows the future."""
    errors = []
    if from_ is not None and to is not None and from_ >= to:
        errors.append(FieldError(code="out_of_range", parameter="to", params={"after": from_.isoformat()}))
    if as_of > today:
        errors.append(FieldError(code="out_of_range", parameter="as_of", params={"max": today.isoformat()}))
    return errors


def _missing(asked: FunnelQuery) -> list[FieldError]:
    if asked.mode == "snapshot":
        return []
    given = {"from": asked.from_, "to": asked.to}
    return [FieldError(code="required", parameter=name) for name, day in given.items() if day is None]
