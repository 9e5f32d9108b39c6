"""Roles and scopes in words, for `GET /v1/vocabularies`."""

from incubator.actor import Role, Scope
from incubator.errors import Phrase

ROLE_LABELS: dict[str, Phrase] = {
    Role.admin: Phrase("Administrator", "Quản trị hệ thống"),
    Role.approver: Phrase("Approver", "Người phê duyệt"),
    Role.staff: Phrase("Incubator staff", "Cán bộ vườn ươm"),
    Role.commune_staff: Phrase("Commune staff", "Cán bộ cấp xã"),
    Role.reviewer: Phrase("Reviewer", "Chuyên gia thẩm định"),
    Role.mentor: Phrase("Mentor", "Người cố vấn"),
    Role.analyst: Phrase("Analyst", "Người xem số liệu"),
}

SCOPE_LABELS: dict[str, Phrase] = {
    Scope.ideas_submit: Phrase("Submit ideas and follow them", "Nộp và theo dõi ý tưởng"),
    Scope.ideas_read: Phrase("Read ideas", "Xem ý tưởng"),
    Scope.projects_read: Phrase("Read projects", "Xem dự án"),
    Scope.people_read: Phrase("Read people", "Xem thông tin cá nhân"),
    Scope.loans_read: Phrase("Read loans", "Xem khoản vay"),
    Scope.events_read: Phrase("Read events", "Xem sự kiện"),
    Scope.events_register: Phrase("Register for events", "Đăng ký sự kiện"),
    Scope.check_in_write: Phrase("Check in at events", "Điểm danh tại sự kiện"),
    Scope.calendar_read: Phrase("Read the calendar", "Xem lịch"),
    Scope.stats_read: Phrase("Read figures", "Xem số liệu"),
}
