"""How a refusal reads, in both languages."""

import pytest

from incubator.api.problems import render
from incubator.errors import DomainError, Phrase


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "On 2025-09-15 the normal balance holds 81,999,000 VND; 99,000,000 VND cannot be taken from it."),
        ("vi", "Ngày 15/09/2025 số dư trong hạn còn 81.999.000 đồng; không thể trừ 99.000.000 đồng."),
    ],
)
def test_amounts_and_days_are_written_as_people_write_them(language: str, said: str) -> None:
    refusal = DomainError(
        "insufficient_balance",
        bucket=Phrase("normal", "trong hạn"),
        day="2025-09-15",
        available_vnd=81_999_000,
        asked_vnd=99_000_000,
    )
    assert render(refusal, path="/", request_id="x", language=language).detail == said
