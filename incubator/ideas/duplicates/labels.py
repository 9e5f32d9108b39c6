"""What the codes about ideas that may be the same one are called, in both languages."""

from incubator.errors import Phrase

IDEA_EVIDENCE_LABELS: dict[str, Phrase] = {
    "same_leader": Phrase("The same leader", "Cùng người đứng đầu"),
    "leader_may_be_same": Phrase("The leaders may be the same person", "Hai người đứng đầu có thể là một"),
    "same_title": Phrase("The same title", "Trùng tên ý tưởng"),
    "similar_title": Phrase("Similar titles", "Tên ý tưởng gần giống nhau"),
}

IDEA_DUPLICATE_STATUS_LABELS: dict[str, Phrase] = {
    "open": Phrase("To be looked at", "Chờ xem xét"),
    "not_duplicate": Phrase("Two ideas", "Không trùng"),
    "merged": Phrase("Merged", "Đã gộp"),
}

VOCABULARIES: dict[str, dict[str, Phrase]] = {
    "idea_evidence": IDEA_EVIDENCE_LABELS,
    "idea_duplicate_status": IDEA_DUPLICATE_STATUS_LABELS,
}
