"""The words of check-in phones in both languages."""

from incubator.errors import Phrase
from incubator.events.devices.models import DeviceProfile, DeviceStatus

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "device_profile": {
        DeviceProfile.scan: Phrase("Scans tickets", "Quét vé"),
        DeviceProfile.scan_walk_in: Phrase("Scans tickets and takes in walk-ins", "Quét vé và ghi khách vãng lai"),
        DeviceProfile.headcount: Phrase("Counts heads only", "Chỉ báo số người"),
    },
    "device_status": {
        DeviceStatus.waiting: Phrase("Waiting to be enrolled", "Chờ ghi danh"),
        DeviceStatus.code_expired: Phrase("Not enrolled, and its code has run out", "Mã ghi danh đã hết hạn"),
        DeviceStatus.enrolled: Phrase("Enrolled", "Đang hoạt động"),
        DeviceStatus.revoked: Phrase("Revoked", "Đã thu hồi"),
        DeviceStatus.expired: Phrase("Expired", "Đã hết hạn"),
    },
}
