"""Turns a JSON value into a type, or says every place where it does not fit; msgspec stops at the first.

msgspec says yes or no, in C. Only where it says no, or where the value holds something that msgspec is too
lenient with, the rules of `field_rules` go over the type.
"""

import re
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from incubator.api.field_rules import LARGEST_INTEGER, Finding, check
from incubator.api.pointers import Path, first_step, pointer
from incubator.errors import FieldError

T = TypeVar("T")

MAX_FINDINGS = 100

# A moment without an offset, or in a year at an end of the calendar, where another zone may leave it.
_DOUBTFUL_MOMENT = re.compile(r"0001-|9999-|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]*\Z")
_STEP = re.compile(r"\.([^.\[]+)|\[([0-9]+)\]|\[\.\.\.\]")


class WrongFields(Exception):
    """The value does not fit: at least one finding, at most MAX_FINDINGS."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(len(findings))
        self.findings = findings

    def by_pointer(self) -> list[FieldError]:
        return [FieldError(code=code, pointer=pointer(path), params=params) for path, code, params in self.findings]

    def by_parameter(self) -> list[FieldError]:
        return [
            FieldError(code=code, parameter=first_step(path), params=params) for path, code, params in self.findings
        ]


def convert(value: object, type_: type[T]) -> T:
    """The JSON value as the type, or WrongFields.

    Stricter than msgspec in five points: integers without bounds end at ±(2^53−1), mere white space is no
    text where some is required, a moment needs its offset, it must exist in every time zone, and a tagged
    struct needs its tag even where it is the only form so far.
    """
    try:
        result = msgspec.convert(value, type_, strict=True, str_keys=True)
    except ValueError as error:
        raise WrongFields(_findings(value, type_) or [_as_msgspec_says(error)]) from None
    if (_lacks_tag(value, type_) or _is_doubtful(value)) and (found := _findings(value, type_)):
        raise WrongFields(found)
    return result


def _findings(value: object, type_: Any) -> list[Finding]:
    return list(islice(check(describe(type_), value, None), MAX_FINDINGS))


@cache
def describe(type_: Any) -> inspect.Type:
    """The type as msgspec sees it; looking takes longer than any check, so it is done once."""
    return inspect.type_info(type_)


def _lacks_tag(value: Any, type_: Any) -> bool:
    config = getattr(type_, "__struct_config__", None)
    return config is not None and config.tag_field is not None and config.tag_field not in value


def _is_doubtful(value: object) -> bool:
    """Whether the value holds anything for which `convert` is stricter than msgspec."""
    if isinstance(value, str):
        return value.isspace() or _DOUBTFUL_MOMENT.match(value) is not None
    if isinstance(value, dict):
        return any(map(_is_doubtful, value)) or any(map(_is_doubtful, value.values()))
    if isinstance(value, list):
        return any(map(_is_doubtful, value))
    return isinstance(value, int) and not -LARGEST_INTEGER <= value <= LARGEST_INTEGER


def _as_msgspec_says(error: ValueError) -> Finding:
    """The one fault that msgspec names, for what no rule covers: a struct's `__post_init__`, a rare type."""
    reason, _, place = str(error).partition(" - at `")
    path: Path = None
    for name, index in _STEP.findall(place.partition("$")[2].rstrip("`")):
        if not name and not index:
            break
        path = (path, name or int(index))
    return Finding(path, "bad_format", {"expected": reason})
