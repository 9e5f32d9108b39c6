"""The 54 ethnic groups of Viet Nam (Decision 121-TCTK/PPCĐ of 1979) and the spellings that papers carry.

Old papers use names that the people themselves dislike; they are understood here and never shown.
"""

import re

from incubator.errors import Phrase
from incubator.text import fold

_GROUPS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ba_na", "Ba Na", "Bahnar", ("Ba Na (Bana)", "Bơ Nâm", "Rơ Ngao")),
    ("bo_y", "Bố Y", "Bouyei", ("Tu Dí", "Bố Y (Tu Dí)", "Chủng Chá", "Pu Y")),
    ("brau", "Brâu", "Brau", ("Brao",)),
    ("bru_van_kieu", "Bru - Vân Kiều", "Bru", ("Bru", "Vân Kiều")),
    ("cham", "Chăm", "Cham", ("Chàm", "Chiêm Thành")),
    ("cho_ro", "Chơ Ro", "Chrau", ("Châu Ro", "Đơ Ro")),
    ("chu_ru", "Chu Ru", "Churu", ("Chơ Ru",)),
    ("chut", "Chứt", "Chut", ("Rục", "Sách", "Mày")),
    ("co", "Co", "Cor", ("Cùa", "Trầu")),
    ("co_ho", "Cơ Ho", "Koho", ("K'Ho", "Kơ Ho")),
    ("co_lao", "Cơ Lao", "Gelao", ("Kơ Lao",)),
    ("co_tu", "Cơ Tu", "Katu", ("Ka Tu", "K'Tu")),
    ("cong", "Cống", "Cong", ("Xắm Khống",)),
    ("dao", "Dao", "Dao", ("Yao", "Mán", "Dao Đỏ", "Dao Tuyển", "Dao Họ", "Dao Tiền", "Dao Quần Trắng")),
    ("e_de", "Ê Đê", "Rade", ("Rhade", "Êđê")),
    ("gia_rai", "Gia Rai", "Jarai", ("Jrai",)),
    ("giay", "Giáy", "Giay", ("Nhắng", "Dẳng", "Pu Nắm")),
    ("gie_trieng", "Gié Triêng", "Gie Trieng", ("Giẻ Triêng", "Gié", "Triêng")),
    ("ha_nhi", "Hà Nhì", "Hani", ("U Ní", "Xá U Ní", "Hà Nhì Đen")),
    (
        "hmong", "Mông", "Hmong",
        ("H'Mông", "Mèo", "Miêu", "Mông Hoa", "Mông Đen", "Mông Trắng", "Mông Xanh", "Mông Đỏ", "Mông Lềnh", "Na Miẻo"),
    ),
    ("hoa", "Hoa", "Hoa", ("Hán", "Chinese")),
    ("hre", "Hrê", "Hre", ("H're", "Đá Vách")),
    ("khang", "Kháng", "Khang", ("Xá Khao",)),
    ("khmer", "Khmer", "Khmer", ("Khơ Me", "Khơ Me Krôm")),
    ("kho_mu", "Khơ Mú", "Khmu", ("Xá Cẩu", "Kmụ")),
    ("kinh", "Kinh", "Kinh", ("Việt",)),
    ("la_chi", "La Chí", "La Chi", ("Cù Tê",)),
    ("la_ha", "La Ha", "La Ha", ("Xá Khắc",)),
    ("la_hu", "La Hủ", "Lahu", ("Xá Lá Vàng", "Khù Sung")),
    ("lao", "Lào", "Lao", ("Lào Bốc", "Lào Nọi")),
    ("lo_lo", "Lô Lô", "Lolo", ("Mùn Di",)),
    ("lu", "Lự", "Lu", ("Lừ", "Nhuồn")),
    ("ma", "Mạ", "Ma", ("Châu Mạ",)),
    ("mang", "Mảng", "Mang", ("Mảng Ư", "Xá Lá Mạ")),
    ("mnong", "Mnông", "Mnong", ("M'Nông",)),
    ("muong", "Mường", "Muong", ("Mol", "Mual")),
    ("ngai", "Ngái", "Ngai", ("Sán Ngái",)),
    ("nung", "Nùng", "Nung", ("Nùng Dín", "Nùng An", "Nùng Phàn Slình")),
    ("o_du", "Ơ Đu", "O Du", ("Tày Hạt",)),
    ("pa_then", "Pà Thẻn", "Pa Then", ("Pà Hưng",)),
    ("phu_la", "Phù Lá", "Phula", ("Xá Phó", "Bồ Khô Pạ", "Pu La")),
    ("pu_peo", "Pu Péo", "Pu Peo", ("Ka Bèo", "La Quả")),
    ("ra_glai", "Ra Glai", "Raglai", ("Ra Clây", "Noang")),
    ("ro_mam", "Rơ Măm", "Ro Mam", ()),
    ("san_chay", "Sán Chay", "San Chay", ("Cao Lan", "Sán Chỉ", "Cao Lan - Sán Chỉ")),
    ("san_diu", "Sán Dìu", "San Diu", ("Sán Dẻo", "Trại")),
    ("si_la", "Si La", "Si La", ("Cú Dề Xừ",)),
    ("ta_oi", "Tà Ôi", "Ta Oi", ("Pa Cô", "Tôi Ôi", "Pa Hi")),
    ("tay", "Tày", "Tay", ("Thổ Tày", "Pa Dí", "Thu Lao", "Ngạn")),
    ("thai", "Thái", "Thai", ("Thái Đen", "Thái Trắng")),
    ("tho", "Thổ", "Tho", ("Cuối", "Đan Lai", "Tày Poọng")),
    ("xinh_mun", "Xinh Mun", "Xinh Mun", ("Sinh Mun", "Puộc")),
    ("xo_dang", "Xơ Đăng", "Sedang", ("Xơ Teng", "Tơ Đrá")),
    ("xtieng", "Xtiêng", "Stieng", ("Xa Điêng",)),
)  # fmt: skip

# What neighbours or rulers called them; in old papers, and offensive today.
_NEVER_SHOWN = frozenset(
    {"Mèo", "Miêu", "Mán", "Chàm", "Đá Vách", "Xá Cẩu", "Xá Khao", "Xá Khắc", "Xá Lá Mạ", "Xá Lá Vàng", "Xá U Ní"}
)

ETHNICITIES: dict[str, Phrase] = {code: Phrase(en, vi) for code, vi, en, _ in _GROUPS}
ETHNICITY_ALIASES: dict[str, tuple[str, ...]] = {
    code: tuple(alias for alias in aliases if alias not in _NEVER_SHOWN) for code, _, _, aliases in _GROUPS
}


def ethnicity_code(written: str) -> str | None:
    """The code of a group from its code, a name or another spelling of it; None where none is meant.

    Marks, spaces, case and a leading word for "ethnic group" or "people" do not count.
    """
    key = _key(written)
    return _CODES.get(key) or _CODES.get(_LEADING_WORD.sub("", key))


def _key(written: str) -> str:
    return fold(written).replace(" ", "")


_LEADING_WORD = re.compile("^(?:dantoc|nguoi)")
_CODES = {_key(word): code for code, vi, en, aliases in _GROUPS for word in (code, vi, en, *aliases)}
