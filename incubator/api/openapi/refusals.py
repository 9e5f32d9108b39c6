"""Every error of an operation, found from what the operation is, with an example from the table of errors."""

from collections.abc import Collection, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from incubator.actor import scopes_of
from incubator.api.openapi.answers import header_references
from incubator.api.openapi.endpoint import Endpoint
from incubator.api.problems import PROBLEM_JSON, Problem, render
from incubator.errors import ERRORS, RULES, DomainError, FieldError

EXAMPLES = "#/components/examples/"
RESPONSES = "#/components/responses/"
INSTANCE = "/v1/ideas"
REQUEST_ID = "4f1c2d9ab07e35668d21"

WRONG_FIELDS = [
    FieldError(code="required", pointer="/title"),
    FieldError(code="too_long", pointer="/summary", params={"max": 10_000}),
]
PARAMETERS: dict[str, dict[str, Any]] = {
    "body_too_large": {"max": 2_097_152},
    "capacity_full": {"capacity": 30, "seats_taken": 30},
    "insufficient_balance": {"bucket": "normal", "available_vnd": 500000, "asked_vnd": 20000000, "day": "2025-09-15"},
    "insufficient_scope": {"needed": "ideas:read, ideas:submit"},
    "invalid_characters": {"errors": [FieldError(code="invalid_characters", pointer="/title")]},
    "invalid_transition": {
        "status": "submitted",
        "action": "decide",
        "allowed_actions": ["start_screening", "withdraw"],
    },
    "malformed_json": {"reason": "line 1, column 9"},
    "not_acceptable": {"available": ["application/json"]},
    "repeated_parameter": {"errors": [FieldError(code="duplicate", parameter="limit")]},
    "too_deep": {"max": 32},
    "unknown_parameter": {"errors": [FieldError(code="unknown_field", parameter="statuss")]},
    "unsupported_media_type": {"expected": "application/json"},
    "uri_too_long": {"max": 8192},
    "validation_failed": {"errors": WRONG_FIELDS},
    "version_conflict": {"current": 8, "sent": "7"},
}
"""What fills the places in the sentences of the examples."""


GROUPS: dict[str, tuple[str, ...]] = {
    "Unauthenticated": ("unauthenticated", "token_expired", "token_revoked"),
    "NotPermitted": ("forbidden", "insufficient_scope", "password_change_required"),
    "NotForYou": ("forbidden", "password_change_required"),
    "WrongBody": (
        "unknown_parameter",
        "bad_request",
        "malformed_json",
        "too_deep",
        "invalid_characters",
        "validation_failed",
    ),
    "WrongPage": (
        "unknown_parameter",
        "repeated_parameter",
        "invalid_characters",
        "validation_failed",
        "invalid_cursor",
        "cursor_mismatch",
    ),
    "Unavailable": ("database_unavailable", "overloaded"),
    "UnavailableToWriters": ("database_unavailable", "overloaded", "read_only", "storage_full"),
}
"""Codes that many operations share under one status; each code alone is a response of its own too."""


def refusals_of(endpoint: Endpoint, problem: dict[str, Any]) -> dict[str, Any]:
    """The responses from 400 on, by status; `problem` is the schema of their body."""
    by_status: dict[int, set[str]] = {}
    for code in _codes_of(endpoint):
        by_status.setdefault(ERRORS[code].status, set()).add(code)
    return {str(status): _response(codes, problem) for status, codes in sorted(by_status.items())}


def shared_responses(problem: dict[str, Any]) -> dict[str, Any]:
    """The responses that operations refer to, by name."""
    return {name: _written_out(codes, problem) for codes, name in _shared_names().items()}


def examples() -> dict[str, Any]:
    """An example problem for each code, in English."""
    return {code: {"summary": kind.title.en, "value": example_of(code)} for code, kind in ERRORS.items()}


def _codes_of(endpoint: Endpoint) -> Iterator[str]:
    yield from ("unknown_parameter", "not_acceptable", "uri_too_long", "internal_error", "deadline_exceeded")
    yield from ("database_unavailable", "overloaded")
    yield from _codes_of_caller(endpoint)
    yield from _codes_of_reading(endpoint)
    if endpoint.method != "GET":
        yield from _codes_of_writing(endpoint)
    yield from endpoint.opt.get("errors", ())


def _codes_of_caller(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.is_public:
        return
    yield from ("unauthenticated", "token_expired", "token_revoked")
    if not endpoint.opt.get("before_password_change"):
        yield "password_change_required"
    if endpoint.is_guarded:
        yield "forbidden"
    if scopes_of(*endpoint.permissions):
        yield "insufficient_scope"


def _codes_of_reading(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.path_parameters:
        yield "not_found"
    if str in endpoint.path_parameters.values():
        yield "invalid_characters"
    if endpoint.query is not None:
        yield from ("repeated_parameter", "validation_failed", "invalid_characters")
    if endpoint.is_paged:
        yield from ("invalid_cursor", "cursor_mismatch")


def _codes_of_writing(endpoint: Endpoint) -> Iterator[str]:
    yield from ("concurrent_update", "read_only", "storage_full")
    if endpoint.body is not None:
        yield from ("malformed_json", "validation_failed", "invalid_characters", "too_deep", "bad_request")
        yield from ("body_too_large", "unsupported_media_type", "duplicate", "business_rule_failed")
    if endpoint.takes("once"):
        yield from ("validation_failed", "idempotency_in_progress", "idempotency_key_reused")
    if endpoint.needs_key:
        yield from ("idempotency_key_required", "insufficient_balance")
    if endpoint.takes("if_match"):
        yield from ("precondition_required", "version_conflict")
    if endpoint.takes("if_match") and endpoint.method == "POST":
        yield "invalid_transition"
    if endpoint.method == "DELETE":
        yield "referenced"


def _response(codes: set[str], problem: dict[str, Any]) -> dict[str, Any]:
    name = _shared_names().get(frozenset(codes))
    return _written_out(codes, problem) if name is None else {"$ref": RESPONSES + name}


@cache
def _shared_names() -> dict[frozenset[str], str]:
    alone = {frozenset([code]): code.title().replace("_", "") for code in ERRORS}
    return alone | {frozenset(codes): name for name, codes in GROUPS.items()}


def _written_out(codes: Collection[str], problem: dict[str, Any]) -> dict[str, Any]:
    kinds = [ERRORS[code] for code in codes]
    names = ["X-Request-Id", "Content-Language"]
    names += ["WWW-Authenticate"] if any(kind.status == HTTPStatus.UNAUTHORIZED for kind in kinds) else []
    names += ["Retry-After"] if any(kind.retry_after is not None for kind in kinds) else []
    return {
        "description": "; ".join(f"`{code}`: {ERRORS[code].title.en}" for code in sorted(codes)),
        "headers": header_references(names),
        "content": {
            PROBLEM_JSON: {"schema": problem, "examples": {code: {"$ref": EXAMPLES + code} for code in sorted(codes)}}
        },
    }


def example_of(code: str) -> Any:
    """The problem as it would be sent, with made-up values."""
    parameters = {"rule": _a_rule()} if code == "business_rule_failed" else PARAMETERS.get(code, {})
    problem: Problem = render(DomainError(code, **parameters), path=INSTANCE, request_id=REQUEST_ID, language="en")
    return msgspec.to_builtins(problem)


def _a_rule() -> str:
    """The first rule whose sentence needs no values."""
    return next((rule for rule in sorted(RULES) if "{" not in RULES[rule].en), "rule")
