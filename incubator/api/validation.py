"""The one door of everything that comes in: bodies, their fields, and query strings.

Whatever the input, these four functions return what was asked for or raise DomainError.
"""

from typing import TypeVar

from incubator.api.fields import WrongFields, convert
from incubator.api.json_body import Unread, clean_json, parse_json
from incubator.api.query_string import parse_query
from incubator.errors import DomainError

T = TypeVar("T")

__all__ = ["Unread", "parse_json", "parse_query", "read", "validate"]


def validate(value: object, type_: type[T]) -> T:
    """A document from `parse_json` as the type; DomainError names every wrong field by its JSON pointer."""
    try:
        return convert(value, type_)
    except WrongFields as wrong:
        raise DomainError("validation_failed", errors=wrong.by_pointer()) from None


def read(unread: Unread, type_: type[T]) -> T:
    """A part of a document that was left unread, as the type; pointers begin at the part."""
    return validate(clean_json(unread.value), type_)
