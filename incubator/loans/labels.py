"""The words of loans in both languages, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase
from incubator.loans.applications.models import ApplicationAction, ApplicationStatus
from incubator.loans.findings import LoanWarning, RateSource
from incubator.loans.inspections.models import Use
from incubator.loans.ledger.labels import VOCABULARIES as LEDGER_VOCABULARIES
from incubator.loans.models import LoanStatus
from incubator.loans.reconciliation.labels import VOCABULARIES as RECONCILIATION_VOCABULARIES
from incubator.loans.schedules.labels import VOCABULARIES as SCHEDULE_VOCABULARIES

LOAN_STATUS_LABELS: dict[str, Phrase] = {
    LoanStatus.approved: Phrase("Approved", "Đã duyệt, chưa giải ngân"),
    LoanStatus.disbursing: Phrase("Disbursing", "Đang giải ngân"),
    LoanStatus.active: Phrase("Active", "Đang dư nợ"),
    LoanStatus.settled: Phrase("Settled", "Đã tất toán"),
    LoanStatus.written_off: Phrase("Written off", "Đã xóa nợ"),
    LoanStatus.cancelled: Phrase("Cancelled", "Đã hủy"),
}

LOAN_WARNING_LABELS: dict[str, Phrase] = {
    LoanWarning.over_programme_amount: Phrase(
        "The amount is above the programme's limit", "Số tiền duyệt vượt mức cho vay tối đa của chương trình"
    ),
    LoanWarning.over_programme_term: Phrase(
        "The term is longer than the programme's limit", "Thời hạn vay vượt thời hạn tối đa của chương trình"
    ),
    LoanWarning.programme_not_open: Phrase(
        "The programme was not open on the day of approval", "Ngày duyệt nằm ngoài thời gian của chương trình"
    ),
    LoanWarning.more_than_asked: Phrase(
        "More was approved than the application asked for", "Số tiền duyệt cao hơn số tiền xin vay"
    ),
    LoanWarning.borrower_not_in_household: Phrase(
        "The borrower did not live in the household on the day of approval",
        "Người vay không thuộc hộ vào ngày duyệt",
    ),
    LoanWarning.household_not_in_group: Phrase(
        "The household did not belong to the group on the day of approval", "Hộ không thuộc tổ vay vốn vào ngày duyệt"
    ),
    LoanWarning.before_application: Phrase(
        "Granted before the bank approved the application", "Ngày cho vay trước ngày ngân hàng duyệt hồ sơ"
    ),
    LoanWarning.schedule_differs: Phrase(
        "The schedule in force does not fit the amounts of the loan or its day of approval",
        "Kế hoạch trả nợ đang áp dụng không khớp với số tiền hoặc ngày duyệt của khoản vay",
    ),
}

RATE_SOURCE_LABELS: dict[str, Phrase] = {
    RateSource.loan: Phrase("A rate of this loan", "Lãi suất riêng của khoản vay"),
    RateSource.programme: Phrase("The rate of the programme", "Lãi suất của chương trình"),
}

APPLICATION_STATUS_LABELS: dict[str, Phrase] = {
    ApplicationStatus.draft: Phrase("Draft", "Bản nháp"),
    ApplicationStatus.submitted: Phrase("Submitted", "Đã nộp"),
    ApplicationStatus.group_approved: Phrase("Approved by the credit group", "Tổ đã bình xét"),
    ApplicationStatus.commune_certified: Phrase("Certified by the commune", "Xã đã xác nhận"),
    ApplicationStatus.bank_approved: Phrase("Approved by the bank", "Ngân hàng đã duyệt"),
    ApplicationStatus.rejected: Phrase("Rejected", "Bị từ chối"),
    ApplicationStatus.withdrawn: Phrase("Withdrawn", "Đã rút hồ sơ"),
}

APPLICATION_ACTION_LABELS: dict[str, Phrase] = {
    ApplicationAction.enter: Phrase("Enter", "Nhập hồ sơ"),
    ApplicationAction.submit: Phrase("Submit", "Nộp hồ sơ"),
    ApplicationAction.approve_by_group: Phrase("Approve in the credit group", "Tổ bình xét cho vay"),
    ApplicationAction.certify: Phrase("Certify by the commune", "Xã xác nhận"),
    ApplicationAction.approve_by_bank: Phrase("Approve by the bank", "Ngân hàng duyệt"),
    ApplicationAction.reject: Phrase("Reject", "Từ chối"),
    ApplicationAction.withdraw: Phrase("Withdraw", "Rút hồ sơ"),
    ApplicationAction.void: Phrase("Take back the last step", "Hủy bước vừa ghi"),
}

USE_LABELS: dict[str, Phrase] = {
    Use.yes: Phrase("As agreed", "Đúng mục đích"),
    Use.partly: Phrase("Partly as agreed", "Đúng mục đích một phần"),
    Use.no: Phrase("Not as agreed", "Sai mục đích"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    **SCHEDULE_VOCABULARIES,
    **RECONCILIATION_VOCABULARIES,
    "use_of_loan": USE_LABELS,
    **LEDGER_VOCABULARIES,
    "loan_status": LOAN_STATUS_LABELS,
    "loan_warning": LOAN_WARNING_LABELS,
    "rate_source": RATE_SOURCE_LABELS,
    "loan_application_status": APPLICATION_STATUS_LABELS,
    "loan_application_action": APPLICATION_ACTION_LABELS,
}
