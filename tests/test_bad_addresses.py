"""No address, query or header gives a 500: every operation of the OpenAPI document, like its bodies in
test_bad_input.py."""

import base64
import json
from typing import Any

import httpx

from tests.operations import Operation, operations, resolved
from tests.refusals import (
    NOBODYS,
    a_body,
    each_guarded,
    each_list,
    each_operation,
    each_read,
    each_with_id,
    each_with_if_match,
    each_with_key,
    faults,
    not_broken,
    only_body,
    problem,
    refused,
    send,
)
from tests.stage import Stage


@each_operation
async def test_unknown_parameters_are_refused(stage: Stage, operation: Operation) -> None:
    answer = await send(stage, operation, stage.url(operation.path) + "?nonsense=1&more=2", **a_body(operation))
    told = refused(answer, 400, "unknown_parameter")
    assert {"nonsense", "more"} <= faults(told).keys()


@each_operation
async def test_a_query_that_is_no_text_is_refused(stage: Stage, operation: Operation) -> None:
    for query in ("?q=%00", "?%00=1", "?q=%ff", "?q=%ed%a0%80", "?=", "?&&&=1", "?q=%zz", "?q=%", "?%F0%9F%98=1"):
        problem(await send(stage, operation, stage.url(operation.path) + query, **a_body(operation)))


@each_read
async def test_wrong_parameters_are_named(stage: Stage, operation: Operation) -> None:
    for name, schema in operation.parameters("query").items():
        if schema.get("type") != "array":
            answer = await send(stage, operation, stage.url(operation.path) + f"?{name}=1&{name}=2")
            assert faults(refused(answer, 400, "repeated_parameter"))[name] == "duplicate"
        for text in _wrong_texts(schema):
            told = problem(await send(stage, operation, stage.url(operation.path) + f"?{name}={text}"))
            assert told["code"] in {"validation_failed", "invalid_characters"}, (name, text)
            assert name in faults(told)
    if operation.parameters("query"):
        told = problem(await send(stage, operation, stage.url(operation.path) + "?nonsense=1&limit=0&limit=1&limit=x"))
        assert "nonsense" in faults(told)


@each_read
async def test_days_at_the_ends_of_the_calendar_break_no_list(stage: Stage, operation: Operation) -> None:
    for name, schema in operation.parameters("query").items():
        if schema.get("format") == "date":
            for day in ("0001-01-01", "9999-12-31", "2025-07-01"):
                not_broken(await send(stage, operation, stage.url(operation.path) + f"?{name}={day}"))


@each_list
async def test_a_cursor_is_taken_only_as_it_was_given(stage: Stage, operation: Operation) -> None:
    url = stage.url(operation.path)
    for cursor in (
        "x",
        "AAAA",
        "e30",
        "W10",
        "bnVsbA",
        "%2B%2F%3D",
        "W1tbW1tbW10",
        "x" * 999,
        _encoded(["0" * 12, NOBODYS]),
    ):
        assert problem(await send(stage, operation, f"{url}?cursor={cursor}"))["code"] in {
            "invalid_cursor",
            "cursor_mismatch",
        }
    refused(await send(stage, operation, f"{url}?cursor={'x' * 1001}"), 400, "validation_failed")
    other = "/v1/localities" if operation.path != "/v1/localities" else "/v1/ideas"
    foreign = (await stage.everybody.get(f"{other}?limit=1")).json()["next_cursor"]
    assert problem(await send(stage, operation, f"{url}?cursor={foreign}"))["code"] in {
        "invalid_cursor",
        "cursor_mismatch",
    }
    page = await send(stage, operation, f"{url}?limit=1")
    assert page.status_code == 200, page.text
    if own := page.json()["next_cursor"]:
        bound_to, *place = json.loads(base64.urlsafe_b64decode(own + "=" * (-len(own) % 4)))
        for forged in _forged(place):
            refused(
                await send(stage, operation, f"{url}?cursor={_encoded([bound_to, *forged])}"), 400, "invalid_cursor"
            )
        refused(await send(stage, operation, f"{url}?cursor={own}="), 400, "invalid_cursor")
        assert (await send(stage, operation, f"{url}?cursor={own}")).status_code == 200


@each_with_id
async def test_an_id_that_is_none_is_not_found(stage: Stage, operation: Operation) -> None:
    for name, schema in operation.parameters("path").items():
        wrong = ["x", "1", "%00", "%ff", "%F0%9F%98", "..%2f..", "x" * 500, "'; DROP TABLE idea; --", "%C0%80"]
        if schema.get("format") == "uuid":
            wrong += [NOBODYS, "018f93c8-2f40-7000-8000-00000000000g"]
        for value in wrong:
            url = operation.path.format_map({**stage.ids, name: value})
            if value == "x" and operation.path.count("{") == 1 and schema.get("format") != "uuid":
                continue
            told = problem(await send(stage, operation, url, **a_body(operation)))
            assert told["code"] in {"not_found", "invalid_characters", "method_not_allowed", "validation_failed"}, (
                value,
                told,
            )


