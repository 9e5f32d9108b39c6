"""Fields: every wrong one is named, by its pointer and its code, and nothing else comes out."""

import json
import unicodedata
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from incubator.api.field_rules import LARGEST_INTEGER as LIMIT
from incubator.api.field_rules import check
from incubator.api.fields import describe
from incubator.api.validation import parse_json, validate
from incubator.errors import DomainError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Member(Struct, forbid_unknown_fields=True, kw_only=True):
    full_name: Annotated[str, Meta(min_length=1, max_length=10)]
    born_on: date | None = None
    share_ppm: Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET


class Submit(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="action", tag="submit"):
    title: Annotated[str, Meta(min_length=2, max_length=20, description="What it is called")]
    code: Annotated[str, Meta(pattern="^[a-z]{2}$")] | None = None
    place: Annotated[str, Meta(pattern="^[0-9]{5}$", examples=["02839", "02647"])] | UnsetType | None = UNSET
    amount_vnd: Annotated[int, Meta(gt=0, lt=1000)] | UnsetType | None = UNSET
    rate: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    colour: Colour = Colour.RED
    level: Level | None = None
    size: Literal["s", "m", 3] = "s"
    agreed: bool = False
    team: Annotated[list[Member], Meta(min_length=1, max_length=2)] | UnsetType = UNSET
    leader: Member | None = None
    hours: Annotated[dict[Annotated[str, Meta(max_length=3)], Annotated[int, Meta(ge=1)]], Meta(max_length=2)] = {}
    pair: tuple[int, str] | None = None
    tags: tuple[str, ...] = ()
    at: Annotated[datetime, Meta(tz=True)] | None = None
    site_id: UUID | None = None
    id_or_count: UUID | int | None = None
    step: Annotated[int, Meta(multiple_of=5)] = 0
    extra: Any = None
    from_: date | None = msgspec.field(name="from", default=None)


class Withdraw(Struct, forbid_unknown_fields=True, tag_field="action", tag="withdraw"):
    reason: str


class Lenient(Struct):
    """Unknown fields pass here."""

    count: int
    again: "Lenient | None" = None


ACTION: Any = Submit | Withdraw
TYPES: list[Any] = [
    Submit,
    Member,
    Lenient,
    ACTION,
    list[Member],
    dict[str, int],
    dict[UUID, Colour],
    Colour | None,
    int | float,
]

RIGHT: dict[str, Any] = {
    "action": "submit",
    "title": "Cà phê",
    "code": "ab",
    "place": "02647",
    "amount_vnd": 5,
    "rate": 0.5,
    "colour": "blue",
    "level": 2,
    "size": 3,
    "agreed": True,
    "team": [{"full_name": "An"}, {"full_name": "Bình", "born_on": "2001-02-03", "share_ppm": 7}],
    "leader": {"full_name": "Đặng"},
    "hours": {"mon": 3},
    "pair": [1, "x"],
    "tags": ["a"],
    "at": "2026-01-02T03:04:05+07:00",
    "site_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "id_or_count": 4,
    "step": 10,
    "extra": {"any": [1, None]},
    "from": "2026-01-01",
}

