"""The one door of everything that comes in: bodies, their fields, and query strings.

Whatever the input, these three functions return what was asked for or raise DomainError.
"""

from typing import TypeVar

from incubator.api.fields import WrongFields, convert
from incubator.api.json_body import parse_json
from incubator.api.query_string import parse_query
from incubator.errors import DomainError

T = TypeVar("T")

__all__ = ["parse_json", "parse_query", "validate"]


def validate(value: object, type_: type[T]) -> T:
    """A document from `parse_json` as the type; DomainError names every wrong field by its JSON pointer."""
    try:
        return convert(value, type_)
    except WrongFields as wrong:
        raise DomainError("validation_failed", errors=wrong.by_pointer()) from None
