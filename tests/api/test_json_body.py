"""Bodies: what is no JSON, what no database can store, and what would hold the process."""

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.api.validation import parse_json, read
from incubator.errors import DomainError

FAILURES = {"malformed_json", "invalid_characters", "too_deep", "validation_failed"}


def refusal(call: Any, *arguments: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*arguments)
    # Whatever is answered has to be encodable, or the refusal itself would become a 500.
    msgspec.json.encode(caught.value.errors)
    assert all(
        error.code and (error.pointer is not None or error.parameter is not None) for error in caught.value.errors
    )
    return caught.value


def codes(error: DomainError) -> dict[str | None, str]:
    return {item.pointer if item.parameter is None else item.parameter: item.code for item in error.errors}


def outcome(call: Any, *arguments: Any) -> tuple[Any, DomainError | None]:
    try:
        return call(*arguments), None
    except DomainError as error:
        return None, error


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"{",
        b"[1] x",
        b"{'a': 1}",
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "\\u0061": 2}}]',
        '{"e\u0301": 1, "é": 2}'.encode(),
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"01",
        b"1.",
        b'"\n"',
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '{"a": 1}'.encode("utf-16"),
        "１".encode(),
        b"]" * 100,
        b"[" * 32,
    ],
)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    assert refusal(parse_json, raw).code == "malformed_json"


def test_the_reason_names_the_place_and_the_duplicate_key() -> None:
    assert refusal(parse_json, b'{"a":\n 1,}').params["reason"].startswith("line 2, column")
    assert "duplicate key b" in refusal(parse_json, b'{"a": 1, "b": 2, "b": 3}').params["reason"]


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        (rb'"\u0000"', [""]),
        (rb'{"a/b": ["x", "\ud800"], "c": "\udc00"}', ["/a~1b/1", "/c"]),
        (rb'{"k\u0000": 1}', ["/k\ufffd"]),
        (rb'{"k\ud800": {"a": "\u0000"}}', ["/k\ufffd/a", "/k\ufffd"]),
        (f'["a{"́" * 31}"]'.encode(), ["/0"]),
    ],
)
def test_text_that_cannot_be_stored_is_named(raw: bytes, pointers: list[str]) -> None:
    error = refusal(parse_json, raw)
    assert error.code == "invalid_characters"
    assert codes(error) == dict.fromkeys(pointers, "invalid_characters")


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1" * 5000, b"-" + b"9" * 310, b"1e999999999"])
def test_a_number_that_no_float_holds_is_out_of_range(number: bytes) -> None:
    error = refusal(parse_json, b'{"a": [0, ' + number + b"]}")
    assert error.code == "validation_failed"
    assert codes(error) == {"/a/1": "out_of_range"}


def test_text_becomes_nfc_and_surrogate_pairs_become_characters() -> None:
    assert parse_json('{"te\u0302n": ["e\u0302", "\\ud83d\\ude00"]}'.encode()) == {"tên": ["ê", "😀"]}


def test_thirty_two_levels_are_read_and_no_more() -> None:
    parse_json(b"[" * 32 + b"]" * 32)
    parse_json(b'{"a":' * 32 + b"1" + b"}" * 32)
    parse_json(b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\\"[[[[", "\\\\"]')
    for raw in (b"[" * 33 + b"]" * 33, b"[1," * 33, b'[{"x":' * 17 + b"1" + b"}]" * 17):
        assert refusal(parse_json, raw).code == "too_deep"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"unknown":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b"[" * 1_000_000,
        b"[" * 500_000 + b"]" * 500_000,
        b"[" * 40 + b'"' + b'\\"' * 500_000,
        b"[" * 40 + b'"' * 1_000_000,
        b"[" * 40 + b"\\" * 1_000_000,
        b"1" * 1_000_000,
        ('"a' + "\u0301\u0323" * 250_000 + '"').encode(),
        (b"[" * 16 + b"]" * 16) * 30_000,
    ],
)
def test_a_hostile_megabyte_is_refused_in_linear_time(raw: bytes) -> None:
    begun = time.perf_counter()
    refusal(parse_json, raw)
    assert time.perf_counter() - begun < 2


@given(st.binary() | st.text().map(str.encode) | st.text('[]{}":,\\ua01e-.tn ').map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    document, error = outcome(parse_json, raw)
    assert error is None or error.code in {
        "malformed_json",
        "invalid_characters",
        "too_deep",
        "validation_failed",
    }
    msgspec.json.encode(document if error is None else error.errors)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab ,:[]{}"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab[{"), inner),
)


@given(json_values)
def test_what_json_can_say_is_read_as_python_reads_it(document: Any) -> None:
    assert parse_json(json.dumps(document).encode()) == document


def test_at_most_a_hundred_faults_are_listed() -> None:
    assert len(refusal(parse_json, json.dumps(["\0"] * 1000).encode()).errors) == 100


def test_what_is_set_apart_refuses_nothing_until_it_is_read() -> None:
    raw = b'{"at": 1e400, "items": ["a\\u0000", {"b\\ud800": 1}], "name": "x"}'
    document: Any = parse_json(raw, apart=("at", "items/*"))
    assert (document["name"], document["items"][0].value) == ("x", "a\0")
    codes = [refusal(read, part, Any).code for part in (document["at"], *document["items"])]
    assert codes == ["validation_failed", "invalid_characters", "invalid_characters"]


def test_a_doubled_key_or_a_nan_in_what_is_set_apart_is_found_when_it_is_read() -> None:
    raw = b'{"at": NaN, "items": [{"a": 1, "b": 2, "a": {"c": 3}}, [-Infinity], 7], "name": "x"}'
    document: Any = parse_json(raw, apart=("at", "items/*"))
    first, second, third = document["items"]
    assert [codes(refusal(read, part, Any)) for part in (document["at"], first, second)] == [
        {"": "out_of_range"}, {"/a": "duplicate"}, {"/0": "out_of_range"},
    ]  # fmt: skip
    assert (first.value["a"], read(third, int)) == ([1, {"c": 3}], 7)
    elsewhere = (b'{"name": NaN}', b'{"name": {"a": 1, "a": 2}}', b'{"at": 1, "at": 2}', b'{"items": [', b"NaN")
    for raw in elsewhere:
        assert refusal(lambda raw: parse_json(raw, apart=("at",)), raw).code in FAILURES


def test_a_list_of_parts_that_is_none_is_read_like_all_else() -> None:
    assert (
        refusal(lambda raw: parse_json(raw, apart=("items/*",)), b'{"items": "a\\u0000"}').code == "invalid_characters"
    )
    assert parse_json(b"[1]", apart=("items/*",)) == [1]
