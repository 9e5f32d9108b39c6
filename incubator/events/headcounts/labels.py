"""The words of head-counts in both languages."""

from incubator.errors import Phrase
from incubator.events.headcounts.models import CountMethod

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "headcount_method": {
        CountMethod.counted: Phrase("Counted", "Đếm trực tiếp"),
        CountMethod.paper_list: Phrase("From a paper list", "Theo danh sách ký giấy"),
        CountMethod.estimate: Phrase("Estimate", "Ước lượng"),
        CountMethod.platform: Phrase("From the online platform", "Theo nền tảng trực tuyến"),
    }
}
