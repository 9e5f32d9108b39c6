"""What is written of a person: numbers, groups, births."""

from datetime import date
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incubator.people.ethnicities import _GROUPS, _NEVER_SHOWN, ETHNICITIES, ETHNICITY_ALIASES, _key, ethnicity_code
from incubator.people.facts import check_person, merged, stored
from incubator.people.models import CONSENT_FORMS, CONSENT_PURPOSES, SEXES
from incubator.people.phones import e164
from incubator.people.schemas import ConsentForm, ConsentPurpose, PersonDetails, PersonInput, Sex

TODAY = date(2025, 11, 20)


def test_there_are_54_groups_and_no_spelling_means_two() -> None:
    spellings = [(_key(word), code) for code, vi, en, more in _GROUPS for word in (code, vi, en, *more)]
    assert len(ETHNICITIES) == 54
    assert len({key for key, _ in spellings}) == len(set(spellings))


def test_offensive_names_are_understood_and_not_shown() -> None:
    shown = {alias for aliases in ETHNICITY_ALIASES.values() for alias in aliases}
    assert not shown & _NEVER_SHOWN
    assert all(ethnicity_code(name) for name in _NEVER_SHOWN | shown)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("H'Mông", "hmong"), ("H’MÔNG", "hmong"), ("Mông", "hmong"), ("mèo", "hmong"), ("dân tộc Mông", "hmong"),
        ("người Dao", "dao"), ("Hà  Nhì", "ha_nhi"), ("ha_nhi", "ha_nhi"), ("Phù Lá", "phu_la"), ("Xá Phó", "phu_la"),
        ("Giáy", "giay"), ("Mường", "muong"), ("M'Nông", "mnong"), ("", None), ("Klingon", None),
    ],
)  # fmt: skip
def test_a_group_is_known_by_its_usual_spellings(written: str, code: str | None) -> None:
    assert ethnicity_code(written) == code


@pytest.mark.parametrize(
    "written", ["0912345678", "0912 345 678", "091.234.5678", "+84 912 345 678", "84912345678", "(091) 234-5678"]
)
def test_a_telephone_number_is_stored_in_one_form(written: str) -> None:
    assert e164(written) == "+84912345678"


@pytest.mark.parametrize("written", ["12", "abc", "0912345678 ext 5", "0912345678901234567", "+999 1", "++84"])
def test_what_is_no_telephone_number_is_refused(written: str) -> None:
    assert e164(written) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert ethnicity_code(text) is None or ethnicity_code(text) in ETHNICITIES
    assert e164(text) is None or str(e164(text)).startswith("+")


def test_vocabularies_and_types_agree() -> None:
    assert set(SEXES) == set(get_args(Sex))
    assert set(CONSENT_FORMS) == set(get_args(ConsentForm))
    assert set(CONSENT_PURPOSES) == set(get_args(ConsentPurpose))


def test_every_wrong_detail_is_named() -> None:
    ref = PersonInput(full_name="!!", birth_date=date(2026, 1, 1), birth_year=1990, ethnicity="Klingon", phone="12345")
    found = {error.pointer: error.code for error in check_person(ref, "/leader", today=TODAY)}
    assert found == {
        "/leader/full_name": "bad_format",
        "/leader/birth_date": "out_of_range",
        "/leader/birth_year": "out_of_range",
        "/leader/ethnicity": "not_in_enum",
        "/leader/phone": "bad_format",
    }


def test_a_reference_is_an_id_or_details() -> None:
    assert check_person(PersonInput(person_id=uuid4()), "/leader", today=TODAY) == []
    both = check_person(PersonInput(person_id=uuid4(), full_name="A"), "/leader", today=TODAY)
    assert [(error.pointer, error.code) for error in both] == [("/leader/full_name", "unknown_field")]
    neither = check_person(PersonInput(), "/leader", today=TODAY)
    assert [(error.pointer, error.code) for error in neither] == [("/leader/full_name", "required")]


def test_a_name_with_a_control_character_is_refused() -> None:
    (error,) = check_person(PersonInput(full_name="A\x07B"), "", today=TODAY)
    assert error.code == "invalid_characters"


def test_stored_details_are_clean() -> None:
    details = PersonDetails(
        full_name="  Giàng  A\tPáo ", birth_date=date(1998, 3, 12), ethnicity="Mông", phone="0912345678"
    )
    assert stored(details) == {
        "full_name": "Giàng A Páo", "birth_date": date(1998, 3, 12), "birth_year": 1998, "sex": None,
        "ethnicity": "hmong", "phone": "+84912345678",
    }  # fmt: skip


def test_a_new_birth_date_brings_its_year() -> None:
    current = {"full_name": "A", "birth_date": None, "birth_year": 1990}
    details = merged(current, {"birth_date": date(1991, 1, 1)})
    assert stored(details)["birth_year"] == 1991
