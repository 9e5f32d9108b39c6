"""The words of reconciliation in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.loans.bank_balances.schemas import BankResult
from incubator.loans.reconciliation.models import DifferenceCause, ReconciliationAction, ReconciliationStatus

RECONCILIATION_STATUS_LABELS: dict[str, Phrase] = {
    ReconciliationStatus.open: Phrase("Open", "Chưa xử lý"),
    ReconciliationStatus.explained: Phrase("Explained", "Đã giải trình"),
    ReconciliationStatus.corrected: Phrase("Corrected", "Đã điều chỉnh khớp"),
}

RECONCILIATION_ACTION_LABELS: dict[str, Phrase] = {
    ReconciliationAction.explain: Phrase("Explain", "Giải trình"),
    ReconciliationAction.correct: Phrase("Mark as corrected", "Xác nhận đã khớp"),
    ReconciliationAction.reopen: Phrase("Reopen", "Mở lại"),
}

DIFFERENCE_CAUSE_LABELS: dict[str, Phrase] = {
    DifferenceCause.timing: Phrase("Booked on different days", "Lệch ngày hạch toán"),
    DifferenceCause.not_yet_entered: Phrase("Not entered here yet", "Chưa ghi vào sổ theo dõi"),
    DifferenceCause.bank_error: Phrase("A mistake of the bank", "Ngân hàng nhầm lẫn"),
    DifferenceCause.moved_between_buckets: Phrase(
        "Moved between normal, overdue and frozen", "Chuyển giữa nợ trong hạn, quá hạn và khoanh"
    ),
    DifferenceCause.other: Phrase("Something else", "Nguyên nhân khác"),
}

BANK_RESULT_LABELS: dict[str, Phrase] = {
    BankResult.agrees: Phrase("Agrees with the ledger", "Khớp với sổ theo dõi"),
    BankResult.differs: Phrase("Differs from the ledger", "Chênh lệch với sổ theo dõi"),
    BankResult.known: Phrase("Known already", "Đã có, không thay đổi"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "reconciliation_status": RECONCILIATION_STATUS_LABELS,
    "reconciliation_action": RECONCILIATION_ACTION_LABELS,
    "difference_cause": DIFFERENCE_CAUSE_LABELS,
    "bank_result": BANK_RESULT_LABELS,
}
