"""The words of schedules in both languages."""

from incubator.errors import Phrase
from incubator.loans.schedules.models import ScheduleReason

SCHEDULE_REASON_LABELS: dict[str, Phrase] = {
    ScheduleReason.original: Phrase("As agreed in the contract", "Theo hợp đồng"),
    ScheduleReason.instalment_adjusted: Phrase("Instalments adjusted", "Điều chỉnh kỳ hạn trả nợ"),
    ScheduleReason.extended: Phrase("Extended", "Gia hạn nợ"),
    ScheduleReason.after_freeze: Phrase("After a freeze", "Sau khoanh nợ"),
    ScheduleReason.correction: Phrase("Correction", "Đính chính"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {"schedule_reason": SCHEDULE_REASON_LABELS}
