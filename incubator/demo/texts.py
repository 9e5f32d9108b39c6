"""What ideas say: titles, summaries, problems, solutions and needs, put together from the region's own matters."""

from collections.abc import Mapping

import msgspec

from incubator.demo.dice import Dice
from incubator.demo.places import Commune
from incubator.demo.products import Product
from incubator.ideas.calls.models import Sector


class Content(msgspec.Struct, frozen=True):
    """The words of an idea, by column of `IdeaVersion`."""

    title: str
    summary: str
    problem: str
    solution: str
    sector: str
    stage: str
    need_capital: str | None
    need_market: str | None
    need_digital: str | None


_GROWN = (
    "{Product}: trồng sạch và bán có thương hiệu tại {commune}",
    "Tổ hợp tác thanh niên {product} {name}",
    "Chuỗi liên kết {product} của {commune}",
    "Nâng giá trị {product} {name}",
    "Vườn mẫu {product} kết hợp đón khách tại {commune}",
)
_MADE = (
    "Thương hiệu {product} của {commune}",
    "Xưởng nhỏ làm {product} tại {commune}",
    "Đưa {product} từ {name} lên sàn thương mại điện tử",
    "Hợp tác xã thanh niên {product} {name}",
    "{Product}: giữ nghề và thêm việc cho phụ nữ {commune}",
)
_OFFERED = (
    "Phát triển {product} tại {commune}",
    "{Product} do thanh niên {commune} làm chủ",
    "Liên kết các hộ làm {product} ở {commune}",
)
_TITLES: Mapping[Sector, tuple[str, ...]] = {
    **dict.fromkeys(Sector, _OFFERED),
    **dict.fromkeys((Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.livestock, Sector.forestry), _GROWN),
    **dict.fromkeys((Sector.food_processing, Sector.handicraft), _MADE),
    Sector.fish: _GROWN,
    Sector.tourism: (*_OFFERED, "{Product}: hai ngày một đêm ở {name}"),
}

_PROBLEMS: Mapping[Sector, tuple[str, ...]] = {
    **dict.fromkeys(
        Sector,
        (
            "Thanh niên trong {commune} phải đi làm ăn xa vì ở nhà thiếu việc làm ổn định quanh năm.",
            "Người dân {commune} có nhu cầu nhưng dịch vụ phải ra tận trung tâm, mất cả ngày đường.",
        ),
    ),
    **dict.fromkeys(
        (Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.forestry),
        (
            "Bà con bán thô cho thương lái, được mùa thì mất giá, có năm chỉ bằng một phần ba giá ở Hà Nội.",
            "Vùng trồng ở {commune} manh mún, chưa có mã vùng trồng nên không vào được siêu thị.",
            "Sau thu hoạch hỏng nhiều vì đường xa, chưa có nơi sơ chế và kho lạnh.",
        ),
    ),
    **dict.fromkeys(
        (Sector.livestock, Sector.fish),
        (
            "Nuôi nhỏ lẻ, con giống lai tạp, dịch bệnh một đợt là mất trắng vốn của cả nhà.",
            "Khách hỏi nhiều nhưng nguồn hàng không đều, chưa có giấy chứng nhận an toàn thực phẩm.",
        ),
    ),
    **dict.fromkeys(
        (Sector.food_processing, Sector.handicraft),
        (
            "Sản phẩm làm tay tốt nhưng mẫu mã đơn giản, bị hàng nhái giá rẻ lấn ở chợ phiên.",
            "Nghề của các bà, các mẹ sắp mất vì người trẻ không sống được bằng nghề.",
        ),
    ),
    Sector.tourism: (
        "Khách đến {commune} chụp ảnh rồi đi, ít nghỉ lại, tiền không ở lại với bản.",
        "Nhà cũ bị bỏ hoang hoặc thay bằng nhà bê tông, bản mất dần vẻ riêng.",
    ),
}

