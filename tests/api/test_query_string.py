"""Query strings: nothing unknown, nothing twice, one way to write each value, all faults at once."""

from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from incubator.api.validation import parse_query
from incubator.errors import DomainError

SITE = "01890a5d-ac96-774b-bcce-b302099a8057"
FAILURES = {"unknown_parameter", "repeated_parameter", "validation_failed", "invalid_characters"}


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


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


class Filters(Struct, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    status: list[Colour] = []
    level: tuple[Level, ...] = ()
    q: Annotated[str, Meta(max_length=10)] | None = None
    from_: date | UnsetType = msgspec.field(name="from", default=UNSET)
    at: Annotated[datetime, Meta(tz=True)] | None = None
    overdue: bool | None = None
    site_id: UUID | None = None
    count: Literal["exact"] | None = None


def test_a_query_is_converted() -> None:
    filters = parse_query(
        b"limit=5&status=red&status=blue&level=2&q=caf%C3%A9+1&from=2026-01-01&overdue=true&count=exact"
        b"&at=2026-01-01T00:00:00%2B07:00&site_id=01890a5d-ac96-774b-bcce-b302099a8057",
        Filters,
    )
    assert (filters.limit, filters.status, filters.level) == (5, [Colour.RED, Colour.BLUE], (Level.HIGH,))
    assert (filters.q, filters.from_, filters.overdue, filters.count) == (
        "café 1",
        date(2026, 1, 1),
        True,
        "exact",
    )
    assert filters.at == datetime(2025, 12, 31, 17, tzinfo=UTC)
    assert filters.site_id == UUID(SITE)


def test_an_empty_query_leaves_the_defaults() -> None:
    assert parse_query(b"", Filters) == Filters() == parse_query(b"&&", Filters)
    assert parse_query(b"q=", Filters).q == ""
    assert parse_query("q=e\u0302".encode(), Filters).q == "ê"


@pytest.mark.parametrize(
    ("query", "code", "errors"),
    [
        (b"statuss=x&limits", "unknown_parameter", {"statuss": "unknown_field", "limits": "unknown_field"}),
        (b"from_=2026-01-01", "unknown_parameter", {"from_": "unknown_field"}),
        (b"=5", "unknown_parameter", {"": "unknown_field"}),
        (b"limit=1&limit=1", "repeated_parameter", {"limit": "duplicate"}),
        (b"limit=0&overdue=1", "validation_failed", {"limit": "out_of_range", "overdue": "bad_format"}),
        (b"status=red&status=pink", "validation_failed", {"status": "not_in_enum"}),
        (b"q=elevenchars&count=all", "validation_failed", {"q": "too_long", "count": "not_in_enum"}),
        (
            b"at=2026-01-01T00:00:00&from=1.1.2026",
            "validation_failed",
            {"at": "bad_format", "from": "bad_format"},
        ),
        (b"q=%00", "invalid_characters", {"q": "invalid_characters"}),
        (b"q=%ff&limit=%ed%a0%80", "invalid_characters", dict.fromkeys(["q", "limit"], "invalid_characters")),
        (b"q=%zz&x%00=1", "invalid_characters", dict.fromkeys(["q", "x\ufffd"], "invalid_characters")),
        (b"q=\xff", "invalid_characters", {"q": "invalid_characters"}),
        (
            b"z=1&limit=1&limit=2&overdue=yes&from=x",
            "unknown_parameter",
            {"z": "unknown_field", "limit": "duplicate", "overdue": "bad_format", "from": "bad_format"},
        ),
        (b"q=1&q=2&limit=0", "repeated_parameter", {"q": "duplicate", "limit": "out_of_range"}),
    ],
)
def test_wrong_parameters_are_all_named(query: bytes, code: str, errors: dict[str, str]) -> None:
    error = refusal(parse_query, query, Filters)
    assert error.code == code
    assert codes(error) == errors
    assert all(item.pointer is None for item in error.errors)


@pytest.mark.parametrize("text", ["１２", "1_0", "+1", "%2B1", "1+", "1e1", "0x1", "01", "1.0", "", "1%0A", "1" * 20])
def test_integers_are_written_in_one_way(text: str) -> None:
    assert codes(refusal(parse_query, f"limit={text}".encode(), Filters)) == {"limit": "bad_format"}


@pytest.mark.parametrize("name", ["status", "level", "from", "at", "overdue", "site_id", "count"])
def test_an_empty_value_is_no_value(name: str) -> None:
    assert codes(refusal(parse_query, f"{name}=".encode(), Filters)) == {name: "bad_format"}


@given(
    st.binary()
    | st.lists(st.tuples(st.sampled_from(sorted(Filters.__struct_encode_fields__)), st.text())).map(
        lambda pairs: "&".join(f"{n}={t}" for n, t in pairs).encode()
    )
)
def test_any_query_is_read_or_refused(query: bytes) -> None:
    _, error = outcome(parse_query, query, Filters)
    if error:
        assert error.code in FAILURES
        assert all(item.parameter is not None for item in error.errors)
        msgspec.json.encode(error.errors)


class Unfit(Struct):
    limit: int


class Mixed(Struct):
    value: int | str = 0


class Nested(Struct):
    value: dict[str, int] = {}


@pytest.mark.parametrize("type_", [Unfit, Mixed, Nested, int])
def test_a_type_that_no_query_can_fill_is_refused_at_once(type_: Any) -> None:
    with pytest.raises(TypeError):
        parse_query(b"", type_)
