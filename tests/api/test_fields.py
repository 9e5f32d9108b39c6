"""Where a field is judged otherwise than by msgspec: stricter on purpose, and no stricter than that."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta, Struct

from incubator.api.fields import WrongFields, convert


@pytest.mark.parametrize(
    ("value", "type_", "code"),
    [
        (2**53, int, "out_of_range"),
        (-(2**63), int, "out_of_range"),
        (2**64, int | None, "out_of_range"),
        (10**308, Annotated[int, Meta(ge=0)], "out_of_range"),
        ("   ", Annotated[str, Meta(min_length=1)], "too_short"),
        ("\u2003\n", Annotated[str, Meta(min_length=1)], "too_short"),
        ("2026-01-01T00:00:00", datetime, "bad_format"),
        ("9999-12-31T23:00:00Z", Annotated[datetime, Meta(tz=True)], "out_of_range"),
        ("0001-01-01T00:00:00+14:00", Annotated[datetime, Meta(tz=True)], "out_of_range"),
        ("10000-01-01", date, "bad_format"),
        ([1, {"a": 2**53}], Any, "out_of_range"),
    ],
)
def test_stricter_than_msgspec(value: Any, type_: Any, code: str) -> None:
    with pytest.raises(WrongFields) as caught:
        convert(value, type_)
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("  ", str),
        (2**62, Annotated[int, Meta(le=2**63 - 1)]),
        (2**60, float),
        ("9999-12-31", date),
        ("9999-12-31T00:00:00Z", Annotated[datetime, Meta(tz=True)]),
        ("2026-01-01T00:00:00", Annotated[datetime, Meta(tz=False)]),
        ("2026-01-01T00:00:00", str),
    ],
)
def test_no_stricter_than_it_says(value: Any, type_: Any) -> None:
    assert convert(value, type_) == msgspec.convert(value, type_)


class Range(Struct):
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError("low <= high")


def test_a_struct_may_refuse_by_itself() -> None:
    with pytest.raises(WrongFields) as caught:
        convert([{"low": 1, "high": 2}, {"low": 2, "high": 1}], list[Range])
    (error,) = caught.value.by_pointer()
    assert (error.pointer, error.code, error.params) == ("/1", "bad_format", {"expected": "low <= high"})
