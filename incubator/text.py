"""Vietnamese text: what may be stored, how it is searched, compared and sorted.

PostgreSQL's own means for this (unaccent, ICU collations) are missing in the embedded server, so keys are
computed here and stored in columns beside the text.
"""

import re
import unicodedata
from collections.abc import Iterator

# Old Vietnamese fonts and keyboards write the Icelandic eth, which looks the same in capitals, for đ.
_ETH = {ord("ð"): "đ"}
_JOINERS = dict.fromkeys(map(ord, "'’‘‛`´ʼʻ′＇\"“”„‟«»‹›-‐‑\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARKS = dict.fromkeys(range(0x0300, 0x0370))
_FOLDING = {**_MARKS, **_JOINERS, ord("đ"): "d"}
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Combining marks part no words while they stand beside their letter.
_BETWEEN_LETTERS = re.compile(r"[^\w\u0300-\u036f]+|_+")
_SPACE = re.compile(r"\s+")

# Tones in the order of Vietnamese dictionaries: huyền, hỏi, ngã, sắc, nặng; the level tone has no mark.
_TONES = "\u0300\u0309\u0303\u0301\u0323"
_TONE = re.compile(f"[{_TONES}]")

_LETTERS = {
    "ă": "a1",
    "â": "a2",
    "đ": "d1",
    "ê": "e1",
    "ô": "o1",
    "ơ": "o2",
    "ư": "u1",
}
_NUMBER_OR_CHARACTER = re.compile(r"[0-9]+|.", re.DOTALL)
_SORTED_CHARACTERS = 120
_QUERY_WORDS = 16
_QUERY_WORD_CHARACTERS = 64


class UnstorableText(ValueError):
    """The text holds a character that PostgreSQL cannot store: NUL or a lone surrogate."""


def clean(text: str) -> str:
    """The text as it is stored: NFC, without white space at its ends. Raises UnstorableText."""
    if not is_storable(text):
        raise UnstorableText
    return unicodedata.normalize("NFC", text).strip()


def clean_line(text: str) -> str:
    """A name or title as it is stored: like `clean`, and every run of white space is one space."""
    return _SPACE.sub(" ", clean(text))


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no lone surrogate."""
    return "\0" not in text and (text.isascii() or _is_utf8(text))


def fold(text: str) -> str:
    """The search key: lower case without any mark, words parted by one space (`H'Mông Đỏ` → `hmong do`).

    Marks inside a word (apostrophes, quotes, hyphens) vanish, every other punctuation parts words. Only
    letters and digits remain, so PostgreSQL's text parser finds no addresses, hosts or numbers with points.
    """
    folded = _lower(text).translate(_FOLDING)
    return _BETWEEN_WORDS.sub(" ", folded).strip()


def tone_key(text: str) -> str:
    """A key that is equal where only the placement of a tone mark differs (`Hòa` and `Hoà`).

    Each word's tone moves to its end; every other mark stays, so `Quán` and `Quân` keep different keys.
    Case and the marks inside a word are ignored as in `fold`.
    """
    words = _SPACE.split(_lower(text).translate(_JOINERS).strip())
    return unicodedata.normalize("NFC", " ".join(_letters_then_tone(word) for word in words))


def sort_key(text: str) -> str:
    """An ASCII key whose byte order (COLLATE "C") is the Vietnamese alphabetical order.

    First all letters (a ă â b c d đ e ê …) with numbers by their value, then the tones of all words, as in
    Unicode's collation for Vietnamese. Only the first 120 characters count, which keeps the key indexable:
    a tie is broken by the id.
    """
    words = _BETWEEN_LETTERS.sub(" ", _lower(text[:_SORTED_CHARACTERS]).translate(_JOINERS)).split()
    letters = "-".join("".join(_ranks(word)) for word in words)
    tones = "".join(_tone_rank(word) for word in words)
    return f"{letters} {tones}" if words else ""


def search_query(q: str) -> str:
    """The argument of `to_tsquery('simple', …)` that asks for every word of `q` as a beginning.

    Empty where `q` holds no letter or digit. At most 16 words of 64 characters count: PostgreSQL refuses a
    query with a word over 2 kB.
    """
    words = fold(q).split()[:_QUERY_WORDS]
    return " & ".join(f"'{word[:_QUERY_WORD_CHARACTERS]}':*" for word in words)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _lower(text: str) -> str:
    """Case-folded NFD. Folding comes between two decompositions because each can uncover the other."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold()).translate(_ETH)


def _letters_then_tone(word: str) -> str:
    return _TONE.sub("", word) + "".join(_TONE.findall(word))


def _ranks(word: str) -> Iterator[str]:
    """The rank of each letter or number of a decomposed word; no rank is the beginning of another."""
    for token in _NUMBER_OR_CHARACTER.findall(unicodedata.normalize("NFC", _TONE.sub("", word))):
        if token.isascii() and token.isdecimal():
            yield _number_rank(token)
        elif not unicodedata.combining(token):
            yield _LETTERS.get(token) or _letter_rank(unicodedata.normalize("NFD", token)[0])


def _number_rank(digits: str) -> str:
    """The digits behind their count, so that 9 comes before 10."""
    value = digits.lstrip("0") or "0"
    return f"{min(len(value), 9)}{value}"


def _letter_rank(letter: str) -> str:
    """Letters outside the Latin alphabet come last, by code point."""
    return f"{letter}0" if letter.isascii() else f"{{{ord(letter):06x}"


def _tone_rank(word: str) -> str:
    tone = _TONE.search(word)
    return str(_TONES.index(tone.group()) + 1) if tone else "0"
