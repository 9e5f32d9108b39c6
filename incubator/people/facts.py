"""What is written down of a person: checked, and in the form in which it is stored."""

import unicodedata
from datetime import date
from typing import Any

import msgspec

from incubator.errors import FieldError
from incubator.people.ethnicities import ETHNICITIES, ethnicity_code
from incubator.people.models import FIRST_BIRTH_YEAR
from incubator.people.phones import EXPECTED, e164
from incubator.people.schemas import PersonDetails, PersonInput
from incubator.text import clean_line, fold

Fault = tuple[str, dict[str, Any]] | None
FIRST_DAY = date(FIRST_BIRTH_YEAR, 1, 1)


def check_person(ref: PersonInput, pointer: str, *, today: date) -> list[FieldError]:
    """Everything wrong with a reference that no database is needed to see."""
    if ref.person_id is None:
        return check_details(ref, pointer, today=today)
    given = [name for name in PersonDetails.__struct_fields__ if getattr(ref, name) is not None]
    return [FieldError(code="unknown_field", pointer=f"{pointer}/{name}") for name in given]


def check_details(details: PersonDetails, pointer: str, *, today: date) -> list[FieldError]:
    """Everything wrong with what is written, field by field."""
    faults = {
        "full_name": _fault_of_name(details.full_name),
        "birth_date": _fault_of_birth_date(details.birth_date, today),
        "birth_year": _fault_of_birth_year(details, today),
        "ethnicity": _fault_of_ethnicity(details.ethnicity),
        "phone": ("bad_format", {"expected": EXPECTED}) if details.phone and e164(details.phone) is None else None,
    }
    return [
        FieldError(code=fault[0], pointer=f"{pointer}/{name}", params=fault[1])
        for name, fault in faults.items()
        if fault is not None
    ]


def stored(details: PersonDetails) -> dict[str, Any]:
    """The columns of a person, from details in which `check_details` found nothing wrong."""
    columns = {name: getattr(details, name) for name in PersonDetails.__struct_fields__}
    columns["full_name"] = clean_line(details.full_name or "")
    columns["birth_year"] = details.birth_date.year if details.birth_date else details.birth_year
    columns["ethnicity"] = details.ethnicity and ethnicity_code(details.ethnicity)
    columns["phone"] = details.phone and e164(details.phone)
    return columns


def merged(current: dict[str, Any], changes: dict[str, Any]) -> PersonDetails:
    """The details after a merge patch. A new birth date brings its year unless the patch names one too."""
    if changes.get("birth_date") is not None:
        changes = {"birth_year": None, **changes}
    return msgspec.structs.replace(PersonDetails(**current), **changes)


def _fault_of_name(name: str | None) -> Fault:
    if name is None:
        return "required", {}
    line = clean_line(name)
    if any(unicodedata.category(character) == "Cc" for character in line):
        return "invalid_characters", {}
    return None if fold(line) else ("bad_format", {"expected": "letters"})


def _fault_of_birth_date(born: date | None, today: date) -> Fault:
    if born is None or FIRST_DAY <= born <= today:
        return None
    return "out_of_range", {"min": FIRST_DAY.isoformat(), "max": today.isoformat()}


def _fault_of_birth_year(details: PersonDetails, today: date) -> Fault:
    """A year beside a date must be the year of that date."""
    first = last = details.birth_date.year if details.birth_date else None
    if first is None or last is None:
        first, last = FIRST_BIRTH_YEAR, today.year
    if details.birth_year is None or first <= details.birth_year <= last:
        return None
    return "out_of_range", {"min": first, "max": last}


def _fault_of_ethnicity(written: str | None) -> Fault:
    if written is None or ethnicity_code(written) is not None:
        return None
    return "not_in_enum", {"allowed": list(ETHNICITIES)}
