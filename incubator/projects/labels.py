"""The words of projects in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.projects.models import CloseReason, Platform, ProjectAction, ProjectStatus

PROJECT_STATUS_LABELS: dict[str, Phrase] = {
    ProjectStatus.onboarding: Phrase("Onboarding", "Đang tiếp nhận"),
    ProjectStatus.active: Phrase("Active", "Đang hoạt động"),
    ProjectStatus.paused: Phrase("Paused", "Tạm dừng"),
    ProjectStatus.graduated: Phrase("Graduated", "Đã tốt nghiệp"),
    ProjectStatus.closed: Phrase("Closed", "Đã đóng"),
}

PROJECT_ACTION_LABELS: dict[str, Phrase] = {
    ProjectAction.found: Phrase("Found", "Thành lập"),
    ProjectAction.activate: Phrase("Activate", "Đưa vào hoạt động"),
    ProjectAction.pause: Phrase("Pause", "Tạm dừng"),
    ProjectAction.resume: Phrase("Resume", "Tiếp tục"),
    ProjectAction.graduate: Phrase("Graduate", "Tốt nghiệp"),
    ProjectAction.close: Phrase("Close", "Đóng dự án"),
    ProjectAction.reopen: Phrase("Reopen", "Mở lại"),
    ProjectAction.void: Phrase("Take back the last step", "Hủy bước vừa ghi"),
}

PLATFORM_LABELS: dict[str, Phrase] = {
    Platform.capital: Phrase("Capital", "Vốn"),
    Platform.market: Phrase("Market", "Thị trường"),
    Platform.digital: Phrase("Digital", "Chuyển đổi số"),
}

CLOSE_REASON_LABELS: dict[str, Phrase] = {
    CloseReason.no_capital: Phrase("No capital", "Thiếu vốn"),
    CloseReason.no_market: Phrase("No market", "Không có thị trường"),
    CloseReason.family: Phrase("Family reasons", "Lý do gia đình"),
    CloseReason.migrated: Phrase("Moved away to work", "Đi làm ăn xa"),
    CloseReason.merged: Phrase("Merged with another project", "Sáp nhập với dự án khác"),
    CloseReason.other: Phrase("Another reason", "Lý do khác"),
}
