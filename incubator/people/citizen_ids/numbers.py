"""Citizen ids as numbers: how they are written, and what their digits say.

Twelve digits: three of the province or country where the birth was registered, one of the century and the sex, two of
the birth year, six at random (Decree 137/2015/ND-CP as amended, article 13; Circular 59/2021/TT-BCA, article 4).
"""

import enum
import re

import msgspec

from incubator.errors import broken_rule, rule_text, wrong_field

FORMER_CARD = rule_text(
    "former_identity_card",
    "A number of 9 digits is that of a former identity card (CMND). It is no citizen id that lost its zeros, and none "
    "can be made of it: enter the 12 digits of the citizen card.",
    "Số có 9 chữ số là số chứng minh nhân dân cũ, không phải số định danh bị mất số 0 ở đầu và không đổi sang được. "
    "Hãy nhập 12 chữ số trên thẻ căn cước.",
)

DIGITS = 12
SHORTEST = 10
"""No province has a code below 001, so that at most two leading zeros get lost."""
FORMER_DIGITS = 9

PROVINCES = frozenset(
    {
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40,
        42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82,
        83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    }
)  # fmt: skip
"""The 63 provinces of before July 2025, whose numbers stay; those of today bear some of the same codes."""
FIRST_COUNTRY = 100
"""Codes from here on are countries, for who was born abroad. They are not judged."""

_BETWEEN = re.compile(r"[\s.]+")


class Doubt(enum.StrEnum):
    """What about a number looks wrong. It is kept all the same, because the card may be right."""

    province_unknown = "province_unknown"
    century_differs = "century_differs"
    sex_differs = "sex_differs"
    birth_year_differs = "birth_year_differs"
    held_by_another = "held_by_another"


class Number(msgspec.Struct, frozen=True):
    """The twelve digits, and whether leading zeros were put back. It says nothing of itself in a trace."""

    digits: str
    was_padded: bool

    def __repr__(self) -> str:
        return "Number(…)"


def read_number(written: str, pointer: str) -> Number:
    """The number that somebody wrote or a spreadsheet kept. A refusal never repeats it."""
    digits = _BETWEEN.sub("", written)
    if digits.isascii() and digits.isdecimal():
        if SHORTEST <= len(digits) <= DIGITS:
            return Number(digits.zfill(DIGITS), len(digits) < DIGITS)
        if len(digits) == FORMER_DIGITS:
            raise broken_rule(FORMER_CARD)
    raise wrong_field(pointer, "bad_format", expected="12 digits")


def doubts(digits: str, *, birth_year: int | None, sex: str | None, this_year: int) -> list[Doubt]:
    """Where the digits disagree with what is known of the person."""
    place, century, is_female = int(digits[:3]), 1900 + int(digits[3]) // 2 * 100, int(digits[3]) % 2 == 1
    born = century + int(digits[4:6])
    lies_ahead, other_century = born > this_year, birth_year is not None and birth_year // 100 != born // 100
    found = {
        Doubt.province_unknown: place < FIRST_COUNTRY and place not in PROVINCES,
        Doubt.century_differs: other_century or (birth_year is None and lies_ahead),
        Doubt.sex_differs: sex in {"female", "male"} and is_female != (sex == "female"),
        Doubt.birth_year_differs: birth_year is not None and birth_year % 100 != born % 100,
    }
    return [warning for warning, is_there in found.items() if is_there]
