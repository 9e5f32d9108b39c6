"""What each kind of type asks of a JSON value, as `msgspec.inspect` describes types. One rule per kind."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import inspect

from incubator.api.pointers import Path

LARGEST_INTEGER = 2**53 - 1
LARGEST_FLOAT = 1.7976931348623157e308

FIRST_MOMENT, LAST_MOMENT = datetime(1, 1, 1, 14, tzinfo=UTC), datetime(9999, 12, 31, 9, 59, 59, tzinfo=UTC)
"""Between these a moment has a date in every time zone, none of which is farther from UTC than 14 hours."""

_NAMES: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}
_ACCEPTED: dict[type[inspect.Type], tuple[str, ...]] = {
    inspect.NoneType: ("null",),
    inspect.BoolType: ("boolean",),
    inspect.IntType: ("integer",),
    inspect.FloatType: ("number", "integer"),
    inspect.DecimalType: ("string", "number", "integer"),
    inspect.StructType: ("object",),
    inspect.DictType: ("object",),
    inspect.ListType: ("array",),
    inspect.SetType: ("array",),
    inspect.FrozenSetType: ("array",),
    inspect.VarTupleType: ("array",),
    inspect.TupleType: ("array",),
    inspect.StrType: ("string",),
    inspect.DateType: ("string",),
    inspect.TimeType: ("string",),
    inspect.DateTimeType: ("string",),
    inspect.TimeDeltaType: ("string",),
    inspect.UUIDType: ("string",),
    inspect.BytesType: ("string",),
}


class Finding(NamedTuple):
    path: Path
    code: str
    params: dict[str, Any]


def check(kind: inspect.Type, value: object, path: Path) -> Iterator[Finding]:
    """Everything wrong with the value at the path, outer before inner, in the order of the type's fields.

    The value is a parsed JSON document. A kind without a rule, such as a TypedDict, finds nothing.
    """
    example, kind = _example(kind), bare(kind)
    accepted = _accepted(kind)
    if accepted and json_name(value) not in accepted:
        yield Finding(path, "wrong_type", {"expected": _listed(accepted), "got": json_name(value)})
    elif isinstance(kind, inspect.StrType):
        yield from _text(kind, value, path, example)
    elif rule := _RULES.get(type(kind)):
        yield from rule(kind, value, path)


def bare(kind: inspect.Type) -> inspect.Type:
    """The type without the wrapper that carries its title or its examples."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def _example(kind: inspect.Type) -> dict[str, Any]:
    """The first example of the type, which people read where a pattern is for machines."""
    examples = isinstance(kind, inspect.Metadata) and (kind.extra_json_schema or {}).get("examples")
    return {"example": examples[0]} if examples else {}


def json_name(value: object) -> str:
    return _NAMES.get(type(value), type(value).__name__)


def allowed_values(kind: inspect.EnumType | inspect.LiteralType) -> list[Any]:
    return [member.value for member in kind.cls] if isinstance(kind, inspect.EnumType) else list(kind.values)


def _accepted(kind: inspect.Type) -> tuple[str, ...]:
    """The JSON types that the kind takes; empty where it takes any."""
    if isinstance(kind, inspect.UnionType):
        members = [_accepted(bare(member)) for member in kind.types]
        return _distinct(name for names in members for name in names) if all(members) else ()
    if isinstance(kind, inspect.EnumType | inspect.LiteralType):
        return _distinct(map(json_name, allowed_values(kind)))
    return _ACCEPTED.get(type(kind), ())


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _listed(names: tuple[str, ...]) -> str:
    """`number` covers integers, and null stands last, where a reader looks for it."""
    covered = {"integer"} if "number" in names else set()
    return " | ".join(sorted((name for name in names if name not in covered), key="null".__eq__))


def _integer(kind: inspect.IntType, value: int, path: Path) -> Iterator[Finding]:
    low = _tighter(max, kind.ge, None if kind.gt is None else kind.gt + 1, -LARGEST_INTEGER)
    high = _tighter(min, kind.le, None if kind.lt is None else kind.lt - 1, LARGEST_INTEGER)
    if not low <= value <= high:
        yield Finding(path, "out_of_range", {"min": low, "max": high})
    elif kind.multiple_of is not None and value % kind.multiple_of:
        yield _not_a_multiple(kind.multiple_of, path)


