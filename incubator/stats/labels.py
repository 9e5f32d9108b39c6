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

ATTENDANCE_GROUP_LABELS: dict[str, Phrase] = {
    "kind": Phrase("Kind of event", "Loại sự kiện"),
    "held_in": Phrase("Held in", "Nơi tổ chức"),
    "home_of": Phrase("Home of those who came", "Nơi ở của người dự"),
    "mode": Phrase("Mode", "Hình thức tham dự"),
    "month": Phrase("Month", "Tháng"),
}

ATTENDANCE_MEASURE_LABELS: dict[str, Phrase] = {
    "events": Phrase("Events", "Sự kiện"),
    "sessions": Phrase("Sessions", "Phiên"),
    "provisional_sessions": Phrase("Sessions not final", "Phiên chưa chốt"),
    "sites": Phrase("Sites", "Điểm tổ chức"),
    "sites_reported": Phrase("Sites that reported", "Điểm đã báo cáo"),
    "coverage_ppm": Phrase("Coverage", "Tỷ lệ điểm đã báo cáo"),
    "attendances": Phrase("Attendances", "Lượt tham dự"),
    "named": Phrase("By name", "Có tên"),
    "anonymous": Phrase("Counted only", "Chỉ đếm"),
    "participations": Phrase("Participations", "Lượt tham gia sự kiện"),
    "unique_min": Phrase("Different people, at least", "Số người khác nhau, ít nhất"),
    "unique_max": Phrase("Different people, at most", "Số người khác nhau, nhiều nhất"),
    "expected": Phrase("Expected", "Dự kiến đến"),
    "shown": Phrase("Of them came", "Trong đó đã đến"),
    "no_show_ppm": Phrase("Stayed away", "Tỷ lệ vắng mặt"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "funnel_step": FUNNEL_STEP_LABELS,
    "age_band": AGE_BAND_LABELS,
    "attendance_group": ATTENDANCE_GROUP_LABELS,
    "attendance_measure": ATTENDANCE_MEASURE_LABELS,
}
