"""Query strings against a msgspec struct: nothing unknown, nothing twice, every wrong parameter named."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes

from msgspec import Struct, inspect

from incubator.api.field_rules import allowed_values, bare
from incubator.api.fields import WrongFields, convert, describe
from incubator.api.pointers import shown
from incubator.api.wire_text import normalised
from incubator.errors import DomainError, FieldError

T = TypeVar("T", bound=Struct)

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_BOOLEANS = {"true": True, "false": False}
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_LISTS = inspect.ListType | inspect.SetType | inspect.FrozenSetType | inspect.VarTupleType
_TEXTS = inspect.StrType | inspect.DateType | inspect.DateTimeType | inspect.UUIDType


class _Parameter(NamedTuple):
    """`read` gives the JSON value that a text stands for, or None where it stands for none."""

    read: Callable[[str], Any]
    expected: str
    is_list: bool


def parse_query(query_string: bytes, type_: type[T]) -> T:
    """The parameters as the struct; a list field may be repeated.

    Every field of the struct needs a default, because every parameter may be absent; otherwise this raises
    TypeError at the first call. All faults are answered together, under the code of the gravest.
    """
    table = _table(type_)
    values: dict[str, Any] = {}
    unknown, repeated, invalid = [], [], []
    for name, texts in _grouped(query_string).items():
        parameter = table.get(name)
        if parameter is None:
            unknown.append(FieldError(code="unknown_field", parameter=shown(name)))
        elif len(texts) > 1 and not parameter.is_list:
            repeated.append(FieldError(code="duplicate", parameter=name))
        elif None in (items := [parameter.read(text) for text in texts]):
            invalid.append(_unreadable(name, parameter))
        else:
            values[name] = items if parameter.is_list else items[0]
    try:
        result = convert(values, type_)
    except WrongFields as wrong:
        invalid += wrong.by_parameter()
    _refuse(unknown, repeated, invalid)
    return result


def _unreadable(name: str, parameter: _Parameter) -> FieldError:
    return FieldError(code="bad_format", parameter=name, params={"expected": parameter.expected})


def _refuse(unknown: list[FieldError], repeated: list[FieldError], invalid: list[FieldError]) -> None:
    errors = unknown + repeated + invalid
    if unknown:
        raise DomainError("unknown_parameter", errors=errors)
    if repeated:
        raise DomainError("repeated_parameter", errors=errors)
    if invalid:
        raise DomainError("validation_failed", errors=errors)


def _grouped(query_string: bytes) -> dict[str, list[str]]:
    """The texts of each parameter in the order of arrival. Raises DomainError where one cannot be stored."""
    groups: dict[str, list[str]] = {}
    unstorable: dict[str, FieldError] = {}
    for pair in filter(None, query_string.split(b"&")):
        raw_name, _, raw_text = pair.partition(b"=")
        name, text = _decoded(raw_name), _decoded(raw_text)
        if name is None or text is None:
            label = shown(unquote_to_bytes(raw_name).decode("utf-8", "replace"))
            unstorable[label] = FieldError(code="invalid_characters", parameter=label)
        else:
            groups.setdefault(name, []).append(text)
    if unstorable:
        raise DomainError("invalid_characters", errors=list(unstorable.values()))
    return groups


def _decoded(raw: bytes) -> str | None:
    """The text of one encoded name or value in NFC, or None where it is broken or cannot be stored."""
    if b"%" in raw or b"+" in raw:
        if _BROKEN_ESCAPE.search(raw):
            return None
        raw = unquote_to_bytes(raw.replace(b"+", b" "))
    try:
        return normalised(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None


@cache
def _table(type_: Any) -> dict[str, _Parameter]:
    struct = describe(type_)
    if not isinstance(struct, inspect.StructType) or any(field.required for field in struct.fields):
        raise TypeError(f"{type_} is no struct of which every field has a default")
    return {field.encode_name: _parameter(field.type) for field in struct.fields}


def _parameter(kind: inspect.Type) -> _Parameter:
    kind = _without_null(kind)
    if isinstance(kind, _LISTS):
        return _scalar(_without_null(kind.item_type))._replace(is_list=True)
    return _scalar(kind)


def _without_null(kind: inspect.Type) -> inspect.Type:
    kind = bare(kind)
    if not isinstance(kind, inspect.UnionType):
        return kind
    members = [member for member in map(bare, kind.types) if not isinstance(member, inspect.NoneType)]
    if len(members) != 1:
        raise TypeError("a query parameter has exactly one type besides null")
    return members[0]


def _scalar(kind: inspect.Type) -> _Parameter:
    if isinstance(kind, inspect.IntType):
        return _Parameter(_read_integer, "integer", is_list=False)
    if isinstance(kind, inspect.BoolType):
        return _Parameter(_BOOLEANS.get, "true | false", is_list=False)
    if isinstance(kind, inspect.EnumType | inspect.LiteralType):
        return _choice(kind)
    if isinstance(kind, _TEXTS):
        return _Parameter(str, "text", is_list=False)
    raise TypeError(f"{type(kind).__name__} cannot be a query parameter")


def _choice(kind: inspect.EnumType | inspect.LiteralType) -> _Parameter:
    """An unknown word passes as itself, so that the answer can say which words there are."""
    words = {str(value): value for value in allowed_values(kind) if value is not None}
    return _Parameter(lambda text: words.get(text, text) if text else None, " | ".join(words), is_list=False)


def _read_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None
