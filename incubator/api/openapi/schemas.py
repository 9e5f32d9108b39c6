"""JSON schemas of the types that come in and go out: msgspec's own, tidied for OpenAPI 3.1."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args, get_origin

import msgspec

from incubator.api.field_rules import LARGEST_INTEGER
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
        _refuse_namesakes(components)
        for struct in _structs_in(distinct.values()):
            _complete(struct, components[_msgspec_name(struct)])
        self._by_type = {key: _tidy(schema) for key, schema in zip(distinct, made, strict=True)}
        self.components = {_clean_name(name): _tidy(schema) for name, schema in components.items()}
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


def _refuse_namesakes(components: Iterable[str]) -> None:
    """Two types of one name come with their modules' names, and two pages may still come to one name."""
    clean = Counter(map(_clean_name, components))
    if twice := [name for name, times in clean.items() if times > 1]:
        raise LookupError(f"several types would have these names in the document, rename one: {twice}")


def _clean_name(name: str) -> str:
    """`Page_IdeaRow_`, as msgspec writes Page[IdeaRow], becomes IdeaPage."""
    if generic := _GENERIC.fullmatch(name):
        outer, inner = generic.groups()
        return inner.removesuffix("Row").removesuffix("Out") + outer
    if not _CLEAN.fullmatch(name):
        raise LookupError(f"{name} is no name for a component; rename the type")
    return name


def _structs_in(types: Iterable[Any]) -> list[Any]:
    """Every struct that the types lead to."""
    found: list[Any] = []
    waiting = list(types)
    while waiting:
        type_ = waiting.pop()
        waiting += get_args(type_)
        cls = get_origin(type_) or type_
        if isinstance(cls, type) and issubclass(cls, msgspec.Struct) and type_ not in found:
            found.append(type_)
            waiting += [field.type for field in msgspec.structs.fields(type_)]
    return found


def _msgspec_name(struct: Any) -> str:
    """The name that msgspec gives a struct's component."""
    cls = get_origin(struct) or struct
    arguments = ", ".join(argument.__name__ for argument in get_args(struct))
    return re.sub(r"[^A-Za-z0-9]", "_", f"{cls.__name__}[{arguments}]") if arguments else str(cls.__name__)


def _complete(struct: Any, component: Schema) -> None:
    """Say of the struct's fields what msgspec leaves out.

    It counts `int | UnsetType` without a default as required, which is right only for what comes in, and it has
    no format for a datetime of any zone, though every one here bears its offset.
    """
    for field in msgspec.structs.fields(struct):
        name, types = field.encode_name, _flat(field.type)
        if msgspec.UnsetType in types and name in component["required"]:
            component["required"].remove(name)
        if datetime in types:
            _mark_moments(component["properties"][name])


def _flat(type_: Any) -> list[Any]:
    """The type with all that it is made of."""
    return [type_, *(inner for argument in get_args(type_) for inner in _flat(argument))]


def _mark_moments(schema: Schema) -> None:
    for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        _mark_moments(inner)
    if schema.get("type") == "string":
        schema.setdefault("format", "date-time")


def _tidy(schema: Schema) -> Schema:
    """msgspec's schema as OpenAPI's readers and generators like it best."""
    if not schema:
        return dict(ANY_JSON)
    tidied = {key: _inner(key, value) for key, value in schema.items() if key != "title" and value != []}
    if "$ref" in tidied:
        tidied["$ref"] = PREFIX + _clean_name(tidied["$ref"].removeprefix(PREFIX))
    if "description" in tidied:
        tidied["description"] = " ".join(tidied["description"].split())
    for improve in (_name_types_of_words, _bound_integers, _open_objects, _lift_notes, _mark_unions):
        improve(tidied)
    return tidied


def _inner(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _tidy(schema) for name, schema in value.items()}
    if key in {"anyOf", "oneOf", "prefixItems"}:
        return [_tidy(schema) for schema in value]
    if key in {"items", "additionalProperties"} and isinstance(value, dict):
        return _tidy(value)
    return value


def _name_types_of_words(schema: Schema) -> None:
    if "enum" in schema and "type" not in schema:
        names = sorted({_JSON_TYPES[type(word)] for word in schema["enum"]})
        schema["type"] = names[0] if len(names) == 1 else names


def _bound_integers(schema: Schema) -> None:
    """Beyond these bounds a client in JavaScript would read another number; the service refuses them too."""
    if schema.get("type") == "integer" and "enum" not in schema:
        schema["format"] = "int64"
        if "exclusiveMinimum" not in schema:
            schema.setdefault("minimum", -LARGEST_INTEGER)
        if "exclusiveMaximum" not in schema:
            schema.setdefault("maximum", LARGEST_INTEGER)


def _open_objects(schema: Schema) -> None:
    if schema.get("type") == "object" and not {"properties", "additionalProperties"} & schema.keys():
        schema["additionalProperties"] = dict(ANY_JSON)


def _lift_notes(schema: Schema) -> None:
    """Put what is said of a type beside its null, where readers look; a default of null says nothing new."""
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    members = schema.get("anyOf", [])
    if len(members) == 2 and NULL in members:
        member = next(member for member in members if member != NULL)
        # In a fixed order: a set would write the document anew with every process.
        for note in [name for name in ("description", "examples") if name in member]:
            schema[note] = member.pop(note)


def _mark_unions(schema: Schema) -> None:
    """Of the members of a tagged union exactly one fits."""
    if "discriminator" in schema and "anyOf" in schema:
        schema["oneOf"] = schema.pop("anyOf")


def _any_json() -> Schema:
    """Lists directly in lists are left out: TypeScript finds no end in them, and the service sends none."""
    plain: list[Schema] = [{"type": name} for name in ("null", "boolean", "number", "string")]
    mapping = {"type": "object", "additionalProperties": dict(ANY_JSON)}
    return {
        "description": "Any JSON value.",
        "anyOf": [*plain, mapping, {"type": "array", "items": {"anyOf": [*plain, mapping]}}],
    }