FAULTS: list[tuple[str, Any, str, dict[str, Any]]] = [
    ("/title", 5, "wrong_type", {"expected": "string", "got": "integer"}),
    ("/code", "abc", "bad_format", {"expected": "^[a-z]{2}$"}),
    ("/place", "Sa Pa", "bad_format", {"expected": "^[0-9]{5}$", "example": "02839"}),
    ("/amount_vnd", 1000, "out_of_range", {"min": 1, "max": 999}),
    ("/rate", 1.0, "out_of_range", {"min": 0, "max": 1}),
    ("/colour", "green", "not_in_enum", {"allowed": ["red", "blue"]}),
    ("/level", 3, "not_in_enum", {"allowed": [1, 2]}),
    ("/size", None, "wrong_type", {"expected": "integer | string", "got": "null"}),
    ("/agreed", "true", "wrong_type", {"expected": "boolean", "got": "string"}),
    ("/team/0/full_name", "", "too_short", {"min": 1}),
    ("/team/1/born_on", "2001-02-30", "bad_format", {"expected": "YYYY-MM-DD"}),
    ("/team/1/share_ppm", 1.5, "wrong_type", {"expected": "integer", "got": "number"}),
    ("/leader/full_name", "x" * 11, "too_long", {"max": 10}),
    ("/leader/no~pe", 1, "unknown_field", {}),
    ("/hours/mon", 0, "out_of_range", {"min": 1, "max": LIMIT}),
    ("/hours/a/b", 2**53, "out_of_range", {"min": 1, "max": LIMIT}),
    ("/hours/long", 1, "too_long", {"max": 3}),
    ("/pair", [1], "too_short", {"min": 2}),
    ("/tags", {}, "wrong_type", {"expected": "array", "got": "object"}),
    ("/at", "2026-01-02T03:04:05", "bad_format", {"expected": "YYYY-MM-DDThh:mm:ss+hh:mm"}),
    ("/site_id", "01890a5d", "bad_format", {"expected": "UUID"}),
    ("/id_or_count", True, "wrong_type", {"expected": "string | integer | null", "got": "boolean"}),
    ("/step", 7, "bad_format", {"expected": "n * 5"}),
    ("/extra/any", 2**70, "out_of_range", {"min": -LIMIT, "max": LIMIT}),
    ("/from", "0000-01-01", "bad_format", {"expected": "YYYY-MM-DD"}),
    ("/from_", "2026-01-01", "unknown_field", {}),
]


@pytest.mark.parametrize(
    "moment",
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:01", "9999-12-31T23:59:59+13:59", "0001-01-01T00:00:00+14:00"],
)
def test_a_moment_without_a_date_in_every_zone_is_out_of_range(moment: str) -> None:
    (fault,) = refusal(validate, {**RIGHT, "at": moment}, Submit).errors
    assert (fault.pointer, fault.code) == ("/at", "out_of_range")
    assert fault.params == {"min": "0001-01-01T14:00:00+00:00", "max": "9999-12-31T09:59:59+00:00"}
    validate({**RIGHT, "at": fault.params["max"]}, Submit)


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


def with_faults(*faults: tuple[str, Any, str, dict[str, Any]]) -> dict[str, Any]:
    document = json.loads(json.dumps(RIGHT))
    for pointer, bad, _, _ in faults:
        steps = ["hours", "a/b"] if pointer == "/hours/a/b" else pointer[1:].split("/")
        place = document
        for step in steps[:-1]:
            place = place[int(step) if isinstance(place, list) else step]
        place[steps[-1]] = bad
    return document


def escaped(pointer: str) -> str:
    return {"/hours/a/b": "/hours/a~1b", "/leader/no~pe": "/leader/no~0pe"}.get(pointer, pointer)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-LIMIT, LIMIT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["red", "submit", "withdraw", "2001-02-03", "2026-01-02T03:04:05Z", RIGHT["site_id"]])
)
keys = st.text(max_size=4) | st.sampled_from(sorted(RIGHT)) | st.sampled_from(["full_name", "count", "again"])
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=12,
)


def test_a_right_document_is_converted() -> None:
    submit = validate(parse_json(json.dumps(RIGHT).encode()), ACTION)
    assert isinstance(submit, Submit)
    assert (submit.colour, submit.level, submit.from_) == (Colour.BLUE, Level.HIGH, date(2026, 1, 1))
    assert submit.at == datetime(2026, 1, 1, 20, 4, 5, tzinfo=UTC)
    assert validate({"action": "submit", "title": "ab"}, Submit).amount_vnd is UNSET
    assert validate({"count": 1, "other": 2}, Lenient) == Lenient(1)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
def test_each_fault_has_its_code_its_pointer_and_its_params(fault: Any) -> None:
    pointer, _, code, params = fault
    error = refusal(validate, with_faults(fault), ACTION)
    assert error.code == "validation_failed"
    assert [(e.pointer, e.code, e.params) for e in error.errors] == [(escaped(pointer), code, params)]


