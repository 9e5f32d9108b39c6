"""What events are called and who holds them."""

from collections.abc import Mapping

from incubator.demo.dice import Dice
from incubator.demo.places import Commune
from incubator.events.models import EventKind

PROVINCE_YOUTH = "Tỉnh Đoàn Lào Cai"

_K = EventKind
_IDEAS = (
    "từ ý tưởng đến sản phẩm", "kể câu chuyện sản phẩm vùng cao", "bán hàng trên mạng từ bản làng", "vốn vay ưu đãi",
    "đặt tên và làm nhãn hàng", "thất bại đầu tiên và bài học", "liên kết hợp tác xã", "du lịch cộng đồng",
)  # fmt: skip
_GROWTH = (
    "đưa hàng vào siêu thị", "sổ sách và thuế của hộ kinh doanh", "thuê người làm đầu tiên",
    "nối dài chuỗi giá trị quế", "hợp đồng với nhà phân phối", "chế biến sâu chè và dược liệu",
)  # fmt: skip
_QUESTIONS = (
    "thanh niên với chuyển đổi số", "khởi nghiệp xanh", "việc làm tại quê hương", "nông nghiệp sạch",
    "giữ nghề truyền thống", "thanh niên dân tộc thiểu số khởi nghiệp",
)  # fmt: skip
_CONTESTS = (
    "Ý tưởng khởi nghiệp thanh niên", "Sản phẩm OCOP trong mắt người trẻ", "Thuyết trình gọi vốn",
    "Video giới thiệu nông sản", "Tìm hiểu chuyển đổi số",
)  # fmt: skip
_NEWS = (
    "chương trình vay vốn thanh niên", "phong trào thanh niên khởi nghiệp", "an toàn trên không gian mạng",
    "định danh điện tử VNeID", "không dùng tiền mặt", "phòng chống tảo hôn và lập thân, lập nghiệp",
    "bộ tiêu chí sản phẩm OCOP",
)  # fmt: skip
_LESSONS = (
    "lập kế hoạch kinh doanh", "livestream bán hàng", "chụp ảnh sản phẩm bằng điện thoại", "quản lý dòng tiền",
    "truy xuất nguồn gốc", "kỹ năng thuyết trình",
)  # fmt: skip
_DAYS = (
    "Ngày hội việc làm thanh niên", "Phiên chợ sản phẩm thanh niên", "Ngày thứ bảy tình nguyện giải quyết thủ tục",
    "Hành trình thăm mô hình kinh tế giỏi",
)  # fmt: skip

_TITLES: Mapping[EventKind, tuple[str, tuple[str, ...]]] = {
    _K.startup_coffee: ("Cà phê khởi nghiệp {place}: {theme}", _IDEAS),
    _K.entrepreneur_coffee: ("Cà phê doanh nhân {place}: {theme}", _GROWTH),
    _K.forum: ("Diễn đàn {theme}, {words}", _QUESTIONS),
    _K.contest: ("Cuộc thi {theme} – {words}", _CONTESTS),
    _K.propaganda: ("Tuyên truyền {theme} tại {words}", _NEWS),
    _K.training: ("Tập huấn {theme} cho đoàn viên {words}", _LESSONS),
    _K.other: ("{theme} {words}", _DAYS),
}
_GUESTS = (
    "Hội Liên hiệp Thanh niên Việt Nam tỉnh Lào Cai", "Ngân hàng Chính sách xã hội chi nhánh tỉnh Lào Cai",
    "Hội Doanh nhân trẻ tỉnh Lào Cai", "Trường Cao đẳng Lào Cai",
)  # fmt: skip
_WITH_GUEST = 0.4


def title_of(dice: Dice, kind: EventKind, commune: Commune) -> str:
    pattern, themes = _TITLES[kind]
    return pattern.format(place=commune.name, words=commune.words, theme=dice.pick(themes))


def organisers_of(dice: Dice, commune: Commune) -> list[str]:
    names = [f"Đoàn Thanh niên {commune.words}"]
    if dice.chance(_WITH_GUEST):
        names.append(dice.pick(_GUESTS))
    return names
