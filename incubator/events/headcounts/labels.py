"""The words of head-counts in both languages."""

from incubator.errors import Phrase
from incubator.events.headcounts.models import CountMethod, ReportStatus

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "headcount_method": {
        CountMethod.counted: Phrase("Counted", "Đếm trực tiếp"),
        CountMethod.paper_list: Phrase("From a paper list", "Theo danh sách ký tên trên giấy"),
        CountMethod.estimate: Phrase("Estimate", "Ước lượng"),
        CountMethod.platform: Phrase("From the online platform", "Theo nền tảng trực tuyến"),
    },
    "headcount_report_status": {
        ReportStatus.current: Phrase("Counts", "Đang được tính"),
        ReportStatus.replaced: Phrase("Replaced by a later count", "Đã thay bằng số mới hơn"),
        ReportStatus.kept_for_staff: Phrase("Kept for officers to look at", "Chưa tính, chờ cán bộ xem xét"),
    },
}
