"""Strict JSON: what a body must be before any type is compared with it."""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, NoReturn

from incubator.api.field_rules import LARGEST_FLOAT
from incubator.api.pointers import Path, pointer, shown
from incubator.api.wire_text import normalised
from incubator.errors import DomainError, FieldError

MAX_DEPTH = 32
MAX_ERRORS = 100

_NEVER_WRONG = frozenset({int, bool, type(None)})
_DIGITS_OF_LARGEST_FLOAT = 309
_STRING = re.compile(rb'"[^"]*"?')
_BRACES_AS_BRACKETS = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))


class Unread:
    """A value that is left as it came, so that what is wrong with it does not refuse the whole body."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def parse_json(raw: bytes, *, apart: Collection[str] = ()) -> object:
    """The document as Python values, every string and key in NFC. Raises DomainError and nothing else.

    Beyond RFC 8259 it refuses duplicate keys, text that cannot be stored, numbers that no float can hold and
    nesting beyond 32 levels. The fields `apart` come as `Unread`, or with `name/*` each item of the list; a doubled
    key and NaN inside one of them are found when it is read.
    """
    if _is_too_deep(raw):
        raise DomainError("too_deep", max=MAX_DEPTH)
    document = _decoded(raw, _LENIENT if apart else _DECODER)
    if isinstance(document, _Doubled):
        raise _doubled(document)
    if apart and isinstance(document, dict):
        document = {name: _set_apart(name, value, apart) for name, value in document.items()}
    if apart and _holds_constant(document):
        raise _malformed("NaN and the infinities are not JSON numbers")
    return clean_json(document)


def clean_json(document: object) -> object:
    """The same for a value that was left unread."""
    faults: list[FieldError] = []
    document = _cleaned(document, None, faults)
    if any(fault.code == "invalid_characters" for fault in faults):
        raise DomainError("invalid_characters", errors=faults)
    if faults:
        raise DomainError("validation_failed", errors=faults)
    return document


def _set_apart(name: str, value: object, apart: Collection[str]) -> object:
    if name in apart:
        return Unread(value)
    return [Unread(item) for item in value] if f"{name}/*" in apart and isinstance(value, list) else value


def _is_too_deep(raw: bytes) -> bool:
    """Whether brackets nest beyond MAX_DEPTH. It recurses nowhere and takes linear time on any input.

    Every pass removes the innermost pairs, so a document of n levels is empty after n passes. Brackets that
    match nothing stay; the parser refuses them, and as they can nest too, their number is bounded as well.
    """
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    brackets = _without_strings(raw).translate(_BRACES_AS_BRACKETS, _ALL_BUT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if b"[]" not in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH


def _without_strings(raw: bytes) -> bytes:
    """Escaped backslashes go first: only then does a backslash before a quote escape that quote."""
    return _STRING.sub(b"", raw.replace(rb"\\", b"").replace(rb"\"", b""))


def _decoded(raw: bytes, decoder: json.JSONDecoder) -> object:
    if not raw.strip():
        raise _malformed("it is empty")
    try:
        return decoder.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _malformed(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno}, column {error.colno}") from None


def _malformed(reason: str) -> DomainError:
    return DomainError("malformed_json", reason=reason)


def _cleaned(value: Any, path: Path, faults: list[FieldError]) -> Any:
    """The value with all text in NFC, changed in place: a second tree would double time and memory."""
    if isinstance(value, str):
        return _clean_text(value, path, faults)
    if isinstance(value, dict):
        return _clean_object(value, path, faults)
    if isinstance(value, list):
        _clean_items(enumerate(value), value, path, faults)
    elif isinstance(value, float) and not math.isfinite(value):
        _note(faults, "out_of_range", path, min=-LARGEST_FLOAT, max=LARGEST_FLOAT)
    return value


def _clean_text(text: str, path: Path, faults: list[FieldError]) -> str:
    clean = normalised(text)
    if clean is None:
        _note(faults, "invalid_characters", path)
        return text
    return clean


def _clean_object(value: dict[str, Any], path: Path, faults: list[FieldError]) -> dict[str, Any]:
    if isinstance(value, _Doubled):
        _note(faults, "duplicate", (path, value.twice))
    _clean_items(value.items(), value, path, faults)
    if all(normalised(key) == key for key in value):
        return value
    renamed = {_clean_text(key, (path, key), faults): item for key, item in value.items()}
    if len(renamed) != len(value):
        raise _malformed("two keys of an object differ only in their Unicode form")
    return renamed


def _clean_items(items: Iterable[tuple[Any, Any]], container: Any, path: Path, faults: list[FieldError]) -> None:
    for place, item in items:
        if type(item) not in _NEVER_WRONG:
            container[place] = _cleaned(item, (path, place), faults)


def _note(faults: list[FieldError], code: str, path: Path, **params: object) -> None:
    if len(faults) < MAX_ERRORS:
        faults.append(FieldError(code=code, pointer=pointer(path), params=params))


class _Doubled(dict[str, Any]):
    """An object with a doubled key, which has a list of all the values that it was given."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        doubled = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
        self.update({twice: [value for key, value in pairs if key == twice] for twice in doubled})
        self.twice = doubled[0]


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Doubled(pairs)


def _single_object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = _object_of(pairs)
    if isinstance(made, _Doubled):
        raise _doubled(made)
    return made


def _doubled(made: _Doubled) -> DomainError:
    return _malformed(f"duplicate key {shown(made.twice)}")


def _integer(digits: str) -> int | float:
    """Python refuses to read very long integers; what no float can hold becomes infinite, like 1e400."""
    return int(digits) if len(digits) <= _DIGITS_OF_LARGEST_FLOAT else math.inf


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is not a JSON number")


class _Constant(float):
    """NaN or an infinity, which some programs write as if JSON had it."""


def _holds_constant(value: object) -> bool:
    """Whether one stands outside of what is read apart."""
    if isinstance(value, dict):
        return any(map(_holds_constant, value.values()))
    return any(map(_holds_constant, value)) if isinstance(value, list) else isinstance(value, _Constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_single_object_of, parse_int=_integer, parse_constant=_refuse_constant)
_LENIENT = json.JSONDecoder(object_pairs_hook=_object_of, parse_int=_integer, parse_constant=_Constant)
"""For bodies of which some parts are read apart, where what is wrong in one of them is its own matter."""
