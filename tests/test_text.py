"""Keys of Vietnamese text: folding, tone placement, alphabetical order, search."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.text import (
    UnstorableText,
    clean,
    clean_line,
    fold,
    is_storable,
    search_query,
    sort_key,
    tone_key,
)

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
vietnamese = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặấậềểễếệìỉĩíịòóọồốộờớợùúụừứựỳýỵ ĐÀÔƠƯ-'0123456789")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đặng Thị Thuý", "dang thi thuy"),
        ("H'Mông", "hmong"),
        ("H’Mông", "hmong"),
        ("Hʼmông", "hmong"),
        ("Mèo-Vạc", "meovac"),
        ("  Y   Tý,\n(Bát Xát) ", "y ty bat xat"),
        ("Trà Shan Tuyết — Suối Giàng", "tra shan tuyet suoi giang"),
        ("ƯU ĐÃI 0,5%/năm", "uu dai 0 5 nam"),
        ("a_b", "a b"),
        ("\u00d0à Nẵng", "da nang"),
        ("", ""),
    ],
)
def test_folding_leaves_plain_words(text: str, key: str) -> None:
    assert fold(text) == key


def test_folding_does_not_care_how_marks_are_encoded() -> None:
    assert fold(unicodedata.normalize("NFD", "Lương Thịnh ở Trấn Yên")) == "luong thinh o tran yen"


@given(storable)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
def test_folded_vietnamese_is_ascii_and_blind_to_case(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text.upper()) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa", "Hoà"),
        ("\u00d0ông An", "Đông An"),
        ("Thúy", "Thuý"),
        ("Tân Hợp, Khoẻ", "tân hợp, khỏe"),
        ("H'Mông", "h’mông"),
        ("Quý", "Qúy"),
        ("Hoà", unicodedata.normalize("NFD", "Hòa")),
    ],
)
def test_placement_of_a_tone_does_not_matter(one: str, other: str) -> None:
    assert tone_key(one) == tone_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Minh Quán", "Minh Quân"),
        ("Hòa", "Hóa"),
        ("Hòa", "Hoa"),
        ("Đông An", "Dông An"),
        ("Mường Lai", "Mương Lai"),
        ("Tú Lệ", "Tu Lệ"),
        ("An Lạc", "Ăn Lạc"),
    ],
)
def test_different_names_keep_different_tone_keys(one: str, other: str) -> None:
    assert tone_key(one) != tone_key(other)
    assert tone_key(one) == tone_key(one.upper())


@given(vietnamese)
def test_equal_tone_keys_have_equal_search_keys(text: str) -> None:
    assert fold(tone_key(text)) == fold(text)


def test_the_sort_key_follows_the_alphabet_before_the_tones() -> None:
    alphabet = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
    assert is_in_order(alphabet)


def test_the_sort_key_orders_tones_last() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mằ", "mâ", "mấ"]
    assert is_in_order(tones)


@pytest.mark.parametrize(
    "names",
    [
        ["An", "An Bình", "Ân", "Âu Lâu", "Bảo Ái", "Dương", "Đông An", "Lào Cai", "Sa Pa", "Y Tý"],
        ["Thôn 2", "Thôn 10", "Thôn A"],
        ["Bà Con", "Ba Hoa"],
        ["Minh Quán", "Minh Quân"],
        ["Ông", "Ơn", "Zebra", "山"],
    ],
)
def test_names_come_in_dictionary_order(names: list[str]) -> None:
    assert is_in_order(names)


def test_the_sort_key_does_not_depend_on_case_encoding_or_tone_placement() -> None:
    assert sort_key("HÒA BÌNH") == sort_key(unicodedata.normalize("NFD", "Hoà bình"))


@given(storable)
def test_the_sort_key_is_short_ascii(text: str) -> None:
    key = sort_key(text)
    assert key.isascii()
    assert key.isprintable()
    assert len(key) < 2600


@given(st.text("abcdghxyzđăôư"), st.text("abcdghxyzđăôư"))
def test_a_beginning_sorts_before_the_whole(start: str, rest: str) -> None:
    assert sort_key(start) <= sort_key(start + rest)


def test_every_pair_of_the_alphabet_is_strictly_ordered_inside_words() -> None:
    assert is_in_order([f"t{letter}n" for letter in "aăâbcdđeêghiklmnoôơpqrstuưvxy"])


@pytest.mark.parametrize(
    ("q", "query"),
    [
        ("đặng thị", "'dang':* & 'thi':*"),
        ("H'Mông", "'hmong':*"),
        ("a & !b | (c):*", "'a':* & 'b':* & 'c':*"),
        (r"x\' OR 1=1 --", "'x':* & 'or':* & '1':* & '1':*"),
        (" ' ", ""),
        ("", ""),
    ],
)
def test_a_search_asks_for_every_word_as_a_beginning(q: str, query: str) -> None:
    assert search_query(q) == query


def test_a_search_is_bounded() -> None:
    assert search_query("a" * 5000) == f"'{'a' * 64}':*"
    assert search_query("a " * 500).count("&") == 15


def test_text_is_stored_composed_and_without_white_space_at_its_ends() -> None:
    assert clean(unicodedata.normalize("NFD", "  Tiếng Việt\n")) == "Tiếng Việt"
    assert clean("hai\ndòng") == "hai\ndòng"
    assert clean_line(" Nguyễn \t Văn\nA ") == "Nguyễn Văn A"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "Đ\udfff"])
def test_text_that_postgresql_cannot_store_is_refused(text: str) -> None:
    assert not is_storable(text)
    with pytest.raises(UnstorableText):
        clean(text)


@given(storable)
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert is_storable(text)


def is_in_order(texts: list[str]) -> bool:
    return all(sort_key(one) < sort_key(other) for one, other in pairwise(texts))