_SOLUTIONS: Mapping[Sector, tuple[str, ...]] = {
    **dict.fromkeys(
        Sector,
        (
            "Nhóm làm thử ở hai thôn trong sáu tháng, tính đủ chi phí rồi mở rộng ra cả {commune}.",
            "Nhóm đứng ra tổ chức, chia việc theo ca và chia lãi công khai mỗi tháng.",
        ),
    ),
    **dict.fromkeys(
        (Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.forestry),
        (
            "Ký với {households} hộ theo một quy trình chung, sơ chế tại chỗ và bán theo mùa đặt trước.",
            "Cải tạo {hectares} ha vườn cũ, ghi nhật ký vườn trên điện thoại và dán mã truy xuất.",
            "Chia ba loại hàng: quả tươi bán tại vườn, hàng sấy bán quanh năm, hàng loại làm nguyên liệu.",
        ),
    ),
    **dict.fromkeys(
        (Sector.livestock, Sector.fish),
        (
            "Giữ đàn giống gốc, giao giống cho {households} hộ và bao tiêu theo giá sàn.",
            "Nuôi đúng chuẩn, phòng bệnh theo lịch, đóng gói tại {name} và giao trong ngày.",
        ),
    ),
    **dict.fromkeys(
        (Sector.food_processing, Sector.handicraft),
        (
            "Chuẩn hóa công thức với {households} hộ, thiết kế lại bao bì, đăng ký OCOP và bán qua mạng.",
            "Mở lớp truyền nghề buổi tối, nhận đơn theo mẫu và trả công theo sản phẩm.",
        ),
    ),
    Sector.tourism: (
        "Sửa {rooms} phòng theo kiểu nhà cũ, lập đội dẫn đường, nấu ăn và văn nghệ của bản.",
        "Bán gói hai ngày một đêm, trích 5% vào quỹ chung để giữ nhà và dọn rác.",
    ),
}

_STAGES = ("idea", "trial", "first_sales", "growing")
_STAGE_WEIGHTS = (42, 30, 20, 8)

_CAPITAL = (
    "Cần vay {millions} triệu đồng để mua máy và nguyên liệu vụ đầu.",
    "Cần {millions} triệu đồng làm nhà xưởng, đã có một nửa từ gia đình.",
    "Cần hướng dẫn hồ sơ vay Ngân hàng Chính sách xã hội, khoảng {millions} triệu đồng.",
)
_MARKET = (
    "Cần kết nối với cửa hàng nông sản sạch ở Hà Nội và Hải Phòng.",
    "Cần giúp đăng ký nhãn hiệu và đưa hàng vào điểm giới thiệu OCOP.",
    "Cần hợp đồng ổn định với khách sạn, nhà hàng ở Sa Pa.",
)
_DIGITAL = (
    "Cần học chụp ảnh, viết bài và bán hàng trên sàn thương mại điện tử.",
    "Cần trang bán hàng, mã QR và sổ sách trên điện thoại.",
    "Cần tập huấn livestream và chạy quảng cáo nhỏ.",
)

QUESTIONS = (
    "Đề nghị bổ sung dự toán chi phí và nguồn vốn tự có.",
    "Đề nghị nêu rõ các hộ tham gia và hình thức liên kết.",
    "Đề nghị bổ sung giấy tờ về đất hoặc hợp đồng thuê địa điểm.",
    "Đề nghị làm rõ đầu ra: bán cho ai, giá bao nhiêu, mỗi vụ bao nhiêu.",
)
_ADDED = (
    "Bổ sung: nhóm đã có {millions} triệu đồng vốn tự có và cam kết của {households} hộ.",
    "Bổ sung: kèm dự toán chi tiết và thỏa thuận mua hàng của hai cửa hàng.",
    "Bổ sung: đã thống nhất hợp đồng thuê đất năm năm với chủ đất trong thôn.",
)


def new_content(dice: Dice, product: Product, commune: Commune) -> Content:
    """The first version of an idea."""
    words = _words(dice, product, commune)
    sector = product.sector
    problem = dice.pick(_PROBLEMS[sector]).format_map(words)
    solution = dice.pick(_SOLUTIONS[sector]).format_map(words)
    return Content(
        title=dice.pick(_TITLES[sector]).format_map(words),
        summary=f"{words['Product']} ở {commune.words}: {product.about}. {solution}",
        problem=problem,
        solution=solution,
        sector=sector.value,
        stage=dice.weighted(_STAGES, _STAGE_WEIGHTS),
        need_capital=_need(dice, 0.78, _CAPITAL, words),
        need_market=_need(dice, 0.70, _MARKET, words),
        need_digital=_need(dice, 0.62, _DIGITAL, words),
    )


def with_answer(dice: Dice, content: Content) -> Content:
    """The next version, which answers the question that was asked."""
    numbers = {"millions": dice.between(2, 12) * 10, "households": dice.between(5, 30)}
    return msgspec.structs.replace(content, summary=f"{content.summary} {dice.pick(_ADDED).format_map(numbers)}")


def _words(dice: Dice, product: Product, commune: Commune) -> dict[str, str]:
    return {
        "product": product.name,
        "Product": product.name[0].upper() + product.name[1:],
        "commune": commune.words,
        "name": commune.name,
        "households": str(dice.between(5, 40)),
        "hectares": str(dice.between(2, 25)),
        "rooms": str(dice.between(3, 9)),
        "millions": str(dice.between(3, 40) * 10),
    }


def _need(dice: Dice, share: float, phrases: tuple[str, ...], words: dict[str, str]) -> str | None:
    return dice.pick(phrases).format_map(words) if dice.chance(share) else None
