"""What can be wrong with one field, in words. The codes are stable and come inside `errors` of a refusal."""

from incubator.error_table import Phrase

FIELD_CODES: dict[str, Phrase] = {
    "required": Phrase("is required", "là bắt buộc"),
    "required/one_of": Phrase("is required, or the other of the two: {one_of}", "cần một trong hai: {one_of}"),
    "required/session_of_site": Phrase(
        "is required: the item names another session than that of its site",
        "là bắt buộc: lượt quét ghi một phiên khác với phiên của điểm điểm danh",
    ),
    "unknown_field": Phrase("is not known here", "không có ở đây"),
    "wrong_type": Phrase("must be {expected}, not {got}", "phải là {expected}, không phải {got}"),
    "out_of_range": Phrase("must lie between {min} and {max}", "phải nằm trong khoảng {min} đến {max}"),
    "out_of_range/min": Phrase("must be at least {min}", "phải từ {min} trở lên"),
    "out_of_range/max": Phrase("must be at most {max}", "không được quá {max}"),
    "out_of_range/after": Phrase("must be later than {after}", "phải sau {after}"),
    "too_long": Phrase("is longer than {max}", "dài hơn {max}"),
    "too_short": Phrase("is shorter than {min}", "ngắn hơn {min}"),
    "bad_format": Phrase("is not written as {expected}", "chưa viết đúng dạng {expected}"),
    "bad_format/example": Phrase("is not in the right form, such as {example}", "chưa đúng dạng, ví dụ {example}"),
    "invalid_characters": Phrase("holds characters that cannot be stored", "có ký tự không lưu được"),
    "not_in_enum": Phrase("must be one of {allowed}", "phải là một trong {allowed}"),
    "immutable": Phrase("cannot be changed", "không thể thay đổi"),
    "duplicate": Phrase("is given twice, or there already", "bị lặp hoặc đã có"),
    "duplicate/known_id": Phrase("is there already, with the id {known_id}", "đã có sẵn, với id {known_id}"),
    "duplicate/current_id": Phrase(
        "must be the id of what stands at present, {current_id}, to replace it",
        "phải là id của bản hiện hành {current_id} nếu muốn thay thế",
    ),
    "duplicate/one_of": Phrase("is given beside the other of the two: {one_of}", "chỉ gửi một trong hai: {one_of}"),
    "not_found": Phrase("names nothing that exists", "không chỉ đến mục nào có thật"),
    "not_found/site_id": Phrase("names a site that is not yours", "chỉ đến một điểm không do bạn phụ trách"),
}
