"""Every code of households, citizen ids, duplicates and merges has a name in both languages."""

from incubator.people.citizen_ids.numbers import Doubt
from incubator.people.duplicates.models import DuplicateStatus, Evidence
from incubator.people.households.models import PovertyClass, Relation
from incubator.people.labels import VOCABULARIES
from incubator.people.merges.models import Field

CODES = {
    "household_relation": Relation,
    "poverty_class": PovertyClass,
    "citizen_id_warning": Doubt,
    "person_duplicate_status": DuplicateStatus,
    "person_duplicate_evidence": Evidence,
    "person_merged_field": Field,
}


def test_every_code_of_a_vocabulary_has_a_label_and_no_other_has() -> None:
    told = {name: list(words) for name, words in VOCABULARIES.items()}
    assert told == {name: [code.value for code in codes] for name, codes in CODES.items()}
