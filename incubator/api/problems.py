"""RFC 9457 problem+json for every status from 400, the framework's own errors included."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from incubator.days import VIETNAM
from incubator.errors import ERRORS, FIELD_CODES, RULES, DomainError, FieldError, Phrase

PROBLEM_JSON = "application/problem+json"

log = structlog.get_logger("incubator")

SQLSTATES: dict[str, str] = {
    "23505": "duplicate",
    "23503": "referenced",
    "23514": "business_rule_failed",
    "23P01": "duplicate",
    "40001": "concurrent_update",
    "40P01": "concurrent_update",
    "55P03": "concurrent_update",
    "57014": "deadline_exceeded",
    "53300": "database_unavailable",
    "53100": "storage_full",
    "25006": "read_only",
    "22021": "invalid_characters",
    "22P05": "invalid_characters",
}
"""What PostgreSQL says, in our words. Three kinds are matched by their beginning: 08xxx and 57P0x are a database
that is away, and any other 22xxx is a value that no column holds (asyncpg says so before it asks the server)."""

JSON_TYPES_VI = {
    "string": "chuỗi ký tự",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "true hoặc false",
    "object": "đối tượng",
    "array": "danh sách",
    "null": "null",
}
"""The types of JSON, for a Vietnamese sentence."""

SECRET = re.compile(r"inc_[a-z]+_[A-Za-z0-9_-]+")
"""What looks like a token. The address of a calendar feed holds one, and problems are shown and passed on."""

ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")

OUT_OF_RANGE = Phrase("is out of range", "nằm ngoài phạm vi")

RETRYABLE = {code for code, kind in ERRORS.items() if kind.retry_after is not None}


class FieldProblem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One wrong field: `pointer` for the body, `parameter` for the query, `header` for a header."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    params: dict[str, Any] = {}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The one shape of an error (RFC 9457). `code` is stable; `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    request_id: str
    retryable: bool
    errors: list[FieldProblem] | None = None
    rule: str | None = None
    allowed_actions: list[str] | None = None


def render(error: DomainError, *, path: str, request_id: str, language: str) -> Problem:
    """The problem document of a refusal, in the caller's language."""
    kind, params = error.kind, _sayable_params(error.params, language)
    rule = error.params.get("rule")
    detail = RULES.get(rule or "", kind.detail)
    return Problem(
        type=f"/errors/{error.code}",
        title=kind.title.say(language, {}),
        status=kind.status,
        code=error.code,
        detail=detail.say(language, params),
        instance=SECRET.sub("***", path),
        request_id=request_id,
        retryable=error.code in RETRYABLE,
        errors=[_field_problem(field, language) for field in error.errors] or None,
        rule=rule,
        allowed_actions=error.params.get("allowed_actions"),
    )


def handle_exception(request: Request[Any, Any, Any], exc: Exception) -> Response[bytes]:
    """Litestar's one exception handler: whatever was raised leaves as problem+json."""
    error = as_domain_error(exc, request)
    if error.kind.status == 500:
        log.error("unhandled", request_id=request_id_of(request.scope), exc_info=exc)
    return problem_response(error, request.scope)


