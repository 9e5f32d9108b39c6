"""Every error that the API answers: its status and its words. Codes are stable, words may be bettered."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Phrase(msgspec.Struct, frozen=True):
    """A sentence for people, in both languages; `{name}` is filled in from the error's parameters."""

    en: str
    vi: str

    def say(self, language: str, params: Mapping[str, Any]) -> str:
        text = self.vi if language == "vi" else self.en
        return text.format_map(_Lenient(params))


class ErrorKind(msgspec.Struct, frozen=True):
    status: int
    title: Phrase
    detail: Phrase
    retry_after: int | None = None


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _kind(status: int, title: tuple[str, str], detail: tuple[str, str], retry_after: int | None = None) -> ErrorKind:
    return ErrorKind(status, Phrase(*title), Phrase(*detail), retry_after)


ERRORS: dict[str, ErrorKind] = {
    "malformed_json": _kind(
        400,
        ("The body is not valid JSON", "Nội dung gửi lên không phải JSON hợp lệ"),
        ("The body could not be read: {reason}.", "Không đọc được nội dung: {reason}."),
    ),
    "validation_failed": _kind(
        400,
        ("Some fields are wrong", "Một số trường chưa đúng"),
        ("Correct the fields named in errors and send again.", "Hãy sửa các trường nêu trong errors rồi gửi lại."),
    ),
    "unknown_parameter": _kind(
        400,
        ("A query parameter is unknown", "Có tham số truy vấn không tồn tại"),
        (
            "This endpoint does not know every parameter sent; errors names them.",
            "Có tham số mà địa chỉ này không nhận; xem errors.",
        ),
    ),
    "repeated_parameter": _kind(
        400,
        ("A query parameter is repeated", "Có tham số truy vấn bị lặp"),
        (
            "A parameter that takes one value was sent more than once.",
            "Một tham số chỉ nhận một giá trị đã được gửi nhiều lần.",
        ),
    ),
    "invalid_cursor": _kind(
        400,
        ("The cursor is not valid", "Con trỏ trang không hợp lệ"),
        (
            "Take the cursor from next_cursor unchanged, or start without one.",
            "Hãy dùng nguyên next_cursor, hoặc bắt đầu lại từ trang đầu.",
        ),
    ),
    "cursor_mismatch": _kind(
        400,
        ("The cursor belongs to another list", "Con trỏ trang thuộc danh sách khác"),
        (
            "A cursor holds only for the filters it was made with.",
            "Con trỏ chỉ dùng được với đúng bộ lọc đã tạo ra nó.",
        ),
    ),
    "invalid_characters": _kind(
        400,
        ("Some text holds characters that cannot be stored", "Có ký tự không thể lưu"),
        ("NUL and unpaired surrogates cannot be stored.", "Không lưu được ký tự NUL và nửa cặp surrogate."),
    ),
    "too_deep": _kind(
        400,
        ("The body is nested too deeply", "Nội dung lồng nhau quá sâu"),
        ("At most {max} levels are read.", "Chỉ đọc tối đa {max} cấp."),
    ),
    "bad_request": _kind(
        400,
        ("The request could not be read", "Không đọc được yêu cầu"),
        (
            "The request broke off or is not HTTP as this service reads it.",
            "Yêu cầu bị ngắt giữa chừng hoặc không đúng HTTP.",
        ),
    ),
    "idempotency_key_required": _kind(
        400,
        ("An Idempotency-Key is required", "Thiếu Idempotency-Key"),
        ("Send a header Idempotency-Key with a fresh UUID.", "Hãy gửi kèm Idempotency-Key là một UUID mới."),
    ),
    "unauthenticated": _kind(
        401,
        ("Log in first", "Cần đăng nhập"),
        (
            "Send a valid bearer token in Authorization, or check the name and password.",
            "Hãy gửi token hợp lệ trong Authorization, hoặc kiểm tra lại tên và mật khẩu.",
        ),
    ),
    "token_expired": _kind(
        401,
        ("The token has expired", "Token đã hết hạn"),
        ("Log in again, or ask for a new token.", "Hãy đăng nhập lại hoặc xin token mới."),
    ),
    "token_revoked": _kind(
        401,
        ("The token was revoked", "Token đã bị thu hồi"),
        ("Log in again, or ask for a new token.", "Hãy đăng nhập lại hoặc xin token mới."),
    ),
    "forbidden": _kind(
        403,
        ("Your role does not allow this", "Vai trò của bạn không được phép"),
        ("This needs a role or a scope that you do not hold.", "Việc này cần vai trò hoặc phạm vi mà bạn không có."),
    ),
    "insufficient_scope": _kind(
        403,
        ("The token lacks a scope", "Token thiếu phạm vi"),
        ("This needs one of these scopes: {needed}.", "Việc này cần một trong các phạm vi: {needed}."),
    ),
    "password_change_required": _kind(
        403,
        ("Change your password first", "Cần đổi mật khẩu trước"),
        ("Set a new password with POST /v1/auth/password.", "Hãy đặt mật khẩu mới bằng POST /v1/auth/password."),
    ),
    "self_approval": _kind(
        403,
        ("Someone else must decide this", "Việc này phải do người khác quyết định"),
        (
            "You entered, reviewed or asked for this yourself.",
            "Chính bạn đã nhập, thẩm định hoặc đề nghị việc này.",
        ),
    ),
    "not_found": _kind(
        404,
        ("Not found", "Không tìm thấy"),
        ("There is nothing here that you may see.", "Không có gì ở đây mà bạn được xem."),
    ),
    "method_not_allowed": _kind(
        405,
        ("This method is not available here", "Phương thức này không dùng được ở đây"),
        ("Allow lists the methods of this address.", "Các phương thức cho phép nằm trong Allow."),
    ),
    "not_acceptable": _kind(
        406,
        ("No representation fits Accept", "Không có định dạng nào hợp với Accept"),
        ("This address answers {available}.", "Địa chỉ này trả về {available}."),
    ),
    "invalid_transition": _kind(
        409,
        ("This step is not possible now", "Bước này chưa thực hiện được"),
        (
            "The status is {status}; {action} does not start there.",
            "Trạng thái hiện tại là {status}; không thể {action} từ đây.",
        ),
    ),
    "duplicate": _kind(
        409,
        ("This exists already", "Đã tồn tại"),
        ("Another record already holds this value.", "Đã có bản ghi khác mang giá trị này."),
    ),
    "capacity_full": _kind(
        409,
        ("There are not enough seats", "Không đủ chỗ"),
        (
            "A capacity of {capacity} does not suffice: {seats_taken} seats are taken. Organisers can raise it; others "
            "may take part in another way, or wait where there is a waitlist.",
            "Sức chứa {capacity} chỗ không đủ: đã có {seats_taken} chỗ được giữ. Đơn vị tổ chức có thể tăng sức chứa; "
            "người tham dự có thể chọn hình thức khác hoặc vào danh sách chờ nếu có.",
        ),
    ),
    "insufficient_balance": _kind(
        409,
        ("The balance does not suffice", "Số dư không đủ"),
        (
            "On {day} the {bucket} balance holds {available_vnd} VND; {asked_vnd} VND cannot be taken from it.",
            "Ngày {day} số dư {bucket} còn {available_vnd} đồng; không thể trừ {asked_vnd} đồng.",
        ),
    ),
    "idempotency_in_progress": _kind(
        409,
        ("The same request is still running", "Yêu cầu này đang được xử lý"),
        ("Send it again in a second with the same key.", "Hãy gửi lại sau một giây với cùng khóa."),
        retry_after=1,
    ),
    "concurrent_update": _kind(
        409,
        ("Someone else changed this at the same moment", "Có người khác vừa thay đổi cùng lúc"),
        ("Nothing was stored; send the request again.", "Chưa có gì được lưu; hãy gửi lại."),
        retry_after=1,
    ),
    "referenced": _kind(
        409,
        ("Other records still refer to this", "Bản ghi khác còn tham chiếu đến mục này"),
        ("Remove what refers to it first.", "Hãy gỡ các tham chiếu trước."),
    ),
    "version_conflict": _kind(
        412,
        ("The resource was changed by someone else", "Hồ sơ đã được người khác thay đổi"),
        ("Current version is {current}, you sent {sent}.", "Phiên bản hiện tại là {current}, bạn gửi {sent}."),
    ),
    "precondition_required": _kind(
        428,
        ("If-Match is required", "Thiếu If-Match"),
        ("Send the ETag that you read in If-Match.", "Hãy gửi ETag đã đọc trong If-Match."),
    ),
    "body_too_large": _kind(
        413,
        ("The body is too large", "Nội dung quá lớn"),
        ("At most {max} bytes are read.", "Tối đa {max} byte."),
    ),
    "uri_too_long": _kind(
        414,
        ("The address is too long", "Địa chỉ quá dài"),
        ("At most {max} bytes are read.", "Tối đa {max} byte."),
    ),
    "unsupported_media_type": _kind(
        415,
        ("The body must be JSON", "Nội dung phải là JSON"),
        (
            "Send Content-Type: {expected}, with no Content-Encoding but gzip where that is taken.",
            "Hãy gửi Content-Type: {expected}; Content-Encoding chỉ được là gzip ở nơi có nhận gzip.",
        ),
    ),
    "idempotency_key_reused": _kind(
        422,
        ("The Idempotency-Key belongs to another request", "Idempotency-Key đã dùng cho yêu cầu khác"),
        ("Use a fresh key for a different request.", "Hãy dùng khóa mới cho yêu cầu khác."),
    ),
    "business_rule_failed": _kind(
        422,
        ("A rule of the programme forbids this", "Quy định của chương trình không cho phép"),
        ("Rule: {rule}.", "Quy định: {rule}."),
    ),
    "rate_limited": _kind(
        429,
        ("Too many requests", "Quá nhiều yêu cầu"),
        ("Wait and try again.", "Hãy chờ rồi thử lại."),
        retry_after=60,
    ),
    "login_throttled": _kind(
        429,
        ("Too many attempts to log in", "Đăng nhập quá nhiều lần"),
        ("Wait before the next attempt.", "Hãy chờ trước khi thử lại."),
        retry_after=60,
    ),
    "internal_error": _kind(
        500,
        ("Something went wrong here", "Hệ thống gặp lỗi"),
        ("Nothing was stored. Report the request_id.", "Chưa có gì được lưu. Hãy báo request_id."),
    ),
    "database_unavailable": _kind(
        503,
        ("The database cannot be reached", "Không kết nối được cơ sở dữ liệu"),
        ("Try again shortly.", "Hãy thử lại sau ít phút."),
        retry_after=2,
    ),
    "read_only": _kind(
        503,
        ("The database only reads at the moment", "Cơ sở dữ liệu đang chỉ cho đọc"),
        ("Try again shortly.", "Hãy thử lại sau ít phút."),
        retry_after=5,
    ),
    "storage_full": _kind(
        503,
        ("The storage is full", "Hết dung lượng lưu trữ"),
        ("Nothing was stored. Tell the operator.", "Chưa có gì được lưu. Hãy báo quản trị."),
        retry_after=60,
    ),
    "overloaded": _kind(
        503,
        ("Too much is going on at once", "Hệ thống đang quá tải"),
        ("Try again in a moment.", "Hãy thử lại sau giây lát."),
        retry_after=2,
    ),
    "draining": _kind(
        503,
        ("This server is shutting down", "Máy chủ đang dừng"),
        ("Try again; another server will answer.", "Hãy thử lại; máy chủ khác sẽ trả lời."),
        retry_after=2,
    ),
    "deadline_exceeded": _kind(
        504,
        ("This took too long", "Xử lý quá lâu"),
        ("Ask for less, or try again.", "Hãy yêu cầu ít hơn hoặc thử lại."),
        retry_after=5,
    ),
}
