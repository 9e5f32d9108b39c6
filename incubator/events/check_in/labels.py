"""What phones and officers read for the codes of check-in."""

from incubator.errors import Phrase
from incubator.events.check_in.models import (
    ClockQuality,
    ItemStatus,
    ReviewReason,
    ReviewStatus,
    ScanCode,
    ScanKind,
    ScanMethod,
    ScanWarning,
)

REFUSALS: dict[str, Phrase] = {
    ScanCode.token_unknown: Phrase("This is no ticket of ours", "Mã vé không tồn tại"),
    ScanCode.token_revoked: Phrase("A newer ticket was issued in place of this one", "Vé đã được thay bằng vé mới"),
    ScanCode.token_wrong_event: Phrase("A ticket of another event", "Vé của sự kiện khác"),
    ScanCode.session_unknown: Phrase("No session of this event", "Không có phiên này trong sự kiện"),
    ScanCode.event_cancelled: Phrase("The event was cancelled", "Sự kiện đã bị hủy"),
    ScanCode.walk_in_not_allowed: Phrase(
        "People without a registration are not taken in here", "Không nhận người chưa đăng ký"
    ),
    ScanCode.site_mismatch: Phrase("The phone may not scan at this site", "Máy không được điểm danh ở điểm này"),
    ScanCode.payload_mismatch: Phrase("Another scan was sent under the same id", "Trùng mã với một lượt quét khác"),
    ScanCode.sync_window_closed: Phrase(
        "Too late: attendance is closed for phones", "Quá hạn đồng bộ, điểm danh đã chốt"
    ),
    ScanCode.invalid_item: Phrase("The item could not be read", "Dữ liệu không đọc được"),
}

CODE_LABELS: dict[str, Phrase] = {
    ScanCode.checked_in: Phrase("Checked in", "Đã điểm danh"),
    ScanCode.already_checked_in: Phrase("Was here already", "Đã điểm danh trước đó"),
    ScanCode.checked_out: Phrase("Left", "Đã ra về"),
    **REFUSALS,
}

WARNING_LABELS: dict[str, Phrase] = {
    ScanWarning.late_sync: Phrase("Sent long after the session", "Gửi về muộn sau khi phiên kết thúc"),
    ScanWarning.clock_adjusted: Phrase(
        "The phone's clock is wrong; times were corrected", "Giờ máy sai, đã hiệu chỉnh"
    ),
    ScanWarning.clock_suspect: Phrase("The time cannot be right", "Giờ ghi nhận không hợp lý"),
    ScanWarning.outside_window: Phrase("Long before or after the session", "Ngoài khung giờ của phiên"),
    ScanWarning.walk_in: Phrase("Came without a registration", "Khách vãng lai, chưa đăng ký"),
    ScanWarning.over_capacity: Phrase("More people than seats", "Vượt quá số chỗ"),
    ScanWarning.mode_switched: Phrase("Registered for the other way of taking part", "Đăng ký hình thức khác"),
    ScanWarning.waitlisted_admitted: Phrase("Was on the waitlist", "Đang trong danh sách chờ"),
    ScanWarning.registration_cancelled: Phrase("The registration was cancelled", "Đăng ký đã hủy"),
    ScanWarning.possible_duplicate_person: Phrase("May be entered already", "Có thể trùng với người đã có"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "scan_kind": {
        ScanKind.came: Phrase("Came", "Vào"),
        ScanKind.left: Phrase("Left", "Ra"),
    },
    "scan_method": {
        ScanMethod.qr: Phrase("By the code on the ticket", "Quét mã vé"),
        ScanMethod.listed: Phrase("By the name on the list", "Chọn tên trong danh sách"),
        ScanMethod.walk_in: Phrase("Without a registration", "Khách vãng lai"),
    },
    "scan_item_status": {
        ItemStatus.accepted: Phrase("Counted", "Đã nhận"),
        ItemStatus.replayed: Phrase("Was sent before", "Đã gửi trước đó"),
        ItemStatus.rejected: Phrase("Kept for officers to look at", "Chưa tính, chờ cán bộ xem xét"),
        ItemStatus.retry: Phrase("Send it again", "Cần gửi lại"),
    },
    "scan_code": CODE_LABELS,
    "scan_warning": WARNING_LABELS,
    "clock_quality": {
        ClockQuality.ok: Phrase("Right", "Đúng giờ"),
        ClockQuality.adjusted: Phrase("Wrong, and corrected", "Sai giờ, đã hiệu chỉnh"),
        ClockQuality.suspect: Phrase("Not to be believed", "Giờ không đáng tin"),
        ClockQuality.unknown: Phrase("Not known", "Không rõ"),
    },
    "check_in_review_reason": {
        **REFUSALS,
        ReviewReason.walk_in_unconfirmed: Phrase("A walk-in to be confirmed", "Khách vãng lai chờ xác nhận"),
        ReviewReason.locality_unknown: Phrase(
            "The commune that a walk-in named is not known", "Không rõ xã, phường khách vãng lai đã khai"
        ),
        ReviewReason.headcount_late: Phrase("A head-count that came too late", "Báo số người gửi về quá hạn"),
    },
    "check_in_review_status": {
        ReviewStatus.open: Phrase("Open", "Chờ xử lý"),
        ReviewStatus.admitted: Phrase("Admitted", "Đã công nhận"),
        ReviewStatus.dismissed: Phrase("Dismissed", "Đã loại bỏ"),
    },
}
