"""No body gives a 500: every operation of the OpenAPI document, with everything that ever broke a server like this.

The cases come from the document, so that an operation is covered from the moment it exists. They are sent by
somebody with every role, over rows that exist, so that nothing is refused before it is looked at.
"""

import json
from typing import Any

from tests.operations import Body, Field, Operation, alternatives, json_types, raw, with_value, without
from tests.refusals import (
    DEEP,
    ELEVEN_MEGABYTES,
    JSON,
    NOBODYS,
    each_body,
    each_with_body,
    faults,
    not_broken,
    problem,
    refused,
    send,
    send_json,
)
from tests.stage import Stage

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
    refused(await send_json(stage, operation, content, **{"content-encoding": "br"}), 415, "unsupported_media_type")
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
    tag = operation.tag() if len(operation.bodies()) > 1 else None
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
    sent, expected, tag = body.example, set(), f"/{operation.tag()}"
    for field in body.fields():
        if field.pointer.count("/") == 1 and field.pointer != tag and (values := _wrong_types(field)):
            sent = with_value(sent, field.pointer, values[0])
            expected.add(field.pointer)
    if expected:
        told = refused(await send_json(stage, operation, json.dumps(sent).encode()), 400, "validation_failed")
        assert faults(told).keys() == expected


@each_with_body
async def test_a_form_that_does_not_exist_is_named(stage: Stage, operation: Operation) -> None:
    if name := operation.tag():
        for tag, code in (
            (b'"nonsense"', "not_in_enum"),
            (b"7", "wrong_type"),
            (b"null", "wrong_type"),
            (b"[]", "wrong_type"),
        ):
            sent = b'{"%s": %s}' % (name.encode(), tag)
            told = refused(await send_json(stage, operation, sent), 400, "validation_failed")
            assert faults(told)[f"/{name}"] == code


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
        beyond.add("1" + "0" * 400)
        wrong |= {text: {"out_of_range"} for text in beyond} | {"1.5": {"wrong_type"}}
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
        "date-time": ("2025-02-30T00:00:00Z", "2025-11-30T00:00:00", "2025-11-30", ""),
        "uuid": ("x", "", "018f93c8-2f40-7000-8000-00000000000g"),
    }
    if schema.get("format") == "date-time":
        wrong['"9999-12-31T23:59:59-14:01"'] = {"out_of_range"}
    return wrong | {json.dumps(text): {"bad_format"} for text in by_format.get(schema.get("format", ""), ())}
