"""How a refusal reads, in both languages."""

import pytest

from incubator.api.problems import render
from incubator.errors import DomainError, Phrase, wrong_field


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


@pytest.mark.parametrize(
    ("instant", "en", "vi"),
    [
        ("2025-12-05T01:00:00+00:00", "08:00 on 2025-12-05 (Viet Nam)", "08:00 ngày 05/12/2025"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ],
)
def test_moments_are_written_as_a_clock_in_viet_nam_shows_them(instant: str, en: str, vi: str) -> None:
    wrong = wrong_field("/starts_at", "out_of_range", min=instant)
    for language, said in (("en", en), ("vi", vi)):
        problem = render(wrong, path="/", request_id="x", language=language)
        assert problem.errors
        assert said in problem.errors[0].detail
