"""The words of households and citizen ids in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.people.citizen_ids.numbers import Doubt
from incubator.people.households.models import PovertyClass, Relation

RELATION_LABELS: dict[str, Phrase] = {
    Relation.head: Phrase("Head of the household", "Chủ hộ"),
    Relation.spouse: Phrase("Wife or husband", "Vợ hoặc chồng"),
    Relation.child: Phrase("Child", "Con"),
    Relation.parent: Phrase("Father or mother", "Cha hoặc mẹ"),
    Relation.sibling: Phrase("Brother or sister", "Anh, chị, em"),
    Relation.other: Phrase("Another member", "Thành viên khác"),
}

POVERTY_CLASS_LABELS: dict[str, Phrase] = {
    PovertyClass.poor: Phrase("Poor", "Hộ nghèo"),
    PovertyClass.near_poor: Phrase("Near-poor", "Hộ cận nghèo"),
    PovertyClass.newly_escaped: Phrase("Newly escaped from poverty", "Hộ mới thoát nghèo"),
    PovertyClass.average: Phrase("Of average means", "Hộ có mức sống trung bình"),
    PovertyClass.none: Phrase("None of these", "Không thuộc diện trên"),
}

CITIZEN_ID_WARNING_LABELS: dict[str, Phrase] = {
    Doubt.province_unknown: Phrase("No province has this code", "Không có tỉnh, thành phố nào mang mã này"),
    Doubt.century_differs: Phrase("The century is not that of the birth", "Mã thế kỷ không khớp năm sinh"),
    Doubt.sex_differs: Phrase("The sex is not that of the person", "Mã giới tính không khớp"),
    Doubt.birth_year_differs: Phrase("The birth year is not that of the person", "Mã năm sinh không khớp năm sinh"),
    Doubt.held_by_another: Phrase("Somebody else has this number", "Người khác đã mang số này"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "household_relation": RELATION_LABELS,
    "poverty_class": POVERTY_CLASS_LABELS,
    "citizen_id_warning": CITIZEN_ID_WARNING_LABELS,
}
