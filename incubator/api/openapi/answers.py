"""What a successful request is answered with."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from incubator.api.entry import CSV, JSON, PNG, SVG, XLSX
from incubator.api.ical import ICALENDAR
from incubator.api.openapi.endpoint import Endpoint
from incubator.api.openapi.samples import Samples
from incubator.api.openapi.schemas import Schema, Schemas

REFERENCE = "#/components/headers/"

HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "Names this request in the service's log.",
        "schema": {"type": "string", "maxLength": 64},
        "example": "4f1c2d9ab07e35668d21",
    },
    "ETag": {
        "description": "Version and hash of this answer, for If-Match and If-None-Match; a figure has a hash alone.",
        "schema": {"type": "string", "maxLength": 100},
        "example": '"3.5b2f0c6d8e1a4f37"',
    },
    "Link": {
        "description": 'The address of the next page, as `rel="next"`; absent on the last one.',
        "schema": {"type": "string", "maxLength": 9000},
        "example": '</v1/ideas?limit=50&cursor=WyIxYjlkNmJjZCJd>; rel="next"',
    },
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string", "format": "uri-reference", "maxLength": 1000},
        "example": "/v1/ideas/018f93c8-2f40-7a11-8c1e-9b1a6f0d2c34",
    },
    "Idempotency-Replayed": {
        "description": "`true` where this answer was made earlier, for the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Content-Disposition": {
        "description": "A file name, where a table was asked for.",
        "schema": {"type": "string", "maxLength": 200},
        "example": 'attachment; filename="ideas.csv"',
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 86400},
        "example": 2,
    },
    "WWW-Authenticate": {
        "description": "The scheme of authentication.",
        "schema": {"type": "string", "maxLength": 200},
        "example": 'Bearer realm="incubator"',
    },
    "Content-Language": {
        "description": "The language of `title` and `detail`.",
        "schema": {"type": "string", "enum": ["en", "vi"]},
    },
}
TABLES = {
    CSV: "The whole filtered list, not one page: a header line, then a line per item. UTF-8 with a byte order mark.",
    XLSX: "The whole filtered list as a workbook with one sheet.",
}
IMAGES = {SVG: "Drawn with black on white.", PNG: "Black on white, with 12 dots for each module of a code."}
BYTES = {**TABLES, **IMAGES}
TEXTS = {ICALENDAR: "A calendar as RFC 5545 has it, in UTF-8, with lines that end in CRLF and are folded."}


def header_references(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": REFERENCE + name} for name in names}


def answers_of(endpoint: Endpoint, schemas: Schemas, samples: Samples) -> dict[str, Any]:
    """The responses below 400, by status."""
    status = endpoint.handler.status_code
    answer: dict[str, Any] = {
        "description": endpoint.opt.get("answer") or HTTPStatus(status).phrase,
        "headers": header_references(_headers_of(endpoint, status)),
    }
    if endpoint.answer is not None:
        answer["content"] = {media: _content(media, endpoint, schemas, samples) for media in endpoint.produces}
    answers = {str(status): answer}
    for other, meaning in endpoint.opt.get("also", {}).items():
        answers[str(other)] = {**answer, "description": meaning}
    if endpoint.is_tagged and endpoint.method == "GET":
        headers = header_references(["X-Request-Id", "ETag"])
        answers["304"] = {"description": "What you hold is still right", "headers": headers}
    return answers


def _content(media: str, endpoint: Endpoint, schemas: Schemas, samples: Samples) -> dict[str, Any]:
    if media in BYTES:
        return {"schema": {"type": "string", "format": "binary", "description": BYTES[media]}}
    if media != JSON:
        return {"schema": {"type": "string", **({"description": TEXTS[media]} if media in TEXTS else {})}}
    schema: Schema = schemas.of(endpoint.answer)
    return {"schema": schema, "example": samples.answer(schema)}


def _headers_of(endpoint: Endpoint, status: int) -> list[str]:
    sent = {
        "X-Request-Id": True,
        "ETag": endpoint.is_tagged,
        "Location": endpoint.takes("once") and status == 201,
        "Idempotency-Replayed": endpoint.takes("once"),
        "Link": endpoint.is_list,
        "Content-Disposition": len(endpoint.produces) > 1,
    }
    return [name for name, wanted in sent.items() if wanted]
