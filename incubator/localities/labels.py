"""Levels and kinds of localities in words, for `GET /v1/vocabularies`."""

from incubator.errors import Phrase

LEVEL_LABELS: dict[str, Phrase] = {
    "province": Phrase("Province level", "Cấp tỉnh"),
    "commune": Phrase("Commune level", "Cấp xã"),
    "village": Phrase("Village level", "Cấp thôn"),
}

KIND_LABELS: dict[str, Phrase] = {
    "province": Phrase("Province", "Tỉnh"),
    "city": Phrase("City", "Thành phố"),
    "commune": Phrase("Commune", "Xã"),
    "ward": Phrase("Ward", "Phường"),
    "special_zone": Phrase("Special zone", "Đặc khu"),
    "township": Phrase("Township", "Thị trấn"),
    "village": Phrase("Village", "Thôn, bản, tổ dân phố"),
}
