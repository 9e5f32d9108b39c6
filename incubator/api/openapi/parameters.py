"""What a request carries beside its body: path, query and headers."""

from datetime import date
from typing import Any
from uuid import UUID

from incubator.api.openapi.endpoint import Endpoint
from incubator.api.openapi.samples import Samples
from incubator.api.openapi.schemas import Schema, Schemas, without_null
from incubator.api.query import LONGEST_HEADERS

REFERENCE = "#/components/parameters/"
LONGEST_WORD = 200

IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag that you read. Its version is compared, so another caller's fits too.",
    "schema": {"type": "string", "maxLength": LONGEST_HEADERS["if-match"]},
    "example": '"3.5b2f0c6d8e1a4f37"',
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "A fresh UUID for each new request, the same one for its repeats. For 30 days a repeat has no second "
        "effect and gets the first answer again."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    "example": "7b0c6d1e-5f43-4c55-9f2a-0d5a6c1b8e90",
}

HEADERS: dict[str, dict[str, Any]] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "description": "`vi` or `en`: the language of `title` and `detail` of a problem. English without it.",
        "schema": {"type": "string", "maxLength": LONGEST_HEADERS["accept-language"]},
        "example": "vi",
    },
    "IfMatch": {**IF_MATCH, "required": True},
    "IfMatchWhereThere": {**IF_MATCH, "description": f"{IF_MATCH['description']} Needed where something is there."},
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An ETag that you hold: where it is still right, the answer is 304 without a body.",
        "schema": {"type": "string", "maxLength": LONGEST_HEADERS["if-none-match"]},
        "example": '"3.5b2f0c6d8e1a4f37"',
    },
    "IdempotencyKey": IDEMPOTENCY_KEY,
    "RequiredIdempotencyKey": {**IDEMPOTENCY_KEY, "required": True},
}


def parameters_of(endpoint: Endpoint, schemas: Schemas, samples: Samples) -> list[dict[str, Any]]:
    """Path first, then query, then headers."""
    path = [_path_parameter(name, type_, samples) for name, type_ in endpoint.path_parameters.items()]
    return [*path, *_query_parameters(endpoint, schemas), *map(_header, _headers_of(endpoint))]


def _path_parameter(name: str, type_: type[Any], samples: Samples) -> dict[str, Any]:
    formats: dict[type[Any], Schema] = {UUID: {"format": "uuid"}, date: {"format": "date"}}
    schema: Schema = {"type": "string", **formats.get(type_, {"minLength": 1, "maxLength": LONGEST_WORD})}
    words = name.replace("_", " ")
    descriptions = {UUID: f"The id of the {words.removesuffix(' id')}.", date: "A day in Viet Nam."}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": descriptions.get(type_, f"The {words}."),
        "schema": schema,
        "example": samples.parameter(name, schema),
    }


def _query_parameters(endpoint: Endpoint, schemas: Schemas) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    fields = schemas.resolve(schemas.of(endpoint.query))["properties"]
    return [_query_parameter(name, without_null(schema)) for name, schema in fields.items()]


def _query_parameter(name: str, schema: Schema) -> dict[str, Any]:
    schema = {key: value for key, value in schema.items() if value != []}
    notes = {"description": schema.pop("description", None), "example": schema.pop("examples", [None])[0]}
    parameter = {"name": name, "in": "query", "required": bool(schema.pop("required", False))}
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": True}
    return {**parameter, **{key: note for key, note in notes.items() if note is not None}, "schema": schema}


def _headers_of(endpoint: Endpoint) -> list[str]:
    asked = {
        "IdempotencyKey": endpoint.takes("once") and not endpoint.needs_key,
        "RequiredIdempotencyKey": endpoint.needs_key,
        "IfMatch": endpoint.takes("if_match") and not endpoint.makes_the_first,
        "IfMatchWhereThere": endpoint.makes_the_first,
        "IfNoneMatch": endpoint.is_tagged and endpoint.method == "GET",
        "AcceptLanguage": True,
    }
    return [name for name, wanted in asked.items() if wanted]


def _header(name: str) -> dict[str, Any]:
    return {"$ref": REFERENCE + name}
