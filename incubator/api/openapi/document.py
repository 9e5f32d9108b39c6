"""The whole document."""

from collections.abc import Iterable
from typing import Any

from litestar import Litestar

from incubator import __version__
from incubator.api.entry import JSON
from incubator.api.openapi.answers import HEADERS as ANSWER_HEADERS
from incubator.api.openapi.answers import answers_of
from incubator.api.openapi.endpoint import Endpoint, endpoints_of
from incubator.api.openapi.parameters import HEADERS as REQUEST_HEADERS
from incubator.api.openapi.parameters import parameters_of
from incubator.api.openapi.refusals import example_of, examples, refusals_of, shared_responses
from incubator.api.openapi.samples import Samples
from incubator.api.openapi.schemas import Schema, Schemas
from incubator.api.openapi.texts import BEARER, INFO, description_of, summary_of, tags_of
from incubator.api.problems import Problem

Document = dict[str, Any]

GZIP_TEXT = "May be compressed, with Content-Encoding: gzip; the limit holds for what it becomes."
ITEM_DONE = {"id": "018f93c8-2f40-73c5-8902-902b5f009db3", "status": "done", "problem": None}


def document(app: Litestar) -> Document:
    """The OpenAPI 3.1 document of an application; it needs no database. Raises LookupError where a handler
    leaves out what the document must say."""
    endpoints = list(endpoints_of(app))
    schemas = Schemas([Problem, *_types_of(endpoints)])
    samples = Samples(schemas, {"Problem": example_of("not_found"), "ItemResult": ITEM_DONE})
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas, samples)
    components = {
        "schemas": schemas.components,
        "examples": examples(),
        "headers": ANSWER_HEADERS,
        "parameters": REQUEST_HEADERS,
        "responses": shared_responses(schemas.of(Problem)),
    }
    used = _used(paths, components)
    return {
        "openapi": "3.1.0",
        "info": {**INFO, "version": __version__},
        "servers": [{"url": "/", "description": "The service that you read this from."}],
        "security": [{"bearer": []}],
        "tags": tags_of(endpoints),
        "paths": paths,
        "components": {**used, "securitySchemes": {"bearer": BEARER}},
    }


def _types_of(endpoints: Iterable[Endpoint]) -> list[Any]:
    types = [type_ for e in endpoints for type_ in (e.body, e.query, e.answer if JSON in e.produces else None)]
    return [type_ for type_ in types if type_ is not None]


def _operation(endpoint: Endpoint, schemas: Schemas, samples: Samples) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.operation_id,
        "tags": endpoint.tags,
        "summary": summary_of(endpoint),
        "description": description_of(endpoint),
        "parameters": parameters_of(endpoint, schemas, samples),
    }
    if endpoint.is_public:
        operation["security"] = []
    if endpoint.body is not None:
        operation["requestBody"] = _request_body(endpoint, schemas.of(endpoint.body), samples)
    problem: Schema = schemas.of(Problem)
    operation["responses"] = {**answers_of(endpoint, schemas, samples), **refusals_of(endpoint, problem)}
    return operation


def _request_body(endpoint: Endpoint, schema: Schema, samples: Samples) -> dict[str, Any]:
    """A tagged union has an example for each tag."""
    if "discriminator" in schema:
        tags = schema["discriminator"]["mapping"]
        shown = {"examples": {tag: {"value": samples.request({"$ref": ref})} for tag, ref in tags.items()}}
    else:
        shown = {"example": endpoint.opt.get("example") or samples.request(schema)}
    media = endpoint.opt.get("consumes", JSON)
    told = {"description": GZIP_TEXT} if "gzip_body" in endpoint.opt else {}
    return {**told, "required": True, "content": {media: {"schema": schema, **shown}}}


def _used(paths: dict[str, Any], components: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The components that the paths lead to."""
    reached: set[str] = set()
    waiting: list[Any] = [paths]
    while waiting:
        for reference in _references(waiting.pop()) - reached:
            reached.add(reference)
            kind, name = reference.removeprefix("#/components/").split("/")
            waiting.append(components[kind][name])
    return {
        kind: {name: part for name, part in parts.items() if f"#/components/{kind}/{name}" in reached}
        for kind, parts in components.items()
    }


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    if isinstance(value, list):
        return set().union(*map(_references, value))
    return set()
