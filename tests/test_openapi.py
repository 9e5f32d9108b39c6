"""The API document says what the code does, and everything that it shows is true of its own schemas."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import pytest
from jsonschema import Draft202012Validator
from litestar import Litestar, get
from openapi_spec_validator import validate

from incubator.api.entry import PUBLIC
from incubator.api.errors_page import errors_page
from incubator.api.openapi import document
from incubator.api.openapi.samples import Samples
from incubator.api.openapi.schemas import Schemas
from incubator.app import create_app
from incubator.errors import ERRORS
from incubator.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
JSON_TYPES = {"application/json", "application/problem+json"}


class Operation(NamedTuple):
    method: str
    path: str
    text: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def built() -> dict[str, Any]:
    settings = Settings(secret_key="0" * 64, data_dir=Path())
    return document(create_app(settings).litestar)


DOCUMENT = built()
OPERATIONS = [
    Operation(method, path, text) for path, methods in DOCUMENT["paths"].items() for method, text in methods.items()
]


def contents(operation: Operation) -> Iterator[dict[str, Any]]:
    """The bodies in JSON that go in and out."""
    holders = [operation.text.get("requestBody", {}), *map(resolved, operation.text["responses"].values())]
    for holder in holders:
        yield from (body for media, body in holder.get("content", {}).items() if media in JSON_TYPES)


def examples_of(body: dict[str, Any]) -> list[Any]:
    if "example" in body:
        return [body["example"]]
    return [resolved(example)["value"] for example in body["examples"].values()]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_the_committed_document_is_the_one_that_the_code_makes() -> None:
    assert json.loads((DOCS / "openapi.json").read_text(encoding="utf-8")) == DOCUMENT, "run: make openapi"


def test_the_committed_page_of_errors_is_the_one_that_the_code_makes() -> None:
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == errors_page(), "run: make openapi"


def test_the_document_is_the_same_whenever_it_is_built() -> None:
    assert json.dumps(built()) == json.dumps(DOCUMENT)


def test_the_document_names_no_host() -> None:
    assert [server["url"] for server in DOCUMENT["servers"]] == ["/"]


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation.text["operationId"] for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", id_) for id_ in ids)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_says_what_it_is_for(operation: Operation) -> None:
    assert operation.text["summary"]
    assert len(operation.text["summary"]) <= 120
    assert operation.text["description"]
    assert operation.text["tags"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_example_fits_its_schema(operation: Operation) -> None:
    for body in contents(operation):
        schema = {**body["schema"], "components": DOCUMENT["components"]}
        checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        examples = examples_of(body)
        assert examples
        assert [error.message for example in examples for error in checker.iter_errors(example)] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_lists_the_errors_that_it_can_give(operation: Operation) -> None:
    expected = {"400", "406", "414", "500", "503", "504"}
    if operation.text.get("security") != []:
        expected.add("401")
    if "{" in operation.path:
        expected.add("404")
    if "requestBody" in operation.text:
        expected |= {"413", "415"}
    if any("/IfMatch" in part.get("$ref", "") for part in operation.text["parameters"]):
        expected |= {"412", "428"}
    assert expected <= operation.text["responses"].keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_error_stands_under_its_status(operation: Operation) -> None:
    for status, response in operation.text["responses"].items():
        problem = resolved(response).get("content", {}).get("application/problem+json")
        for code in problem["examples"] if problem else ():
            assert ERRORS[code].status == int(status)


def test_no_sentence_of_an_error_has_a_gap() -> None:
    for example in DOCUMENT["components"]["examples"].values():
        assert "{" not in json.dumps(example["value"]["detail"])


def test_every_component_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for kind, parts in DOCUMENT["components"].items():
        if kind != "securitySchemes":
            unused = [name for name in parts if f'"#/components/{kind}/{name}"' not in text]
            assert unused == [], kind


def test_moments_have_their_format_and_integers_their_bounds() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, part in schema.get("properties", {}).items():
            kinds = [part, *part.get("anyOf", [])]
            if field.endswith("_at"):
                assert any(kind.get("format") == "date-time" for kind in kinds), f"{name}.{field}"
            assert all("maximum" in kind for kind in kinds if kind.get("type") == "integer"), f"{name}.{field}"


def test_input_is_closed_and_a_union_is_told_apart_by_its_tag() -> None:
    body = DOCUMENT["paths"]["/v1/ideas/{idea_id}/transitions"]["post"]["requestBody"]["content"]["application/json"]
    schema = body["schema"]
    assert schema["discriminator"]["propertyName"] == "action"
    assert len(schema["oneOf"]) == len(schema["discriminator"]["mapping"]) > 10
    assert all(resolved(member)["additionalProperties"] is False for member in schema["oneOf"])


def test_what_an_answer_may_leave_out_is_not_required() -> None:
    page = DOCUMENT["components"]["schemas"]["IdeaPage"]
    assert page["required"] == ["items", "next_cursor"]
    assert {"total", "total_is_capped"} <= page["properties"].keys()


def test_two_types_of_one_name_are_refused() -> None:
    left = msgspec.defstruct("Twin", [("left", int)], module="left")
    right = msgspec.defstruct("Twin", [("right", int)], module="right")
    with pytest.raises(LookupError, match="Twin"):
        Schemas([left, right])


def test_an_operation_without_a_text_is_refused() -> None:
    @get("/silent", operation_id="silent", opt=PUBLIC, sync_to_thread=False)
    def silent() -> None: ...

    with pytest.raises(LookupError, match="silent"):
        document(Litestar([silent], openapi_config=None))


class Leaf(msgspec.Struct):
    kind: Literal["leaf"]
    branches: list["Leaf"]
    parent: "Leaf | None"


def test_an_example_of_a_type_that_holds_itself_ends() -> None:
    schemas = Schemas([Leaf])
    assert Samples(schemas, {}).answer(schemas.of(Leaf)) == {"kind": "leaf", "branches": [], "parent": None}
