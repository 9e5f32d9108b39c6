"""Every operation of the OpenAPI document as a test needs it: its address, its bodies, its fields."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from incubator.api.openapi import document
from incubator.app import create_app
from tests.conftest import settings_for

METHODS = ("get", "post", "put", "patch", "delete")
PLACE = "@here@"

Json = Any
Schema = dict[str, Any]


class Field(NamedTuple):
    """One property of a body: where it is, and what it takes."""

    pointer: str
    schema: Schema
    required: bool


class Body(NamedTuple):
    """One form of a body, with the example that the document shows for it."""

    name: str
    schema: Schema
    example: dict[str, Json]

    def fields(self) -> Iterator[Field]:
        yield from _fields(self.schema, self.example, "")


class Operation:
    """A method of a path."""

    def __init__(self, method: str, path: str, spec: dict[str, Any]) -> None:
        self.method = method.upper()
        self.path = path
        self.id = str(spec["operationId"])
        self.spec = spec

    @property
    def is_public(self) -> bool:
        return self.spec.get("security") == []

    @property
    def media_types(self) -> list[str]:
        """Those of a successful answer."""
        return [
            media
            for status, answer in self.spec["responses"].items()
            if status < "300"
            for media in answer.get("content", {})
        ]

    def takes(self, *headers: str) -> bool:
        """One of these headers, by the names of their components."""
        refs = {parameter.get("$ref", "").rsplit("/", 1)[-1] for parameter in self.spec["parameters"]}
        return not refs.isdisjoint(headers)

    def parameters(self, place: str) -> dict[str, Schema]:
        return {p["name"]: p["schema"] for p in self.spec["parameters"] if p.get("in") == place}

    def needed_query(self) -> dict[str, str]:
        """The parameters that must be there, with the examples that the document shows."""
        return {p["name"]: p["example"] for p in self.spec["parameters"] if p.get("in") == "query" and p["required"]}

    def bodies(self) -> list[Body]:
        """One for each form that the body may have; none where the operation takes no body."""
        content = self.spec.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return []
        if "examples" not in content:
            return [Body(self.id, resolved(content["schema"]), content["example"])]
        mapping = content["schema"]["discriminator"]["mapping"]
        return [
            Body(f"{self.id}-{tag}", resolved({"$ref": mapping[tag]}), shown["value"])
            for tag, shown in content["examples"].items()
        ]

    def tag(self) -> str | None:
        """The field that says which form the body has, if it may have several or its one form is named."""
        content = self.spec["requestBody"]["content"]["application/json"]
        if "examples" in content:
            return str(content["schema"]["discriminator"]["propertyName"])
        return "action" if "action" in content["example"] else None


@cache
def the_document() -> dict[str, Any]:
    return document(create_app(settings_for("postgresql://nowhere/none")).litestar)


@cache
def operations() -> list[Operation]:
    paths = the_document()["paths"]
    return [Operation(m, path, spec) for path, specs in paths.items() for m, spec in specs.items() if m in METHODS]


def resolved(schema: Schema) -> Schema:
    """The schema itself where it refers to a component, without the null that it may take."""
    while "$ref" in schema:
        schema = the_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def json_types(schema: Schema) -> set[str]:
    """The JSON types that a schema takes; empty where it takes any."""
    schema = resolved(schema)
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        return set().union(*map(json_types, members))
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def alternatives(schema: Schema) -> list[Schema]:
    schema = resolved(schema)
    members = schema.get("anyOf") or schema.get("oneOf")
    return [resolved(member) for member in members] if members else [schema]


def with_value(example: Json, pointer: str, value: Json) -> Json:
    """A copy of the example in which the place holds the value."""
    copy = json.loads(json.dumps(example))
    *steps, last = pointer.split("/")[1:]
    at = copy
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return copy


def without(example: Json, pointer: str) -> Json:
    copy = with_value(example, pointer, None)
    *steps, last = pointer.split("/")[1:]
    at = copy
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    del at[last]
    return copy


def raw(example: Json, pointer: str, text: bytes) -> bytes:
    """The example as JSON text, with this text in place of a value."""
    return json.dumps(with_value(example, pointer, PLACE)).encode().replace(f'"{PLACE}"'.encode(), text)


def _fields(schema: Schema, example: Json, above: str) -> Iterator[Field]:
    """Those of the object and of the objects inside it that the example holds. What is read apart refuses nothing; it
    is at most asked to be a list."""
    for name, part in schema.get("properties", {}).items():
        pointer = f"{above}/{name}"
        if "x-read-apart" in part:
            if part.get("type") == "array":
                yield Field(pointer, part, name in schema.get("required", []))
            continue
        yield Field(pointer, part, name in schema.get("required", []))
        value = example.get(name)
        for option in alternatives(part):
            if isinstance(value, dict) and "properties" in option and _is_of_form(value, option):
                yield from _fields(option, value, pointer)
            if isinstance(value, list) and value and "properties" in (item := resolved(option.get("items", {}))):
                yield from _fields(item, value[0], f"{pointer}/0")


def _is_of_form(value: dict[str, Json], option: Schema) -> bool:
    """Whether the tag of the value, if it has one, is that of this form."""
    tags = {name: part["enum"] for name, part in option["properties"].items() if len(part.get("enum", ())) == 1}
    return all(value[name] in tag for name, tag in tags.items() if name in value)
