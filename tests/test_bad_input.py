"""No input gives a 500: every operation of the OpenAPI document, with everything that ever broke a server like this.

The cases come from the document, so that an operation is covered from the moment it exists. They are sent by
somebody with every role, over rows that exist, so that nothing is refused before it is looked at.
"""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from incubator.errors import ERRORS
from tests.operations import (
    Body,
    Field,
    Operation,
    alternatives,
    json_types,
    operations,
    raw,
    resolved,
    with_value,
    without,
)
from tests.stage import Stage

JSON = "application/json"
DEEP = 100_000
ELEVEN_MEGABYTES = b'{"title": "' + b"x" * 11_000_000 + b'"}'
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"

WITH_BODY = [operation for operation in operations() if operation.bodies()]
READS = [operation for operation in operations() if operation.method == "GET"]
BODIES = [(operation, body) for operation in WITH_BODY for body in operation.bodies()]


def each(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=lambda operation: operation.id)


each_operation = each(operations())
each_guarded = each([operation for operation in operations() if not operation.is_public])
each_read = each(READS)
each_list = each([operation for operation in READS if "cursor" in operation.parameters("query")])
each_with_id = each([operation for operation in operations() if operation.parameters("path")])
each_with_body = each(WITH_BODY)
each_with_if_match = each([operation for operation in operations() if operation.takes("IfMatch")])
each_with_key = each([operation for operation in operations() if operation.takes("IdempotencyKey")])
each_body = pytest.mark.parametrize(("operation", "body"), BODIES, ids=[body.name for _, body in BODIES])

BROKEN: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 400, "malformed_json"),
    "spaces": (b"  \n ", 400, "malformed_json"),
    "null": (b"null", 400, "validation_failed"),
    "an array": (b"[]", 400, "validation_failed"),
    "a string": (b'"text"', 400, "validation_failed"),
    "a number": (b"1", 400, "validation_failed"),
    "half": (b'{"title": ', 400, "malformed_json"),
    "two documents": (b"{} {}", 400, "malformed_json"),
    "invalid UTF-8": (b'{"title": "\xff\xfe"}', 400, "malformed_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", 400, "malformed_json"),
    "UTF-16": ('{"title": "x"}'.encode("utf-16"), 400, "malformed_json"),
    "not a number": (b'{"x": NaN}', 400, "malformed_json"),
    "infinity": (b'{"x": Infinity}', 400, "malformed_json"),
    "minus infinity": (b'{"x": -Infinity}', 400, "malformed_json"),
    "a huge exponent": (b'{"x": 1e400}', 400, "validation_failed"),
    "10^400": (b'{"x": 1' + b"0" * 400 + b"}", 400, "validation_failed"),
    "duplicate keys": (b'{"title": "a", "title": "b"}', 400, "malformed_json"),
    "deep arrays": (b"[" * DEEP + b"]" * DEEP, 400, "too_deep"),
    "deep arrays without an end": (b"[" * DEEP, 400, "too_deep"),
    "deep objects": (b'{"x":' * DEEP + b"1" + b"}" * DEEP, 400, "too_deep"),
    "11 MB": (ELEVEN_MEGABYTES, 413, "body_too_large"),
}


async def send(stage: Stage, operation: Operation, url: str | None = None, **kwargs: Any) -> httpx.Response:
    """As somebody who may do everything. Time moves on, so that no count of attempts refuses it first."""
    stage.world.clock.now += timedelta(seconds=3)
    return await stage.everybody.request(operation.method, url or stage.url(operation.path), **kwargs)


async def send_json(stage: Stage, operation: Operation, content: bytes, **headers: str) -> httpx.Response:
    return await send(stage, operation, content=content, headers={"content-type": JSON, **headers})


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal, which is whole."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = dict(answer.json())
    assert told["status"] == answer.status_code == ERRORS[told["code"]].status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["title"]
    assert told["detail"]
    return told


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    told = problem(answer)
    assert (told["status"], told["code"]) == (status, code), told
    return told


def not_broken(answer: httpx.Response) -> None:
    """Taken or refused, but understood."""
    if answer.status_code >= 400:
        problem(answer)


def faults(told: dict[str, Any]) -> dict[str, str]:
    """Code by place, for fields, parameters and headers alike."""
    return {
        str(error.get("pointer", error.get("parameter", error.get("header")))): error["code"]
        for error in told.get("errors", [])
    }


# Bodies


@each_with_body
async def test_a_body_that_is_no_json_object_is_refused(stage: Stage, operation: Operation) -> None:
    for name, (content, status, code) in BROKEN.items():
        told = problem(await send_json(stage, operation, content))
        assert (name, told["status"], told["code"]) == (name, status, code)


