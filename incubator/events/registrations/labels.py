"""The words of registrations in both languages."""

from incubator.errors import Phrase
from incubator.events.registrations.models import RegistrationSource, RegistrationStatus

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "registration_status": {
        RegistrationStatus.confirmed: Phrase("Confirmed, with a seat", "Đã xác nhận, có chỗ"),
        RegistrationStatus.waitlisted: Phrase("Waiting for a seat", "Trong danh sách chờ"),
        RegistrationStatus.cancelled: Phrase("Cancelled", "Đã hủy"),
    },
    "registration_source": {
        RegistrationSource.self: Phrase("Registered by themselves", "Tự đăng ký"),
        RegistrationSource.staff: Phrase("Registered by an officer", "Cán bộ đăng ký"),
        RegistrationSource.imported: Phrase("From a list", "Nhập từ danh sách"),
        RegistrationSource.walk_in: Phrase("Registered at the door", "Đăng ký tại chỗ"),
    },
    "registration_action": {
        "cancel": Phrase("Cancel", "Hủy đăng ký"),
        "change_mode": Phrase("Change the way of taking part", "Đổi hình thức tham dự"),
    },
}