def problem_response(error: DomainError, scope: Any) -> Response[bytes]:
    status, headers, body = problem_parts(error, scope)
    return Response(content=body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def problem_parts(error: DomainError, scope: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, for the places that answer without Litestar."""
    language = preferred_language(_header(scope, b"accept-language"))
    problem = render(error, path=scope["path"], request_id=request_id_of(scope), language=language)
    headers = {"content-language": language, "cache-control": "no-store", **error.headers}
    if error.kind.retry_after is not None:
        headers.setdefault("retry-after", str(error.params.get("retry_after", error.kind.retry_after)))
    if error.kind.status == 401:
        headers["www-authenticate"] = 'Bearer realm="incubator"'
    return error.kind.status, headers, msgspec.json.encode(problem)


def as_domain_error(exc: BaseException, request: Request[Any, Any, Any] | None = None) -> DomainError:
    """Say in our words what was raised; what we have no word for is internal_error."""
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, HTTPException):
        return _from_litestar(exc, request)
    if isinstance(exc, StaleDataError):
        return DomainError("concurrent_update")
    if isinstance(exc, PoolTimeout):
        return DomainError("overloaded")
    if state := sqlstate_of(exc):
        return _from_sqlstate(state, exc)
    if isinstance(exc, TimeoutError):
        return DomainError("deadline_exceeded")
    # InternalClientError is what asyncpg says of a connection that was cut while nobody used it.
    if isinstance(exc, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return DomainError("database_unavailable")
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return DomainError("database_unavailable")
    return DomainError("internal_error")


def sqlstate_of(exc: BaseException) -> str | None:
    """PostgreSQL's five characters, whether asyncpg or SQLAlchemy raised."""
    if isinstance(exc, asyncpg.PostgresError):
        return str(exc.sqlstate)
    if isinstance(exc, SQLAlchemyError):
        return getattr(getattr(exc, "orig", None), "sqlstate", None)
    return None


def preferred_language(accept_language: str) -> str:
    """vi or en, whichever Accept-Language weighs more; en where it names neither."""
    weights = {"en": 0.0, "vi": 0.0}
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        if language in weights:
            weights[language] = max(weights[language], _weight(weight))
    return "vi" if weights["vi"] > weights["en"] else "en"


def request_id_of(scope: Any) -> str:
    return str(scope.get("incubator.request_id", ""))


def _from_litestar(exc: HTTPException, request: Request[Any, Any, Any] | None) -> DomainError:
    if request is not None and request.scope.get("incubator.disconnected"):
        return DomainError("bad_request")
    if isinstance(exc, ValidationException):
        return DomainError("malformed_json", reason="it is empty")
    if isinstance(exc, MethodNotAllowedException):
        return DomainError("method_not_allowed", headers={"allow": _allowed(exc.headers or {})})
    by_status = {404: "not_found", 413: "body_too_large", 415: "unsupported_media_type", 400: "bad_request"}
    if exc.status_code == 413 and request is not None:
        return DomainError("body_too_large", max=request.app.request_max_body_size)
    return DomainError(by_status.get(exc.status_code, "internal_error"), expected="application/json")


def _allowed(headers: Mapping[str, str]) -> str:
    """The methods that Litestar names, and HEAD, which `Service` answers wherever GET is."""
    methods = set(next((value for name, value in headers.items() if name.lower() == "allow"), "").split(", "))
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def _from_sqlstate(state: str, exc: BaseException) -> DomainError:
    if state.startswith(("08", "57P0")):
        return DomainError("database_unavailable")
    if state == "23514":
        return DomainError("business_rule_failed", rule=_constraint_of(exc))
    if state.startswith("22") and state not in SQLSTATES:
        return DomainError("validation_failed", errors=[FieldError(code="out_of_range", pointer="")])
    return DomainError(SQLSTATES.get(state, "internal_error"))


def _constraint_of(exc: BaseException) -> str:
    """The name of the broken CHECK: ours, hence fit for a client; the driver's text is not."""
    cause = getattr(getattr(exc, "orig", exc), "__cause__", None) or exc
    return str(getattr(cause, "constraint_name", None) or "constraint")


def _field_problem(field: FieldError, language: str) -> FieldProblem:
    params = _sayable_params(field.params, language)
    if field.code == "wrong_type" and language == "vi":
        params |= {name: _types_vi(params[name]) for name in ("expected", "got") if name in params}
    return FieldProblem(
        code=field.code,
        detail=_phrase_of(field).say(language, params),
        pointer=field.pointer,
        parameter=field.parameter,
        header=field.header,
        params=field.params,
    )


def _phrase_of(field: FieldError) -> Phrase:
    """A range may be open on one side; its words then name the other. An example says more than a pattern."""
    for param in ("example", "known_id", "current_id", "one_of", "session_of_site", "site_id"):
        if param in field.params and (phrase := FIELD_CODES.get(f"{field.code}/{param}")):
            return phrase
    if field.code == "out_of_range" and not {"min", "max"} <= field.params.keys():
        side = next(name for name in ("min", "max", "after", "none") if name in field.params or name == "none")
        return FIELD_CODES.get(f"out_of_range/{side}", OUT_OF_RANGE)
    return FIELD_CODES[field.code]


def _sayable_params(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        key: _grouped(value, language) if key.endswith("_vnd") and isinstance(value, int) else _sayable(value, language)
        for key, value in params.items()
    }


def _grouped(amount: int, language: str) -> str:
    """Digits in threes: 81,999,000, and in Vietnamese 81.999.000."""
    return f"{amount:,}".replace(",", "." if language == "vi" else ",")


def _sayable(value: Any, language: str) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(str(_sayable(one, language)) for one in value)
    if isinstance(value, str) and ISO_INSTANT.fullmatch(value):
        return _local_time(value, language)
    if isinstance(value, str) and language == "vi" and (day := ISO_DAY.fullmatch(value)):
        return "{2}/{1}/{0}".format(*day.groups())
    return value.say(language, {}) if isinstance(value, Phrase) else value


def _local_time(instant: str, language: str) -> str:
    """As a clock in Viet Nam shows it; at the ends of the calendar, where there is no such time, as it is."""
    try:
        local = datetime.fromisoformat(instant).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return instant
    return f"{local:%H:%M ngày %d/%m/%Y}" if language == "vi" else f"{local:%H:%M on %Y-%m-%d} (Viet Nam)"


def _types_vi(types: str) -> str:
    return " hoặc ".join(JSON_TYPES_VI.get(name, name) for name in types.split(" | "))


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""
