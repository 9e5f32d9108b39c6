"""The words of households, citizen ids, duplicates and merges in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.people.citizen_ids.numbers import Doubt
from incubator.people.duplicates.models import DuplicateStatus, Evidence
from incubator.people.households.models import PovertyClass, Relation
from incubator.people.merges.models import Field

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

DUPLICATE_STATUS_LABELS: dict[str, Phrase] = {
    DuplicateStatus.open: Phrase("Waiting for somebody to look at it", "Chờ xem xét"),
    DuplicateStatus.not_duplicate: Phrase("Two people", "Hai người khác nhau"),
    DuplicateStatus.merged: Phrase("One person, merged", "Cùng một người, đã gộp"),
}

DUPLICATE_EVIDENCE_LABELS: dict[str, Phrase] = {
    Evidence.citizen_id: Phrase("The same citizen id", "Trùng số định danh cá nhân"),
    Evidence.phone: Phrase("The same phone number", "Trùng số điện thoại"),
    Evidence.name_birth_year_commune: Phrase(
        "The same name, birth year and commune", "Trùng họ tên, năm sinh và xã/phường"
    ),
    Evidence.name_phone_tail: Phrase(
        "The same name and last digits of the phone number", "Trùng họ tên và các số cuối điện thoại"
    ),
    Evidence.name_birth_year: Phrase(
        "The same name and birth year; the commune of one is unknown",
        "Trùng họ tên và năm sinh; có hồ sơ chưa rõ xã/phường",
    ),
    Evidence.name_commune: Phrase(
        "The same name and commune; the birth year of one is unknown",
        "Trùng họ tên và xã/phường; có hồ sơ chưa rõ năm sinh",
    ),
}

MERGED_FIELD_LABELS: dict[str, Phrase] = {
    Field.birth_date: Phrase("Date of birth", "Ngày sinh"),
    Field.birth_year: Phrase("Year of birth", "Năm sinh"),
    Field.sex: Phrase("Sex", "Giới tính"),
    Field.ethnicity: Phrase("Ethnicity", "Dân tộc"),
    Field.phone: Phrase("Phone number", "Số điện thoại"),
    Field.locality_code: Phrase("Commune", "Xã/phường"),
    Field.citizen_id: Phrase("Citizen id", "Số định danh cá nhân"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "household_relation": RELATION_LABELS,
    "poverty_class": POVERTY_CLASS_LABELS,
    "citizen_id_warning": CITIZEN_ID_WARNING_LABELS,
    "person_duplicate_status": DUPLICATE_STATUS_LABELS,
    "person_duplicate_evidence": DUPLICATE_EVIDENCE_LABELS,
    "person_merged_field": MERGED_FIELD_LABELS,
}
