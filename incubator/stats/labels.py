"""What the codes of figures are called, in both languages. `GET /v1/vocabularies` shows them."""

from incubator.errors import Phrase

FUNNEL_STEP_LABELS: dict[str, Phrase] = {
    "submitted": Phrase("Submitted", "Đã nộp"),
    "screened_in": Phrase("Passed screening", "Qua sơ loại"),
    "reviewed": Phrase("Reviewed", "Đã thẩm định"),
    "accepted": Phrase("Accepted", "Được chấp nhận"),
    "project_founded": Phrase("Project founded", "Thành lập dự án"),
    "consulted_any": Phrase("Consulted", "Được tư vấn"),
    "consulted_all_needed": Phrase("Fully consulted", "Được tư vấn đủ"),
    "graduated": Phrase("Graduated", "Tốt nghiệp"),
}

AGE_BAND_LABELS: dict[str, Phrase] = {
    "under_18": Phrase("Under 18", "Dưới 18 tuổi"),
    "18_24": Phrase("18 to 24", "18–24 tuổi"),
    "25_30": Phrase("25 to 30", "25–30 tuổi"),
    "31_35": Phrase("31 to 35", "31–35 tuổi"),
    "over_35": Phrase("Over 35", "Trên 35 tuổi"),
    "unknown": Phrase("Unknown", "Không rõ"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {"funnel_step": FUNNEL_STEP_LABELS, "age_band": AGE_BAND_LABELS}
