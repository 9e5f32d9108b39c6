"""The words of mentoring in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.mentoring.action_items.models import ActionItemMove, ActionItemStatus, Owner
from incubator.mentoring.graduation.models import LACK_LABELS, RequestAction, RequestStatus
from incubator.mentoring.mentors.models import Language, MentorStatus
from incubator.mentoring.mentors.schemas import Distance, ReasonCode
from incubator.mentoring.models import ConsultationOutcome, ConsultationWarning, Visibility
from incubator.mentoring.outcomes.models import OutcomeKind
from incubator.mentoring.programmes.models import Cadence, ProgrammeKind
from incubator.mentoring.sessions.models import (
    GuestStatus,
    MentorAttendance,
    MentorRole,
    Mode,
    SessionAction,
    SessionStatus,
)

PROGRAMME_KIND_LABELS: dict[str, Phrase] = {
    ProgrammeKind.startup_coffee: Phrase("Startup Coffee", "Cà phê khởi nghiệp"),
    ProgrammeKind.entrepreneur_coffee: Phrase("Entrepreneur Coffee", "Cà phê doanh nhân"),
    ProgrammeKind.one_to_one: Phrase("One-to-one", "Cố vấn riêng"),
    ProgrammeKind.clinic: Phrase("Clinic", "Phòng tư vấn"),
    ProgrammeKind.field_visit: Phrase("Field visit", "Đi thực địa"),
}

SESSION_STATUS_LABELS: dict[str, Phrase] = {
    SessionStatus.planned: Phrase("Planned", "Đã lên kế hoạch"),
    SessionStatus.confirmed: Phrase("Confirmed", "Đã xác nhận"),
    SessionStatus.held: Phrase("Held", "Đã diễn ra"),
    SessionStatus.cancelled: Phrase("Cancelled", "Đã hủy"),
    SessionStatus.mentor_absent: Phrase("The mentor did not come", "Cố vấn vắng mặt"),
    SessionStatus.guests_absent: Phrase("No participant came", "Không có người tham dự"),
}

SESSION_ACTION_LABELS: dict[str, Phrase] = {
    SessionAction.plan: Phrase("Plan", "Lên kế hoạch"),
    SessionAction.confirm: Phrase("Confirm", "Xác nhận"),
    SessionAction.hold: Phrase("Report as held", "Báo cáo đã diễn ra"),
    SessionAction.cancel: Phrase("Cancel", "Hủy buổi gặp"),
    SessionAction.mentor_absent: Phrase("Report that the mentor did not come", "Báo cố vấn vắng mặt"),
    SessionAction.guests_absent: Phrase("Report that no participant came", "Báo không có người tham dự"),
    SessionAction.correct: Phrase("Correct what was reported of a mentor", "Đính chính thông tin người cố vấn"),
    SessionAction.void: Phrase("Take back the last step", "Hủy bước vừa ghi"),
}

MENTOR_ROLE_LABELS: dict[str, Phrase] = {
    MentorRole.lead: Phrase("Lead", "Chủ trì"),
    MentorRole.support: Phrase("Support", "Hỗ trợ"),
    MentorRole.stand_in: Phrase("Stand-in", "Người thay"),
}

MENTOR_ATTENDANCE_LABELS: dict[str, Phrase] = {
    MentorAttendance.expected: Phrase("Expected", "Dự kiến có mặt"),
    MentorAttendance.attended: Phrase("Attended", "Có mặt"),
    MentorAttendance.absent: Phrase("Absent", "Vắng mặt"),
    MentorAttendance.replaced: Phrase("Replaced by a stand-in", "Có người thay"),
}

GUEST_STATUS_LABELS: dict[str, Phrase] = {
    GuestStatus.registered: Phrase("Registered", "Đã đăng ký"),
    GuestStatus.attended: Phrase("Attended", "Có mặt"),
    GuestStatus.absent: Phrase("Absent", "Vắng mặt"),
    GuestStatus.excused: Phrase("Excused", "Vắng có lý do"),
}

SESSION_MODE_LABELS: dict[str, Phrase] = {
    Mode.in_person: Phrase("In person", "Trực tiếp"),
    Mode.online: Phrase("Online", "Trực tuyến"),
    Mode.phone: Phrase("By phone", "Qua điện thoại"),
    Mode.hybrid: Phrase("In person and online", "Trực tiếp và trực tuyến"),
}

OUTCOME_KIND_LABELS: dict[str, Phrase] = {
    OutcomeKind.revenue_vnd: Phrase("Revenue", "Doanh thu"),
    OutcomeKind.jobs: Phrase("Jobs created", "Việc làm tạo ra"),
    OutcomeKind.ocop_star: Phrase("OCOP stars", "Hạng sao OCOP"),
    OutcomeKind.cooperative_registered: Phrase("Cooperative registered", "Thành lập hợp tác xã, tổ hợp tác"),
    OutcomeKind.market_contract: Phrase("Sales contract", "Hợp đồng tiêu thụ"),
    OutcomeKind.loan_received: Phrase("Loan received", "Được giải ngân vốn vay"),
    OutcomeKind.prize: Phrase("Prize", "Giải thưởng"),
    OutcomeKind.other: Phrase("Another outcome", "Kết quả khác"),
}

GRADUATION_REQUEST_STATUS_LABELS: dict[str, Phrase] = {
    RequestStatus.open: Phrase("Waiting for approval", "Chờ duyệt"),
    RequestStatus.approved: Phrase("Approved", "Đã duyệt"),
    RequestStatus.refused: Phrase("Refused", "Không duyệt"),
    RequestStatus.withdrawn: Phrase("Withdrawn", "Đã rút"),
}

GRADUATION_REQUEST_ACTION_LABELS: dict[str, Phrase] = {
    RequestAction.approve: Phrase("Approve", "Duyệt"),
    RequestAction.refuse: Phrase("Refuse", "Không duyệt"),
    RequestAction.withdraw: Phrase("Withdraw", "Rút đề nghị"),
}

CADENCE_LABELS: dict[str, Phrase] = {
    Cadence.weekly: Phrase("Every week", "Hằng tuần"),
    Cadence.monthly: Phrase("Every month", "Hằng tháng"),
    Cadence.quarterly: Phrase("Every quarter", "Hằng quý"),
    Cadence.yearly: Phrase("Every year", "Hằng năm"),
    Cadence.on_demand: Phrase("When asked for", "Theo nhu cầu"),
}

MENTOR_STATUS_LABELS: dict[str, Phrase] = {
    MentorStatus.active: Phrase("Active", "Đang cố vấn"),
    MentorStatus.paused: Phrase("Taking no new projects", "Tạm ngừng nhận dự án"),
    MentorStatus.retired: Phrase("Retired", "Thôi cố vấn"),
}

LANGUAGE_LABELS: dict[str, Phrase] = {
    Language.vietnamese: Phrase("Vietnamese", "Tiếng Việt"),
    Language.hmong: Phrase("Hmong", "Tiếng Mông"),
    Language.dao: Phrase("Dao", "Tiếng Dao"),
    Language.tay: Phrase("Tày", "Tiếng Tày"),
    Language.nung: Phrase("Nùng", "Tiếng Nùng"),
    Language.giay: Phrase("Giáy", "Tiếng Giáy"),
    Language.ha_nhi: Phrase("Hà Nhì", "Tiếng Hà Nhì"),
    Language.thai: Phrase("Thái", "Tiếng Thái"),
    Language.muong: Phrase("Mường", "Tiếng Mường"),
    Language.la_chi: Phrase("La Chí", "Tiếng La Chí"),
    Language.kho_mu: Phrase("Khơ Mú", "Tiếng Khơ Mú"),
    Language.chinese: Phrase("Chinese", "Tiếng Trung"),
    Language.english: Phrase("English", "Tiếng Anh"),
}

SUGGESTION_REASON_LABELS: dict[str, Phrase] = {
    ReasonCode.platform_needed: Phrase("Knows a platform that the project needs", "Có chuyên môn dự án đang cần"),
    ReasonCode.sector: Phrase("Knows the sector", "Am hiểu lĩnh vực"),
    ReasonCode.language: Phrase("Speaks the language", "Nói được ngôn ngữ yêu cầu"),
    ReasonCode.distance: Phrase("How near they live", "Khoảng cách đến dự án"),
    ReasonCode.load: Phrase("How much they have to do", "Số dự án đang phụ trách"),
}

DISTANCE_LABELS: dict[str, Phrase] = {
    Distance.same_commune: Phrase("In the same commune", "Cùng xã"),
    Distance.same_province: Phrase("In the same province", "Cùng tỉnh"),
    Distance.elsewhere: Phrase("In another province", "Khác tỉnh"),
    Distance.unknown: Phrase("Not known", "Chưa rõ"),
}

CONSULTATION_OUTCOME_LABELS: dict[str, Phrase] = {
    ConsultationOutcome.none: Phrase("Advice only", "Chỉ tư vấn"),
    ConsultationOutcome.referred: Phrase("Referred to somebody", "Đã giới thiệu, kết nối"),
    ConsultationOutcome.applied: Phrase("The team applied it", "Nhóm đã áp dụng"),
    ConsultationOutcome.achieved: Phrase("It bore fruit", "Đã có kết quả"),
}

VISIBILITY_LABELS: dict[str, Phrase] = {
    Visibility.internal: Phrase("Internal", "Nội bộ"),
    Visibility.team: Phrase("For all who follow the project", "Cho mọi người theo dõi dự án"),
}

CONSULTATION_WARNING_LABELS: dict[str, Phrase] = {
    ConsultationWarning.late_entry: Phrase("Logged more than 30 days later", "Ghi muộn hơn 30 ngày"),
    ConsultationWarning.short_contact: Phrase(
        "Less than 15 minutes: it does not count as consulted", "Dưới 15 phút: không tính là đã tư vấn"
    ),
    ConsultationWarning.session_joined: Phrase(
        "Added to a session that was there", "Đã ghi vào buổi gặp có sẵn trong ngày"
    ),
    ConsultationWarning.minutes_kept: Phrase(
        "The greater number of minutes that was there is kept", "Giữ số phút lớn hơn đã ghi trước đó"
    ),
    ConsultationWarning.platform_not_needed: Phrase(
        "The project's baseline does not need this platform", "Nhu cầu ban đầu của dự án không có nền tảng này"
    ),
    ConsultationWarning.before_assignment: Phrase(
        "The mentor was not assigned on that day", "Ngày đó người cố vấn chưa được phân công"
    ),
    ConsultationWarning.other_day: Phrase(
        "The session was planned for another day", "Buổi gặp được lên kế hoạch vào ngày khác"
    ),
    ConsultationWarning.long_day: Phrase(
        "The mentor has more than 12 hours with projects on that day",
        "Tổng thời gian tư vấn của người cố vấn trong ngày vượt quá 12 giờ",
    ),
    ConsultationWarning.planned_session: Phrase(
        "A new session was made beside one of a programme that is planned for that day",
        "Đã tạo buổi gặp mới, trong khi ngày đó có buổi của chương trình đã lên kế hoạch",
    ),
    ConsultationWarning.capacity_raised: Phrase(
        "The session was full; its capacity was raised", "Buổi gặp đã đủ chỗ nên số chỗ được nâng lên"
    ),
}

ACTION_ITEM_STATUS_LABELS: dict[str, Phrase] = {
    ActionItemStatus.open: Phrase("Open", "Đang làm"),
    ActionItemStatus.done: Phrase("Done", "Đã xong"),
    ActionItemStatus.dropped: Phrase("Dropped", "Không làm nữa"),
}

ACTION_ITEM_MOVE_LABELS: dict[str, Phrase] = {
    ActionItemMove.edit: Phrase("Edit", "Chỉnh sửa"),
    ActionItemMove.complete: Phrase("Complete", "Hoàn thành"),
    ActionItemMove.drop: Phrase("Drop", "Thôi không làm"),
    ActionItemMove.reopen: Phrase("Reopen", "Mở lại"),
}

ACTION_ITEM_OWNER_LABELS: dict[str, Phrase] = {
    Owner.team: Phrase("The team", "Nhóm dự án"),
    Owner.mentor: Phrase("The mentor", "Người cố vấn"),
    Owner.staff: Phrase("Staff", "Cán bộ"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "consultation_outcome": CONSULTATION_OUTCOME_LABELS,
    "visibility": VISIBILITY_LABELS,
    "consultation_warning": CONSULTATION_WARNING_LABELS,
    "action_item_status": ACTION_ITEM_STATUS_LABELS,
    "action_item_move": ACTION_ITEM_MOVE_LABELS,
    "action_item_owner": ACTION_ITEM_OWNER_LABELS,
    "mentor_status": MENTOR_STATUS_LABELS,
    "language": LANGUAGE_LABELS,
    "cadence": CADENCE_LABELS,
    "suggestion_reason": SUGGESTION_REASON_LABELS,
    "distance": DISTANCE_LABELS,
    "outcome_kind": OUTCOME_KIND_LABELS,
    "graduation_lack": LACK_LABELS,
    "graduation_request_status": GRADUATION_REQUEST_STATUS_LABELS,
    "graduation_request_action": GRADUATION_REQUEST_ACTION_LABELS,
    "programme_kind": PROGRAMME_KIND_LABELS,
    "session_mode": SESSION_MODE_LABELS,
    "session_status": SESSION_STATUS_LABELS,
    "session_action": SESSION_ACTION_LABELS,
    "mentor_role": MENTOR_ROLE_LABELS,
    "mentor_attendance": MENTOR_ATTENDANCE_LABELS,
    "guest_status": GUEST_STATUS_LABELS,
}
