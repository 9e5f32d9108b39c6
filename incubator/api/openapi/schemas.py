"""JSON schemas of the types that come in and go out: msgspec's own, tidied for OpenAPI 3.1."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

import msgspec
from msgspec import inspect

from incubator.api.field_rules import LARGEST_INTEGER, bare
from incubator.errors import ERRORS, FIELD_CODES

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
NULL: Schema = {"type": "null"}
ANY_JSON: Schema = {"$ref": PREFIX + "JsonValue"}
CLOSED_WORDS: dict[tuple[str, str], Iterable[str]] = {
    ("Problem", "code"): ERRORS,
    ("FieldProblem", "code"): FIELD_CODES,
}
"""Fields that are plain text in the code, because one table lists their words."""

_GENERIC = re.compile(r"([A-Z][A-Za-z0-9]*)_([A-Z][A-Za-z0-9]*)_")
_CLEAN = re.compile(r"[A-Z][A-Za-z0-9]*")
_JSON_TYPES: dict[type, str] = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}


class Schemas:
    """The components that some types need, and for each of the types a schema that refers to them."""

    def __init__(self, types: Iterable[Any]) -> None:
        # Types are told apart by their text: an Annotated with a list of examples has no hash.
        distinct = {repr(type_): type_ for type_ in types}
        made, components = msgspec.json.schema_components(distinct.values(), ref_template=PREFIX + "{name}")
        optional = dict(_optional_fields(distinct.values()))
        for component in components.values():
            _release(component, optional.get(component.get("title", ""), set()))
        self._by_type = {key: _tidy(schema) for key, schema in zip(distinct, made, strict=True)}
        self.components = _named({name: _tidy(schema) for name, schema in components.items()})
        self.components["JsonValue"] = _any_json()
        for (name, field), words in CLOSED_WORDS.items():
            if name in self.components:
                self.components[name]["properties"][field]["enum"] = list(words)

    def of(self, type_: Any) -> Schema:
        """The schema of one of the types that this was made for."""
        return self._by_type[repr(type_)]

    def resolve(self, schema: Schema) -> Schema:
        """What a reference refers to; anything else as it is."""
        reference = schema.get("$ref")
        return schema if reference is None else self.components[reference.removeprefix(PREFIX)]


def without_null(schema: Schema) -> Schema:
    """The schema for a place where null cannot be sent, such as a query parameter."""
    if "anyOf" not in schema:
        return schema
    outer = {key: value for key, value in schema.items() if key != "anyOf"}
    rest = [member for member in schema["anyOf"] if member != NULL]
    return {**outer, **rest[0]} if len(rest) == 1 else {**outer, "anyOf": rest}


def _named(components: dict[str, Schema]) -> dict[str, Schema]:
    """The components under the names that clients see; two types of one name are a mistake of ours."""
    named: dict[str, Schema] = {}
    for name, schema in components.items():
        clean = _clean_name(name)
        if clean in named:
            raise LookupError(f"two types would be {clean} in the document; rename one of them")
        named[clean] = schema
    return named


def _clean_name(name: str) -> str:
    """`Page_IdeaRow_`, as msgspec writes Page[IdeaRow], becomes IdeaPage. Namesakes come with their modules."""
    if generic := _GENERIC.fullmatch(name):
        outer, inner = generic.groups()
        return inner.removesuffix("Row").removesuffix("Out") + outer
    if not _CLEAN.fullmatch(name):
        raise LookupError(f"{name} is no name for a component; rename the type")
    return name


def _optional_fields(types: Iterable[Any]) -> Iterator[tuple[str, set[str]]]:
    """By the title of each struct its fields that an answer may leave out.

    msgspec counts `int | UnsetType` without a default as required, which is right only when reading.
    """
    seen: list[Any] = []
    waiting = list(inspect.multi_type_info(types))
    while waiting:
        kind = bare(waiting.pop())
        if isinstance(kind, inspect.StructType) and kind.cls not in seen:
            seen.append(kind.cls)
            unset = {f.encode_name for f in msgspec.structs.fields(kind.cls) if _may_be_unset(f.type)}
            yield _title(kind.cls), unset
        waiting += _inner_kinds(kind, entered=seen)


def _inner_kinds(kind: inspect.Type, entered: list[Any]) -> list[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        return [field.type for field in kind.fields] 
    if isinstance(kind, inspect.UnionType):
        return list(kind.types)
    if isinstance(kind, inspect.DictType):
        return [kind.value_type]
    item = getattr(kind, "item_type", None)
    return [*getattr(kind, "item_types", ()), *([item] if item is not None else [])]
