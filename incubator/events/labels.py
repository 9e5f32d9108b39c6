"""The words of events in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.events.check_in.labels import VOCABULARIES as CHECK_IN_VOCABULARIES
from incubator.events.devices.labels import VOCABULARIES as DEVICE_VOCABULARIES
from incubator.events.headcounts.labels import VOCABULARIES as HEADCOUNT_VOCABULARIES
from incubator.events.layout.models import Mode
from incubator.events.models import Capture, EventAction, EventKind, EventStatus, WalkInPolicy
from incubator.events.registrations.labels import VOCABULARIES as REGISTRATION_VOCABULARIES
from incubator.events.team.models import TeamPart

KIND_LABELS: dict[str, Phrase] = {
    EventKind.startup_coffee: Phrase("Startup coffee", "Cà phê khởi nghiệp"),
    EventKind.entrepreneur_coffee: Phrase("Entrepreneurs' coffee", "Cà phê doanh nhân"),
    EventKind.forum: Phrase("Forum", "Diễn đàn, tọa đàm"),
    EventKind.contest: Phrase("Contest", "Cuộc thi, hội thi"),
    EventKind.propaganda: Phrase("Information campaign", "Tuyên truyền, truyền thông"),
    EventKind.conference: Phrase("Conference", "Hội nghị, đại hội"),
    EventKind.digital_skills_class: Phrase("Digital skills class", "Lớp kỹ năng số"),
    EventKind.training: Phrase("Training", "Tập huấn"),
    EventKind.culture_house_day: Phrase("Day at the culture house", "Ngày sinh hoạt tại nhà văn hóa"),
    EventKind.other: Phrase("Other", "Hoạt động khác"),
}

STATUS_LABELS: dict[str, Phrase] = {
    EventStatus.draft: Phrase("Draft", "Bản nháp"),
    EventStatus.published: Phrase("Published", "Đã công bố"),
    EventStatus.completed: Phrase("Completed", "Đã tổ chức"),
    EventStatus.cancelled: Phrase("Cancelled", "Đã hủy"),
}

ACTION_LABELS: dict[str, Phrase] = {
    EventAction.publish: Phrase("Publish", "Công bố"),
    EventAction.complete: Phrase("Complete", "Xác nhận đã tổ chức"),
    EventAction.cancel: Phrase("Cancel", "Hủy sự kiện"),
    EventAction.close_attendance: Phrase("Close attendance", "Chốt điểm danh"),
    EventAction.reopen_attendance: Phrase("Reopen attendance", "Mở lại điểm danh"),
}

CAPTURE_LABELS: dict[str, Phrase] = {
    Capture.named: Phrase("By name", "Điểm danh theo tên"),
    Capture.headcount: Phrase("By head", "Đếm số người"),
    Capture.mixed: Phrase("By name and by head", "Điểm danh và đếm số người"),
}

WALK_IN_POLICY_LABELS: dict[str, Phrase] = {
    WalkInPolicy.allow: Phrase("Counted at once", "Cho vào và tính ngay"),
    WalkInPolicy.confirm: Phrase("Counted once staff confirms", "Tính khi cán bộ xác nhận"),
    WalkInPolicy.deny: Phrase("Not admitted", "Không nhận người chưa đăng ký"),
}

MODE_LABELS: dict[str, Phrase] = {
    Mode.in_person: Phrase("In person", "Trực tiếp"),
    Mode.online: Phrase("Online", "Trực tuyến"),
}

TEAM_PART_LABELS: dict[str, Phrase] = {
    TeamPart.lead: Phrase("Leads", "Phụ trách"),
    TeamPart.trainer: Phrase("Teaches", "Giảng viên"),
    TeamPart.support: Phrase("Helps", "Hỗ trợ"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "event_kind": KIND_LABELS,
    "event_status": STATUS_LABELS,
    "event_action": ACTION_LABELS,
    "event_capture": CAPTURE_LABELS,
    "walk_in_policy": WALK_IN_POLICY_LABELS,
    "event_mode": MODE_LABELS,
    "event_team_part": TEAM_PART_LABELS,
    **CHECK_IN_VOCABULARIES,
    **DEVICE_VOCABULARIES,
    **HEADCOUNT_VOCABULARIES,
    **REGISTRATION_VOCABULARIES,
}
