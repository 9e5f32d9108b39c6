"""The words of what waits for somebody, in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase

TASK_KIND_LABELS: dict[str, Phrase] = {
    "screen": Phrase("Ideas to screen", "Ý tưởng cần sơ loại"),
    "answer": Phrase("Questions to applicants", "Câu hỏi chờ người nộp trả lời"),
    "review": Phrase("Reviews to write", "Phiếu thẩm định cần viết"),
    "close_review": Phrase("Reviews that are overdue", "Đợt thẩm định đã quá hạn"),
    "decide": Phrase("Ideas to decide on", "Ý tưởng chờ quyết định"),
    "found_project": Phrase("Projects to found", "Dự án cần thành lập"),
    "graduation_request": Phrase("Requests to graduate", "Đề nghị tốt nghiệp chờ duyệt"),
    "session_report": Phrase("Sessions without a report", "Buổi gặp chưa báo cáo"),
    "session_ahead": Phrase("Your sessions of the next seven days", "Buổi gặp trong bảy ngày tới"),
    "action_overdue": Phrase("Overdue actions", "Việc quá hạn"),
    "entry_request": Phrase("Ledger entries to approve", "Bút toán chờ duyệt"),
    "reconciliation": Phrase("Differences from the bank to settle", "Chênh lệch với ngân hàng chờ xử lý"),
    "inspection_late": Phrase("Late inspections of loans", "Khoản vay quá hạn kiểm tra sử dụng vốn"),
}

TASK_SUBJECT_LABELS: dict[str, Phrase] = {
    "idea": Phrase("Idea", "Ý tưởng"),
    "project": Phrase("Project", "Dự án"),
    "session": Phrase("Session", "Buổi gặp"),
    "action_item": Phrase("Action", "Việc cần làm"),
    "entry_request": Phrase("Request for a ledger entry", "Đề nghị ghi bút toán"),
    "reconciliation": Phrase("Difference from the bank", "Chênh lệch với ngân hàng"),
    "loan": Phrase("Loan", "Khoản vay"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {"task_kind": TASK_KIND_LABELS, "task_subject": TASK_SUBJECT_LABELS}
