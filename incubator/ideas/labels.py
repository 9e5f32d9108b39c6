"""What the codes about ideas are called, in both languages. `GET /v1/vocabularies` shows them."""

from incubator.errors import Phrase
from incubator.ideas.calls.models import SECTOR_LABELS
from incubator.ideas.duplicates.labels import VOCABULARIES as DUPLICATE_VOCABULARIES

STAGE_LABELS: dict[str, Phrase] = {
    "idea": Phrase("Idea only", "Mới là ý tưởng"),
    "trial": Phrase("Being tried out", "Đang làm thử"),
    "first_sales": Phrase("First sales", "Đã bán những sản phẩm đầu tiên"),
    "growing": Phrase("Growing", "Đang mở rộng"),
}

CHANNEL_LABELS: dict[str, Phrase] = {
    "web": Phrase("Web form", "Biểu mẫu trên web"),
    "paper": Phrase("Paper form", "Đơn giấy"),
    "phone": Phrase("Telephone", "Điện thoại"),
    "zalo": Phrase("Zalo", "Zalo"),
    "event": Phrase("At an event", "Tại sự kiện"),
}

STATUS_LABELS: dict[str, Phrase] = {
    "draft": Phrase("Draft", "Bản nháp"),
    "submitted": Phrase("Submitted", "Đã nộp"),
    "screening": Phrase("In screening", "Đang sơ loại"),
    "needs_info": Phrase("Waiting for information", "Chờ bổ sung"),
    "in_review": Phrase("In review", "Đang thẩm định"),
    "review_closed": Phrase("Review closed", "Đã thẩm định xong"),
    "accepted": Phrase("Accepted", "Được chấp nhận"),
    "deferred": Phrase("Deferred", "Tạm hoãn"),
    "rejected": Phrase("Rejected", "Không được chọn"),
    "withdrawn": Phrase("Withdrawn", "Đã rút"),
    "merged": Phrase("Merged into another idea", "Đã gộp vào ý tưởng khác"),
    "lapsed": Phrase("Lapsed without an answer", "Hết hạn bổ sung"),
}

PUBLIC_STATUS_LABELS: dict[str, Phrase] = {
    "received": Phrase("Received", "Đã tiếp nhận"),
    "in_review": Phrase("Being considered", "Đang xem xét"),
    "info_needed": Phrase("Please send more information", "Cần bổ sung thông tin"),
    "accepted": Phrase("Accepted", "Được chấp nhận"),
    "closed": Phrase("Closed", "Đã khép lại"),
}

ACTION_LABELS: dict[str, Phrase] = {
    "submit": Phrase("Submit", "Nộp"),
    "start_screening": Phrase("Start screening", "Bắt đầu sơ loại"),
    "request_info": Phrase("Ask for information", "Yêu cầu bổ sung"),
    "provide_info": Phrase("Answer the question", "Bổ sung thông tin"),
    "lapse": Phrase("Close as unanswered", "Đóng vì quá hạn bổ sung"),
    "pass_screening": Phrase("Pass to review", "Chuyển thẩm định"),
    "screen_out": Phrase("Screen out", "Loại ở vòng sơ loại"),
    "close_review": Phrase("Close the review", "Kết thúc thẩm định"),
    "reopen_review": Phrase("Reopen the review", "Mở lại thẩm định"),
    "decide": Phrase("Decide", "Quyết định"),
    "withdraw": Phrase("Withdraw", "Rút"),
    "merge_into": Phrase("Merge into another idea", "Gộp vào ý tưởng khác"),
    "reconsider": Phrase("Reconsider", "Xem xét lại"),
    "void": Phrase("Take back the last step", "Hủy bước gần nhất"),
}

SCREEN_OUT_LABELS: dict[str, Phrase] = {
    "duplicate": Phrase("Same as another idea", "Trùng ý tưởng khác"),
    "out_of_scope": Phrase("Outside the programme", "Ngoài phạm vi chương trình"),
    "incomplete": Phrase("Incomplete", "Hồ sơ chưa đầy đủ"),
    "not_feasible": Phrase("Not feasible", "Không khả thi"),
    "not_eligible": Phrase("The applicant may not take part", "Người nộp không thuộc đối tượng"),
    "other": Phrase("Other", "Khác"),
}