def _tighter(pick: Callable[..., Any], first: float | None, second: float | None, default: float) -> Any:
    bounds = [bound for bound in (first, second) if bound is not None]
    return pick(bounds) if bounds else default


def _number(kind: inspect.FloatType, value: float, path: Path) -> Iterator[Finding]:
    low = _tighter(max, kind.ge, kind.gt, -LARGEST_FLOAT)
    high = _tighter(min, kind.le, kind.lt, LARGEST_FLOAT)
    if not low <= value <= high or value in (kind.gt, kind.lt):
        yield Finding(path, "out_of_range", {"min": low, "max": high})
    elif kind.multiple_of is not None and math.fmod(value, kind.multiple_of):
        yield _not_a_multiple(kind.multiple_of, path)


def _not_a_multiple(factor: float, path: Path) -> Finding:
    return Finding(path, "bad_format", {"expected": f"n * {factor}"})


def _text(kind: inspect.StrType, value: Any, path: Path, example: dict[str, Any]) -> Iterator[Finding]:
    yield from _length(kind, value, path, blank=value.isspace())
    if kind.pattern is not None and not re.search(kind.pattern, value):
        yield Finding(path, "bad_format", {"expected": kind.pattern, **example})


def _length(kind: Any, value: Any, path: Path, *, blank: bool = False) -> Iterator[Finding]:
    """Text of mere white space counts as empty, however long it is."""
    if kind.min_length and (blank or len(value) < kind.min_length):
        yield Finding(path, "too_short", {"min": kind.min_length})
    elif kind.max_length is not None and len(value) > kind.max_length:
        yield Finding(path, "too_long", {"max": kind.max_length})


def _items(kind: Any, value: list[object], path: Path) -> Iterator[Finding]:
    yield from _length(kind, value, path)
    for index, item in enumerate(value):
        yield from check(kind.item_type, item, (path, index))


def _fixed_items(kind: inspect.TupleType, value: list[object], path: Path) -> Iterator[Finding]:
    size = len(kind.item_types)
    if len(value) < size:
        yield Finding(path, "too_short", {"min": size})
    elif len(value) > size:
        yield Finding(path, "too_long", {"max": size})
    for index, (item_type, item) in enumerate(zip(kind.item_types, value, strict=False)):
        yield from check(item_type, item, (path, index))


def _mapping(kind: inspect.DictType, value: dict[str, object], path: Path) -> Iterator[Finding]:
    yield from _length(kind, value, path)
    for key, item in value.items():
        if "string" in _accepted(bare(kind.key_type)):
            yield from check(kind.key_type, key, (path, key))
        yield from check(kind.value_type, item, (path, key))


def _struct(kind: inspect.StructType, value: dict[str, object], path: Path) -> Iterator[Finding]:
    if kind.tag_field in value:
        yield from _tag([kind.tag], value[kind.tag_field], (path, kind.tag_field))
    elif kind.tag_field is not None:
        yield Finding((path, kind.tag_field), "required", {})
    for field in kind.fields:
        if field.encode_name in value:
            yield from check(field.type, value[field.encode_name], (path, field.encode_name))
        elif field.required:
            yield Finding((path, field.encode_name), "required", {})
    if kind.forbid_unknown_fields:
        known = {kind.tag_field, *(field.encode_name for field in kind.fields)}
        yield from (Finding((path, name), "unknown_field", {}) for name in value if name not in known)


def _tag(tags: list[Any], value: object, path: Path) -> Iterator[Finding]:
    expected = _distinct(map(json_name, tags))
    if json_name(value) not in expected:
        yield Finding(path, "wrong_type", {"expected": _listed(expected), "got": json_name(value)})
    elif value not in tags:
        yield Finding(path, "not_in_enum", {"allowed": tags})