@given(st.sampled_from(FAULTS), st.sampled_from(FAULTS))
def test_two_faults_are_both_named(one: Any, other: Any) -> None:
    found = codes(refusal(validate, with_faults(one, other), ACTION))
    for pointer, _, code, _ in (one, other):
        assert found[escaped(pointer)] == code


def test_all_faults_are_named_at_once() -> None:
    found = codes(refusal(validate, with_faults(*FAULTS), ACTION))
    assert found.items() >= {escaped(pointer): code for pointer, _, code, _ in FAULTS}.items()


def test_a_tag_is_needed_even_where_there_is_only_one_form() -> None:
    error = refusal(validate, {"title": "ab"}, Submit)
    assert [(fault.pointer, fault.code) for fault in error.errors] == [("/action", "required")]


def test_the_tag_of_a_union_is_a_field_like_any_other() -> None:
    for document, code, params in [
        ({}, "required", {}),
        ({"action": "fly"}, "not_in_enum", {"allowed": ["submit", "withdraw"]}),
        ({"action": 1}, "wrong_type", {"expected": "string", "got": "integer"}),
    ]:
        (found,) = refusal(validate, document, ACTION).errors
        assert (found.pointer, found.code, found.params) == ("/action", code, params)
    assert codes(refusal(validate, {"action": "withdraw"}, ACTION)) == {"/reason": "required"}
    assert codes(refusal(validate, [], ACTION)) == {"": "wrong_type"}


def test_at_most_a_hundred_faults_are_listed() -> None:
    assert len(refusal(validate, ["x"] * 1000, list[int]).errors) == 100


def test_a_long_unknown_key_is_not_sent_back_whole() -> None:
    (error,) = refusal(validate, {"full_name": "An", "x" * 5000: 1}, Member).errors
    assert len(error.pointer or "") < 300


def is_plain(document: Any) -> bool:
    """Whether no text in it is blank: there `validate` is stricter than msgspec."""
    if isinstance(document, dict):
        return all(map(is_plain, document)) and all(map(is_plain, document.values()))
    if isinstance(document, list):
        return all(map(is_plain, document))
    return not (isinstance(document, str) and document.isspace())


def agrees_with_msgspec(document: Any, type_: Any) -> None:
    try:
        expected = msgspec.convert(document, type_, strict=True, str_keys=True)
    except msgspec.ValidationError:
        # The rules find it themselves and do not fall back on msgspec's one message.
        assert list(check(describe(type_), document, None))
        refusal(validate, document, type_)
    else:
        assert validate(document, type_) == expected
        assert not list(check(describe(type_), document, None))


@given(documents.filter(is_plain), st.sampled_from(TYPES))
def test_any_document_is_refused_exactly_where_msgspec_refuses(document: Any, type_: Any) -> None:
    agrees_with_msgspec(document, type_)


@given(st.data())
def test_a_right_document_with_any_part_replaced_agrees_with_msgspec(data: st.DataObject) -> None:
    document = json.loads(json.dumps(RIGHT))
    for _ in range(data.draw(st.integers(1, 3))):
        place = document
        while isinstance(inner := place[key := data.draw(st.sampled_from(places(place)))], dict | list):
            if not inner or data.draw(st.booleans()):
                break
            place = inner
        place[key] = data.draw(documents.filter(is_plain))
    agrees_with_msgspec(document, ACTION)


def places(container: Any) -> list[Any]:
    return list(range(len(container))) if isinstance(container, list) else sorted(container)


@given(
    st.recursive(
        scalars | st.integers() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    ),
    st.sampled_from(TYPES),
)
def test_nothing_but_a_domain_error_comes_out(document: Any, type_: Any) -> None:
    _, error = outcome(validate, document, type_)
    assert error is None or error.errors


def test_length_is_measured_after_normalising() -> None:
    decomposed = '{"full_name": "' + unicodedata.normalize("NFD", "ệ" * 10) + '"}'
    assert validate(parse_json(decomposed.encode()), Member).full_name == "ệ" * 10