WITHDRAW_LABELS: dict[str, Phrase] = {
    "applicant_request": Phrase("The applicant asked for it", "Theo đề nghị của người nộp"),
    "moved_away": Phrase("The applicant moved away", "Người nộp chuyển đi nơi khác"),
    "lost_contact": Phrase("No contact any more", "Không còn liên lạc được"),
    "other": Phrase("Other", "Khác"),
}

DECISION_REASON_LABELS: dict[str, Phrase] = {
    "strong_need": Phrase("Meets a strong need", "Đáp ứng nhu cầu rõ rệt"),
    "feasible": Phrase("Feasible", "Khả thi"),
    "local_value": Phrase("Of value to the place", "Có giá trị cho địa phương"),
    "weak_market": Phrase("Weak market", "Thị trường yếu"),
    "not_feasible": Phrase("Not feasible", "Không khả thi"),
    "needs_work": Phrase("Needs more work", "Cần hoàn thiện thêm"),
    "outside_funds": Phrase("Beyond the means of the programme", "Vượt nguồn lực của chương trình"),
    "other": Phrase("Other", "Khác"),
}

OUTCOME_LABELS: dict[str, Phrase] = {name: STATUS_LABELS[name] for name in ("accepted", "deferred", "rejected")}

REVIEW_STATE_LABELS: dict[str, Phrase] = {
    "to_do": Phrase("To do", "Chưa làm"),
    "draft": Phrase("Draft", "Bản nháp"),
    "submitted": Phrase("Submitted", "Đã nộp"),
    "abstained": Phrase("Abstained", "Không cho ý kiến"),
    "recused": Phrase("Recused", "Từ chối do xung đột lợi ích"),
    "stale": Phrase("Of an older version", "Thuộc phiên bản cũ"),
}

RECOMMENDATION_LABELS: dict[str, Phrase] = {
    "yes": Phrase("Yes", "Nên chọn"),
    "maybe": Phrase("Maybe", "Cân nhắc"),
    "no": Phrase("No", "Không nên chọn"),
}

AUDIENCE_LABELS: dict[str, Phrase] = {
    "internal": Phrase("Staff only", "Nội bộ"),
    "reviewers": Phrase("Staff and reviewers", "Nội bộ và người thẩm định"),
    "applicant": Phrase("Staff and the applicant", "Nội bộ và người nộp"),
}

DOCUMENT_KIND_LABELS: dict[str, Phrase] = {
    "paper_form": Phrase("Paper form", "Đơn giấy"),
    "minutes": Phrase("Minutes", "Biên bản"),
    "photo": Phrase("Photo", "Ảnh"),
    "other": Phrase("Other", "Khác"),
}

CONFLICT_KIND_LABELS: dict[str, Phrase] = {
    "in_team": Phrase("Member of the team", "Thành viên nhóm"),
    "declared": Phrase("Declared by the reviewer", "Người thẩm định tự khai"),
    "same_household": Phrase("Same household", "Cùng hộ gia đình"),
    "family": Phrase("Related", "Có quan hệ họ hàng"),
    "own_mentee": Phrase("Mentors the people behind it", "Đang hoặc từng cố vấn cho nhóm"),
    "business_ties": Phrase("Does business with the team", "Có quan hệ làm ăn với nhóm"),
    "other": Phrase("Other", "Khác"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "sector": SECTOR_LABELS,
    "business_stage": STAGE_LABELS,
    "channel": CHANNEL_LABELS,
    "idea_status": STATUS_LABELS,
    "public_status": PUBLIC_STATUS_LABELS,
    "idea_action": ACTION_LABELS,
    "screen_out_reason": SCREEN_OUT_LABELS,
    "withdraw_reason": WITHDRAW_LABELS,
    "decision_outcome": OUTCOME_LABELS,
    "decision_reason": DECISION_REASON_LABELS,
    "review_state": REVIEW_STATE_LABELS,
    "recommendation": RECOMMENDATION_LABELS,
    "conflict_kind": CONFLICT_KIND_LABELS,
    "comment_audience": AUDIENCE_LABELS,
    "document_kind": DOCUMENT_KIND_LABELS,
    **DUPLICATE_VOCABULARIES,
}
