"""The exception that names a row of the error table, and the rules whose breach is one.

Features raise `DomainError("not_found")`; `api/problems.py` renders it as RFC 9457 problem+json in the
caller's language. Codes, statuses, titles, the OpenAPI examples and docs/errors.md all come from `error_table.py`, and
what can be wrong with a field from `field_codes.py`.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from incubator.error_table import ERRORS, ErrorKind, Phrase
from incubator.field_codes import FIELD_CODES

T = TypeVar("T")

__all__ = [
    "ERRORS",
    "FIELD_CODES",
    "RULES",
    "DomainError",
    "ErrorKind",
    "FieldError",
    "Phrase",
    "WrongFields",
    "broken_rule",
    "rule_text",
    "wrong_field",
]


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One wrong field: `pointer` (RFC 6901) in a body, `parameter` in the query, `header` in the head."""

    code: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    params: dict[str, Any] = {}


class DomainError(Exception):
    """A refusal with a stable code. It is raised, never returned, so that the transaction rolls back."""

    def __init__(
        self,
        code: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = ERRORS[code]
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.params = params


def broken_rule(rule: str, **params: Any) -> DomainError:
    """A data guard of the domain refused (422); `rule` is a key of `RULES`."""
    return DomainError("business_rule_failed", rule=rule, **params)


def wrong_field(pointer: str, code: str, **params: Any) -> DomainError:
    """A field that only the database can find wrong, such as an id of nothing."""
    return DomainError("validation_failed", errors=[FieldError(code=code, pointer=pointer, params=params)])


class WrongFields:
    """Gathers the wrong fields of several checks, so that a body is refused once and for all of them."""

    def __init__(self, errors: Sequence[FieldError] = ()) -> None:
        self.errors = list(errors)

    async def gather(self, check: Awaitable[T]) -> T | None:
        """What the check gives, or None where it found wrong fields, which are kept. Other refusals pass."""
        try:
            return await check
        except DomainError as refusal:
            if refusal.code != "validation_failed":
                raise
            self.errors += refusal.errors
            return None


RULES: dict[str, Phrase] = {}
"""What each `rule` of business_rule_failed means. Features add theirs beside the rule, with `rule_text`."""


def rule_text(rule: str, en: str, vi: str) -> str:
    """Register the wording of a rule and return its name."""
    RULES[rule] = Phrase(en, vi)
    return rule
