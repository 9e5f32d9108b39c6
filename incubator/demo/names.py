"""Invented names of people, in the manner of the region's groups."""

from collections.abc import Mapping

import msgspec

from incubator.demo.dice import Dice


class Naming(msgspec.Struct, frozen=True):
    """How a group names its people: family name, what stands between, given name. Empty words are left out."""

    families: tuple[str, ...]
    between: Mapping[str, tuple[str, ...]]
    given: Mapping[str, tuple[str, ...]]


def _naming(families: str, men: tuple[str, str], women: tuple[str, str]) -> Naming:
    """Words parted by spaces; a dash stands for no word."""
    (men_between, men_given), (women_between, women_given) = men, women
    return Naming(
        tuple(families.split()),
        {"male": _words(men_between), "female": _words(women_between)},
        {"male": _words(men_given), "female": _words(women_given)},
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple("" if word == "-" else word for word in text.split())


_COMMON_MEN = "Anh Bình Công Cường Dũng Đạt Đức Hải Hiếu Hùng Huy Khánh Kiên Long Nam Phong Quân Sơn Thành Tuấn Việt"
_COMMON_WOMEN = "Ánh Chi Diệp Dung Hà Hằng Hạnh Hiền Hoa Hồng Hương Lan Liên Linh Mai Nga Ngọc Phương Thảo Thu Yến"

NAMINGS: Mapping[str, Naming] = {
    "kinh": _naming(
        "Nguyễn Trần Lê Phạm Hoàng Vũ Đỗ Bùi Đặng Ngô Dương Đinh Phan Trịnh",
        ("Văn Đức Minh Quang Hữu Mạnh Xuân", _COMMON_MEN),
        ("Thị Thu Thanh Ngọc Minh Bích Thùy", _COMMON_WOMEN),
    ),
    "hmong": _naming(
        "Giàng Vàng Sùng Lý Má Hảng Thào Vừ Cứ Lù Mùa Khang Hờ Lầu",
        ("A A A Seo", "Páo Sử Chu Dơ Lử Tủa Sính Chinh Vảng Lềnh Súa Dế Phử Chớ Sàng Thào Nhà Tráng Pao Giống"),
        ("Thị", "Mỷ Dua Sua Máy Pàng Chở Dở Mảy Ca Say Mo Ly Dợ Chư Pla Sông Giàng Mỵ Xóa Chá"),
    ),
    "dao": _naming(
        "Triệu Bàn Lý Chảo Tẩn Phàn Đặng Lò",
        ("Tòn Láo Văn Kiềm A Chòi", "Phấu Tả San Sài Pham Lở Hín Sinh Quyên Vạng Thanh Phương Lụ Ú"),
        ("Thị Mùi Tả Lở Thị", "Mẩy Ghển Chạn Mán Pham Viện Coi Liều Nái Vang Hương Xiên"),
    ),
    "tay": _naming(
        "Hoàng Hà Nông Lương La Ma Hứa Lự Vi Đàm",
        ("Văn Đình Quốc Ngọc Văn", _COMMON_MEN),
        ("Thị Thúy Thị Kim", _COMMON_WOMEN),
    ),
    "giay": _naming(
        "Vàng Lù Hoàng Lục Nông Sần Phan",
        ("Văn Seo Văn Mạnh", "Sửu Tiến Páo Thắng Quý Dìn Sảng Hồng Chương Toán Lợi Phà"),
        ("Thị", "Dín Xuyến Hồng Pát Nhung Ngân Lường Thương Mừng Sin Chinh Thơm"),
    ),
    "ha_nhi": _naming(
        "Phu Ly Chu Sào Trang Lò Có Ló",
        ("Che Suy Giờ Hờ Cà Gì", "Xá Thó Có Lúy Giá Suy Hừ Cà Sơ Lòng"),
        ("Xá Go Gừ Thó Có", "Xuy Sơ Mì Nu Be Pớ De Mé Lòng Su"),
    ),
    "nung": _naming(
        "Vàng Lù Lìn Thền Sền Hoàng Nông Vương Lồ",
        ("Văn Seo Dỉn Chẩn", "Thắng Phong Sài Chin Thành Sẩu Quang Phìn Diu Hòa"),
        ("Thị", "Sen Phượng Dung Xuân Pẩu Lan Chở Hà Thúy Quế"),
    ),
    "thai": _naming(
        "Lò Hà Hoàng Đồng Lường Cầm Điêu Sa Quàng",
        ("Văn Văn Trung Ngọc", _COMMON_MEN),
        ("Thị", "Ban Pâng Inh Hương Thoa Yên Phượng Sương Pản Tươi Hặc Lả"),
    ),
    "phu_la": _naming(
        "Sải Vư Giàng Lù Lý Chẩn Lùng",
        ("Seo Văn Seo A", "Chúng Páo Sử Nhà Phừ Sài Dìn Lở"),
        ("Thị", "Chấu Sa Mẩy Kía Dín Pà Chú Mai"),
    ),
    "muong": _naming(
        "Đinh Hà Quách Bùi Hoàng Phùng",
        ("Văn Công Đình", _COMMON_MEN),
        ("Thị", _COMMON_WOMEN),
    ),
}  # fmt: skip


def new_name(dice: Dice, ethnicity: str, sex: str) -> str:
    naming = NAMINGS[ethnicity]
    words = (dice.pick(naming.families), dice.pick(naming.between[sex]), dice.pick(naming.given[sex]))
    return " ".join(word for word in words if word)