@each_with_body
async def test_a_body_must_say_that_it_is_json(stage: Stage, operation: Operation) -> None:
    content = json.dumps(operation.bodies()[0].example).encode()
    for media in ("", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
        refused(
            await send(stage, operation, content=content, headers={"content-type": media}),
            415,
            "unsupported_media_type",
        )
    refused(await send_json(stage, operation, content, **{"content-encoding": "gzip"}), 415, "unsupported_media_type")
    latin = {"content-type": "application/json; charset=latin-1"}
    refused(await send(stage, operation, content=content, headers=latin), 415, "unsupported_media_type")


@each_with_body
async def test_a_body_without_a_length_is_read_no_further_than_the_limit(stage: Stage, operation: Operation) -> None:
    async def chunks() -> Any:
        for start in range(0, len(ELEVEN_MEGABYTES), 1 << 20):
            yield ELEVEN_MEGABYTES[start : start + (1 << 20)]

    answer = await send(stage, operation, content=chunks(), headers={"content-type": JSON})
    refused(answer, 413, "body_too_large")


@each_body
async def test_text_that_cannot_be_stored_is_named(stage: Stage, operation: Operation, body: Body) -> None:
    for field in body.fields():
        for text in (b'"a\\u0000b"', b'"a\\ud800b"', b'"\\udc00"'):
            told = refused(
                await send_json(stage, operation, raw(body.example, field.pointer, text)), 400, "invalid_characters"
            )
            assert field.pointer in faults(told)
    told = refused(await send_json(stage, operation, b'{"a\\u0000": 1, "b\\ud800": 2}'), 400, "invalid_characters")
    assert len(told["errors"]) == 2


@each_body
async def test_depth_under_an_unknown_key_is_refused(stage: Stage, operation: Operation, body: Body) -> None:
    deep = b"[" * DEEP + b"]" * DEEP
    refused(await send_json(stage, operation, raw(body.example, "/nonsense", deep)), 400, "too_deep")


@each_body
async def test_every_wrong_type_is_named(stage: Stage, operation: Operation, body: Body) -> None:
    for field in body.fields():
        for value in _wrong_types(field):
            answer = await send_json(
                stage, operation, json.dumps(with_value(body.example, field.pointer, value)).encode()
            )
            assert faults(refused(answer, 400, "validation_failed"))[field.pointer] in {"wrong_type", "not_in_enum"}


@each_body
async def test_every_value_out_of_its_bounds_is_named(stage: Stage, operation: Operation, body: Body) -> None:
    for field in body.fields():
        for option in alternatives(field.schema):
            for text, codes in _wrong_values(option).items():
                answer = await send_json(stage, operation, raw(body.example, field.pointer, text.encode()))
                told = refused(answer, 400, "validation_failed")
                assert faults(told).get(field.pointer) in codes, (field.pointer, text[:50], told)


@each_body
async def test_dates_at_the_ends_of_the_calendar_break_nothing(stage: Stage, operation: Operation, body: Body) -> None:
    for field in body.fields():
        formats = {option.get("format") for option in alternatives(field.schema)}
        if "date" in formats:
            for day in ("0001-01-01", "9999-12-31", "1899-12-31"):
                not_broken(await send_json(stage, operation, raw(body.example, field.pointer, f'"{day}"'.encode())))
        if "date-time" in formats:
            for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-30T23:59:59Z"):
                not_broken(await send_json(stage, operation, raw(body.example, field.pointer, f'"{moment}"'.encode())))


@each_body
async def test_every_missing_and_every_unknown_field_is_named_at_once(
    stage: Stage, operation: Operation, body: Body
) -> None:
    sent, expected = dict(body.example), {}
    tag = "action" if len(operation.bodies()) > 1 else None
    for field in body.fields():
        if field.required and field.pointer.count("/") == 1 and field.pointer != f"/{tag}":
            sent = without(sent, field.pointer)
            expected[field.pointer] = "required"
    sent |= {"nonsense": 1, "more~/nonsense": 2}
    expected |= {"/nonsense": "unknown_field", "/more~0~1nonsense": "unknown_field"}
    told = refused(await send_json(stage, operation, json.dumps(sent).encode()), 400, "validation_failed")
    assert faults(told) == expected


@each_body
async def test_two_wrong_fields_are_both_named(stage: Stage, operation: Operation, body: Body) -> None:
    sent, expected = body.example, set()
    for field in body.fields():
        if field.pointer.count("/") == 1 and field.pointer != "/action" and (values := _wrong_types(field)):
            sent = with_value(sent, field.pointer, values[0])
            expected.add(field.pointer)
    if expected:
        told = refused(await send_json(stage, operation, json.dumps(sent).encode()), 400, "validation_failed")
        assert faults(told).keys() == expected


@each_with_body
async def test_a_form_that_does_not_exist_is_named(stage: Stage, operation: Operation) -> None:
    if len(operation.bodies()) > 1 or "action" in operation.bodies()[0].example:
        for tag, code in (
            (b'"nonsense"', "not_in_enum"),
            (b"7", "wrong_type"),
            (b"null", "wrong_type"),
            (b"[]", "wrong_type"),
        ):
            told = refused(await send_json(stage, operation, b'{"action": ' + tag + b"}"), 400, "validation_failed")
            assert faults(told)["/action"] == code


# Query parameters


@each_operation
async def test_unknown_parameters_are_refused(stage: Stage, operation: Operation) -> None:
    answer = await send(stage, operation, stage.url(operation.path) + "?nonsense=1&more=2", **_a_body(operation))
    told = refused(answer, 400, "unknown_parameter")
    assert {"nonsense", "more"} <= faults(told).keys()


@each_operation
async def test_a_query_that_is_no_text_is_refused(stage: Stage, operation: Operation) -> None:
    for query in ("?q=%00", "?%00=1", "?q=%ff", "?q=%ed%a0%80", "?=", "?&&&=1", "?q=%zz", "?q=%", "?%F0%9F%98=1"):
        problem(await send(stage, operation, stage.url(operation.path) + query, **_a_body(operation)))


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


# Addresses, methods and headers


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
            told = problem(await send(stage, operation, url, **_a_body(operation)))
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
    for accept in ("image/png", "text/html;q=0.5", "application/vnd.api+json"):
        answer = await send(stage, operation, headers={"accept": accept}, **_only_body(operation))
        refused(answer, 406, "not_acceptable")
    if operation.method == "GET":
        for accept in ("", ",,,;q=x", "*/*;q=abc", "\xff", "/", "application/json;q=0.1, */*", "a" * 5000):
            not_broken(await send(stage, operation, headers={"accept": accept.encode("latin-1")}))


@each_operation
async def test_a_long_address_is_refused(stage: Stage, operation: Operation) -> None:
    refused(await send(stage, operation, stage.url(operation.path) + "?q=" + "x" * 8200), 414, "uri_too_long")


@each_read
async def test_head_says_what_get_says_without_a_body(stage: Stage, operation: Operation) -> None:
    got = await send(stage, operation, params=operation.needed_query())
    head = await stage.everybody.request("HEAD", stage.url(operation.path), params=operation.needed_query())
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
        answer = await send(stage, operation, headers={"idempotency-key": key.encode()}, **_only_body(operation))
        assert faults(refused(answer, 400, "validation_failed")) == {"Idempotency-Key": "bad_format"}


@each_read
async def test_strange_headers_break_nothing(stage: Stage, operation: Operation) -> None:
    for name in ("if-none-match", "accept-language", "x-forwarded-for", "range", "origin", "cookie", "content-type"):
        for value in ("", "\xff\xfe", ",;=", "x" * 4000, '"', "W/"):
            not_broken(await send(stage, operation, headers={name: value.encode("latin-1")}))


# The order in which refusals come


async def test_refusals_come_in_the_order_that_the_api_promises(stage: Stage) -> None:
    """One request with everything wrong; each step mends what was refused."""
    make, http = stage.world.make, stage.world.http
    staff, reviewer, token = await make.account("staff"), await make.account("reviewer"), {"content-type": "text/plain"}
    idea = await make.idea(staff)
    path, nowhere = f"/v1/ideas/{idea['id']}/transitions", f"/v1/ideas/{NOBODYS}/transitions"
    good, key = {"action": "close_review"}, {"idempotency-key": "order"}
    seen = {"if-match": f'"{idea["version"]}"'}

    def bearer(caller: Any, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {caller.token}", "content-type": JSON, **more}

    refused(
        await http.post(nowhere + "?x=1", content=b"x", headers={**token, "accept": "image/png"}),
        401,
        "unauthenticated",
    )
    headers = bearer(reviewer) | token | {"accept": "image/png"}
    refused(await http.post(nowhere + "?x=1", content=b"x", headers=headers), 406, "not_acceptable")
    refused(
        await http.post(nowhere + "?x=1", content=b"x", headers=bearer(reviewer) | token), 415, "unsupported_media_type"
    )
    refused(
        await http.post(nowhere + "?x=1", content=ELEVEN_MEGABYTES, headers=bearer(reviewer)), 413, "body_too_large"
    )
    refused(await http.post(nowhere + "?x=1", content=b"x", headers=bearer(reviewer)), 403, "forbidden")
    refused(await http.post(nowhere + "?x=1", content=b"x", headers=bearer(staff)), 400, "unknown_parameter")
    refused(await http.post(nowhere, content=b"x", headers=bearer(staff)), 400, "malformed_json")
    refused(await http.post(nowhere, json={"action": "x"}, headers=bearer(staff)), 400, "validation_failed")
    refused(await http.post(nowhere, json=good, headers=bearer(staff)), 404, "not_found")

    done = await http.post(path, json={"action": "start_screening"}, headers=bearer(staff, **key) | seen)
    assert done.status_code == 200, done.text
    refused(await http.post(path, json=good, headers=bearer(staff, **key)), 422, "idempotency_key_reused")
    replay = await http.post(path, json={"action": "start_screening"}, headers=bearer(staff, **key))
    assert replay.headers["idempotency-replayed"] == "true"
    refused(await http.post(path, json=good, headers=bearer(staff)), 428, "precondition_required")
    refused(await http.post(path, json=good, headers=bearer(staff) | seen), 412, "version_conflict")
    now = {"if-match": done.headers["etag"]}
    refused(await http.post(path, json=good, headers=bearer(staff) | now), 409, "invalid_transition")
    refused(
        await http.post(path, json={"action": "pass_screening"}, headers=bearer(staff) | now),
        422,
        "business_rule_failed",
    )


# What is made from the document


def _wrong_types(field: Field) -> list[Any]:
    """Values of the JSON types that the field does not take."""
    taken = json_types(field.schema)
    samples = {"string": "text", "integer": 7, "number": 7.5, "boolean": True, "array": [], "object": {}, "null": None}
    if not taken:
        return []
    taken |= {"integer"} if "number" in taken else set()
    return [value for kind, value in samples.items() if kind not in taken]


def _wrong_values(schema: dict[str, Any]) -> dict[str, set[str]]:
    """JSON texts of the right type that the schema refuses, with the codes that may name them."""
    wrong: dict[str, set[str]] = {}
    kind = schema.get("type")
    if kind == "integer":
        beyond = {str(2**53), str(2**63), str(-(2**63) - 1), "1" + "0" * 308}
        wrong |= dict.fromkeys(beyond, {"out_of_range"}) | {"1.5": {"wrong_type"}, "1" + "0" * 400: {"out_of_range"}}
        wrong |= {
            str(schema[name] + step): {"out_of_range"}
            for name, step in (("minimum", -1), ("maximum", 1))
            if name in schema
        }
    elif kind == "array" and "maxItems" in schema:
        wrong["[" + ",".join(["null"] * (schema["maxItems"] + 1)) + "]"] = {"too_long"}
    elif kind == "string":
        wrong |= _wrong_strings(schema)
    return wrong


def _wrong_strings(schema: dict[str, Any]) -> dict[str, set[str]]:
    wrong: dict[str, set[str]] = {}
    if "enum" in schema:
        return {'"no_such_word"': {"not_in_enum"}, '""': {"not_in_enum"}}
    if "maxLength" in schema:
        wrong[json.dumps("x" * (schema["maxLength"] + 1))] = {"too_long", "bad_format"}
    if schema.get("minLength"):
        wrong |= {'""': {"too_short", "bad_format"}, '"  \\t "': {"too_short", "bad_format"}}
    by_format = {
        "date": ("2025-02-30", "0000-01-01", "10000-01-01", "2025-1-1", "30/11/2025", "", "2025-11-30T00:00:00Z"),
        "date-time": ("2025-02-30T00:00:00Z", "2025-11-30T00:00:00", "9999-12-31T23:59:59-14:01", "2025-11-30", ""),
        "uuid": ("x", "", "018f93c8-2f40-7000-8000-00000000000g"),
    }
    return wrong | {json.dumps(text): {"bad_format"} for text in by_format.get(schema.get("format", ""), ())}


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
    """Places that a client might make up."""
    others: list[Any] = [None, 2**70, -1.5, "x", "\0", [], {}, True, "9999-12-31T23:59:59-14:00"]
    wrong: list[list[Any]] = [[], [*place, 1], *([other] * len(place) for other in others)]
    for i, part in enumerate(place):
        wrong += [[*place[:i], other, *place[i + 1 :]] for other in others if type(other) is not type(part)]
    return [forged for forged in wrong if not _is_same_kind(forged, place)]


def _is_same_kind(forged: list[Any], place: list[Any]) -> bool:
    """A place of the right types is as good as a true one: it names no row, only where to go on."""
    return len(forged) == len(place) and all(
        isinstance(a, type(b)) and not isinstance(a, bool) and isinstance(b, str) and a == "x"
        for a, b in zip(forged, place, strict=True)
    )


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _a_body(operation: Operation) -> dict[str, Any]:
    """A body and headers with which the operation would not be refused for its form."""
    return {**_only_body(operation), "headers": {"if-match": '"99999"'}}


def _only_body(operation: Operation) -> dict[str, Any]:
    bodies = operation.bodies()
    return {"json": bodies[0].example} if bodies else {}


def _but(headers: httpx.Headers, changing: set[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in changing}