def _union(kind: inspect.UnionType, value: object, path: Path) -> Iterator[Finding]:
    """The one member that the value can be: of the value's JSON type, an exact one before a lenient one."""
    members = [member for member in kind.types if json_name(value) in _accepted(bare(member))]
    structs = [member for member in map(bare, members) if isinstance(member, inspect.StructType)]
    if len(structs) > 1 and isinstance(value, dict):
        yield from _tagged(structs, value, path)
    elif members:
        yield from check(min(members, key=lambda member: len(_accepted(bare(member)))), value, path)


def _tagged(structs: list[inspect.StructType], value: dict[str, object], path: Path) -> Iterator[Finding]:
    tag_field = str(structs[0].tag_field)
    place = (path, tag_field)
    if tag_field not in value:
        yield Finding(place, "required", {})
        return
    faults = list(_tag([struct.tag for struct in structs], value[tag_field], place))
    yield from faults
    if not faults:
        yield from _struct(next(s for s in structs if s.tag == value[tag_field]), value, path)


def _choice(kind: inspect.EnumType | inspect.LiteralType, value: object, path: Path) -> Iterator[Finding]:
    """msgspec decides for an enum, which may know more spellings than it lists (`_missing_`)."""
    allowed = allowed_values(kind)
    known = _fits(kind.cls, value) if isinstance(kind, inspect.EnumType) else value in allowed
    if not known:
        yield Finding(path, "not_in_enum", {"allowed": allowed})


def _moment(kind: inspect.DateTimeType, value: str, path: Path) -> Iterator[Finding]:
    with_offset = kind.tz is not False
    if not _fits(datetime, value) or (msgspec.convert(value, datetime).tzinfo is not None) != with_offset:
        expected = "YYYY-MM-DDThh:mm:ss" + ("+hh:mm" if with_offset else "")
        yield Finding(path, "bad_format", {"expected": expected})
    elif with_offset and not FIRST_MOMENT <= msgspec.convert(value, datetime) <= LAST_MOMENT:
        yield Finding(path, "out_of_range", {"min": FIRST_MOMENT.isoformat(), "max": LAST_MOMENT.isoformat()})


def _format(type_: Any, expected: str) -> Callable[[Any, object, Path], Iterator[Finding]]:
    def written_so(kind: inspect.Type, value: object, path: Path) -> Iterator[Finding]:
        if not _fits(type_, value):
            yield Finding(path, "bad_format", {"expected": expected})

    return written_so


def _fits(type_: Any, value: object) -> bool:
    try:
        msgspec.convert(value, type_)
    except ValueError:
        return False
    return True


def _anything(kind: inspect.Type, value: object, path: Path) -> Iterator[Finding]:
    """Untyped JSON may be kept and sent out again, and integers beyond 64 bits cannot be."""
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        yield Finding(path, "out_of_range", {"min": -LARGEST_INTEGER, "max": LARGEST_INTEGER})
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _anything(kind, item, (path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _anything(kind, item, (path, index))


_RULES: dict[type[inspect.Type], Callable[[Any, Any, Path], Iterator[Finding]]] = {
    inspect.AnyType: _anything,
    inspect.CustomType: _anything,
    inspect.RawType: _anything,
    inspect.IntType: _integer,
    inspect.FloatType: _number,
    inspect.EnumType: _choice,
    inspect.LiteralType: _choice,
    inspect.DateTimeType: _moment,
    inspect.DateType: _format(date, "YYYY-MM-DD"),
    inspect.TimeType: _format(time, "hh:mm:ss"),
    inspect.TimeDeltaType: _format(timedelta, "ISO 8601 duration"),
    inspect.UUIDType: _format(UUID, "UUID"),
    inspect.DecimalType: _format(Decimal, "decimal"),
    inspect.BytesType: _format(bytes, "base64"),
    inspect.ListType: _items,
    inspect.SetType: _items,
    inspect.FrozenSetType: _items,
    inspect.VarTupleType: _items,
    inspect.TupleType: _fixed_items,
    inspect.DictType: _mapping,
    inspect.StructType: _struct,
    inspect.UnionType: _union,
}