@each_guarded
async def test_nobody_gets_anywhere_without_a_token(stage: Stage, operation: Operation) -> None:
    for authorization in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic eDp5",
        "Bearer " + "inc_session_" + "x" * 43,
        "Bearer \xff",
    ):
        headers = {"authorization": authorization.encode("latin-1")}
        answer = await stage.world.http.request(operation.method, stage.url(operation.path), headers=headers)
        refused(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@each_operation
async def test_an_answer_that_nobody_makes_is_not_acceptable(stage: Stage, operation: Operation) -> None:
    for accept in ("image/avif", "text/html;q=0.5", "application/vnd.api+json"):
        answer = await send(stage, operation, headers={"accept": accept}, **only_body(operation))
        refused(answer, 406, "not_acceptable")
    if operation.method == "GET":
        for accept in ("", ",,,;q=x", "*/*;q=abc", "\xff", "/", "application/json;q=0.1, */*", "a" * 5000):
            not_broken(await send(stage, operation, headers={"accept": accept.encode("latin-1")}))


@each_operation
async def test_a_long_address_is_refused(stage: Stage, operation: Operation) -> None:
    refused(await send(stage, operation, stage.url(operation.path) + "?q=" + "x" * 8200), 414, "uri_too_long")


@each_read
async def test_head_says_what_get_says_withouta_body(stage: Stage, operation: Operation) -> None:
    got = await send(stage, operation, params=operation.needed_query())
    head = await stage.caller(operation.id).request("HEAD", stage.url(operation.path), params=operation.needed_query())
    assert head.status_code == got.status_code == 200, got.text
    assert head.content == b""
    changing = {"x-request-id"} | ({"content-length"} if operation.path == "/metrics" else set())
    assert _but(head.headers, changing) == _but(got.headers, changing)


async def test_a_method_that_is_not_there_says_which_are(stage: Stage) -> None:
    by_path: dict[str, set[str]] = {}
    for operation in operations():
        by_path.setdefault(operation.path, set()).add(operation.method)
    for path, there in by_path.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - there:
            answer = await stage.everybody.request(method, stage.url(path))
            refused(answer, 405, "method_not_allowed")
            allowed = {word.strip() for word in answer.headers["allow"].split(",")}
            assert allowed - {"OPTIONS", "HEAD"} == there
            assert ("HEAD" in allowed) == ("GET" in there)


@each_with_if_match
async def test_a_wrong_if_match_is_refused(stage: Stage, operation: Operation) -> None:
    bodies = [{"json": body.example} for body in operation.bodies()] or [{}]
    for body in bodies:
        told = problem(await send(stage, operation, **body))
        if told["status"] == 428:
            for tag in ("rubbish", '"', '""', 'W/"1"', '"99999999999999999999"', ",,,", "\xff", '"0"', '"1'):
                answer = await send(stage, operation, headers={"if-match": tag.encode("latin-1")}, **body)
                assert problem(answer)["status"] == 412, tag
        else:
            assert told["status"] in {400, 403, 404}, told


@each_with_key
async def test_a_wrong_idempotency_key_is_refused(stage: Stage, operation: Operation) -> None:
    for key in ("", "x" * 300, "khóa", "a b", "\x7f", "\xff"):
        for ids in (stage.ids, dict.fromkeys(stage.ids, NOBODYS)):
            url, headers = operation.path.format_map(ids), {"idempotency-key": key.encode()}
            answer = await send(stage, operation, url, headers=headers, **only_body(operation))
            assert faults(refused(answer, 400, "validation_failed")) == {"Idempotency-Key": "bad_format"}


@each_read
async def test_strange_headers_break_nothing(stage: Stage, operation: Operation) -> None:
    for name in ("if-none-match", "accept-language", "x-forwarded-for", "range", "origin", "cookie", "content-type"):
        for value in ("", "\xff\xfe", ",;=", "x" * 4000, '"', "W/"):
            not_broken(await send(stage, operation, headers={name: value.encode("latin-1")}))


def _wrong_texts(schema: dict[str, Any]) -> list[str]:
    """Query texts that the schema of a parameter refuses."""
    schema = resolved(schema)
    if schema.get("type") == "array":
        return _wrong_texts(schema["items"])
    wrong = ["%00", "%ff", "a%ed%a0%80"]
    if "enum" in schema:
        return [*wrong, "no_such_word", ""]
    if schema.get("type") == "integer":
        return [*wrong, "x", "", "1.5", "1e3", str(2**63), str(10**30), "-1", "%D9%A1", "0x10", "1_0"]
    if schema.get("type") == "boolean":
        return [*wrong, "1", "True", "", "yes"]
    by_format = {"date": ["2025-02-30", "0000-01-01", "30-11-2025", "", "x"], "uuid": ["x", "1", ""]}
    if schema.get("format") == "date-time":
        return [*wrong, "x", "2025-02-30T00:00:00Z"]
    too_long = ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema and "pattern" not in schema else []
    return wrong + by_format.get(schema.get("format", ""), []) + too_long


def _forged(place: list[Any]) -> list[list[Any]]:
    """Places that a client might make up, none of which can be in an order."""
    others: list[Any] = [None, 2**70, -1.5, [], {}, True, "x", "9999-12-31T23:59:59-14:00"]
    wrong: list[list[Any]] = [[], [*place, 1]]
    for i, part in enumerate(place):
        strange = [other for other in others if type(other) is not type(part)]
        strange += ["\0", "x"] if _is_id(part) else ["\0"]
        wrong += [[*place[:i], other, *place[i + 1 :]] for other in strange]
    return wrong


def _is_id(part: Any) -> bool:
    return isinstance(part, str) and len(part) == len(NOBODYS)


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _but(headers: httpx.Headers, changing: set[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in changing}
