"""The words of the ledger in both languages, as the bank and the Youth Union use them."""

from incubator.errors import Phrase
from incubator.loans.ledger.batches.schemas import RowStatus
from incubator.loans.ledger.models import EntryKind, EntryRequestAction, EntryRequestStatus, EntrySource
from incubator.loans.ledger.rules import BUCKET_LABELS

ENTRY_KIND_LABELS: dict[str, Phrase] = {
    EntryKind.disbursement: Phrase("Disbursement", "Giải ngân"),
    EntryKind.repayment: Phrase("Repayment", "Thu nợ"),
    EntryKind.overdue_transfer: Phrase("Transfer to overdue", "Chuyển nợ quá hạn"),
    EntryKind.overdue_cure: Phrase("Overdue made normal again", "Đưa nợ quá hạn về trong hạn"),
    EntryKind.freeze: Phrase("Freeze", "Khoanh nợ"),
    EntryKind.unfreeze: Phrase("End of a freeze", "Hết khoanh nợ"),
    EntryKind.write_off: Phrase("Write-off", "Xóa nợ"),
    EntryKind.adjustment: Phrase("Adjustment", "Điều chỉnh"),
    EntryKind.reversal: Phrase("Reversal", "Bút toán đảo"),
}

ENTRY_SOURCE_LABELS: dict[str, Phrase] = {
    EntrySource.typed: Phrase("Typed in", "Nhập tay"),
    EntrySource.batch: Phrase("A row of the bank's", "Theo dữ liệu ngân hàng"),
}

ENTRY_REQUEST_STATUS_LABELS: dict[str, Phrase] = {
    EntryRequestStatus.open: Phrase("Waiting for a second person", "Chờ người thứ hai duyệt"),
    EntryRequestStatus.approved: Phrase("Approved", "Đã duyệt"),
    EntryRequestStatus.refused: Phrase("Refused", "Bị từ chối"),
    EntryRequestStatus.withdrawn: Phrase("Withdrawn", "Đã rút"),
}

ENTRY_REQUEST_ACTION_LABELS: dict[str, Phrase] = {
    EntryRequestAction.approve: Phrase("Approve", "Duyệt"),
    EntryRequestAction.refuse: Phrase("Refuse", "Từ chối"),
    EntryRequestAction.withdraw: Phrase("Withdraw", "Rút đề nghị"),
}

BATCH_ROW_STATUS_LABELS: dict[str, Phrase] = {
    RowStatus.written: Phrase("Written", "Đã ghi"),
    RowStatus.known: Phrase("There already", "Đã có từ trước"),
    RowStatus.refused: Phrase("Refused", "Không ghi được"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "loan_bucket": BUCKET_LABELS,
    "loan_entry_kind": ENTRY_KIND_LABELS,
    "loan_entry_source": ENTRY_SOURCE_LABELS,
    "loan_entry_request_status": ENTRY_REQUEST_STATUS_LABELS,
    "loan_entry_request_action": ENTRY_REQUEST_ACTION_LABELS,
    "loan_batch_row_status": BATCH_ROW_STATUS_LABELS,
}
