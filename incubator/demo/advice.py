"""What mentors are asked and say, on each platform and for each trade, and what is agreed on afterwards."""

from collections.abc import Mapping

import msgspec

from incubator.demo.dice import Dice
from incubator.ideas.calls.models import Sector
from incubator.projects.models import Platform


class Talk(msgspec.Struct, frozen=True):
    """One consultation as it is written down, and the steps that may be agreed on in it."""

    subtopic: str
    question: str
    advice: str
    tasks: tuple[str, ...]


def _talk(subtopic: str, question: str, advice: str, *tasks: str) -> Talk:
    return Talk(subtopic, question, advice, tasks)


_CAPITAL = (
    _talk(
        "hồ sơ vay", "Vay Ngân hàng Chính sách xã hội thì cần giấy tờ gì?",
        "Vay qua tổ tiết kiệm và vay vốn của đoàn xã. Chuẩn bị phương án sản xuất một trang, xác nhận của UBND xã và "
        "bảng tính dòng tiền từng tháng; không vay hết hạn mức ngay vụ đầu.",
        "Viết phương án vay một trang kèm bảng dòng tiền 12 tháng",
        "Gặp tổ trưởng tổ tiết kiệm và vay vốn để đăng ký bình xét",
    ),
    _talk(
        "tính giá thành", "Làm cả năm mà không biết lãi hay lỗ.",
        "Ghi cả công của người nhà vào giá thành. Tách tiền nhà và tiền dự án từ tuần này, mỗi thứ một cuốn sổ.",
        "Ghi sổ thu chi hằng ngày trong một tháng",
        "Tính lại giá thành có công lao động của gia đình",
    ),
    _talk(
        "vốn lưu động", "Đến mùa thì thiếu tiền mặt để mua nguyên liệu.",
        "Không thiếu vốn cả năm mà thiếu đúng hai tháng. Xin đặt cọc ba mươi phần trăm khi nhận đơn lớn và chia lịch "
        "mua nguyên liệu theo tuần.",
        "Soạn mẫu đặt cọc cho đơn hàng từ năm triệu đồng",
        "Lập lịch mua nguyên liệu theo tuần cho vụ tới",
    ),
    _talk(
        "góp vốn", "Ba người cùng làm thì chia phần thế nào?",
        "Ghi rõ ai góp tiền, ai góp công, ai góp đất, và chia lãi theo quý. Viết ra giấy và cùng ký khi còn vui vẻ.",
        "Viết biên bản góp vốn có chữ ký các thành viên",
    ),
    _talk(
        "kế hoạch trả nợ", "Đang có một khoản vay, có nên vay thêm không?",
        "Chưa nên vay thêm khi chưa qua một vụ có lãi. Lập lịch trả nợ theo mùa bán hàng và báo trước với cán bộ tín "
        "dụng nếu chậm.",
        "Lập lịch trả nợ theo mùa và gửi cán bộ tín dụng",
    ),
)  # fmt: skip
_CAPITAL_FARM = (
    _talk(
        "vốn cho vùng trồng", "Cây ba năm mới cho thu, lấy gì nuôi vườn?",
        "Trồng xen cây ngắn ngày để có tiền phân bón, chỉ mở rộng diện tích bằng lãi. Hỏi thêm nguồn hỗ trợ giống của "
        "chương trình mục tiêu quốc gia ở xã.",
        "Chọn một cây ngắn ngày trồng xen và tính chi phí",
        "Hỏi cán bộ khuyến nông xã về nguồn hỗ trợ giống",
    ),
    _talk(
        "bảo hiểm rủi ro", "Sương muối một đêm là mất cả vụ.",
        "Để riêng mười phần trăm doanh thu làm quỹ rủi ro, và ký với người mua điều khoản chia sẻ khi mất mùa.",
        "Mở sổ tiết kiệm riêng cho quỹ rủi ro",
    ),
)  # fmt: skip
_CAPITAL_ANIMALS = (
    _talk(
        "vốn con giống", "Muốn vay mua thêm con giống nhưng sợ dịch.",
        "Tăng đàn làm hai đợt, đợt sau chỉ mua khi đợt đầu đã tiêm phòng đủ và xuất được một nửa. Chuồng cách ly phải "
        "có trước khi giải ngân.",
        "Làm chuồng cách ly và lịch tiêm phòng",
        "Chia phương án tăng đàn thành hai đợt",
    ),
)  # fmt: skip
_CAPITAL_TOURISM = (
    _talk(
        "sửa nhà đón khách", "Nên vay sửa cả nhà hay làm từng phòng?",
        "Sửa trước hai phòng và một nhà vệ sinh thật sạch, đón khách rồi lấy tiền làm tiếp. Ưu đãi vay cho du lịch "
        "cộng đồng cần xác nhận nằm trong quy hoạch của xã.",
        "Lấy báo giá sửa hai phòng và nhà vệ sinh",
        "Xin xác nhận của xã về điểm du lịch cộng đồng",
    ),
)  # fmt: skip
_MARKET = (
    _talk(
        "tìm người mua đầu tiên", "Hàng làm ra chưa biết bán cho ai.",
        "Chọn mười khách đã mua, gọi từng người hỏi vì sao mua và vì sao không mua lại. Bán thử ba phiên chợ trước khi "
        "đi xa.",
        "Gọi mười khách cũ và ghi lại câu trả lời",
        "Bán thử ba phiên chợ, ghi số lượng và giá",
    ),
    _talk(
        "định giá", "Người ta bán rẻ hơn thì mình phải làm sao?",
        "Đừng hạ giá theo chợ. Chia hai loại hàng, loại ngon có tem và kể rõ ai làm, ở đâu; loại thường bán nhanh thu "
        "vốn.",
        "Chia hàng làm hai loại và in tem cho loại một",
    ),
    _talk(
        "hợp đồng mua bán", "Cửa hàng ở Hà Nội muốn lấy hàng hằng tuần.",
        "Ký hợp đồng ngắn ba tháng, ghi rõ quy cách, tỷ lệ hao hụt và ngày thanh toán. Gửi chuyến thử hai mươi cân rồi "
        "mới cam kết số lượng.",
        "Gửi chuyến hàng thử và đo hao hụt",
        "Soạn hợp đồng ba tháng có điều khoản thanh toán",
    ),
    _talk(
        "nhãn hiệu", "Bị người khác lấy tên bán hàng.",
        "Nộp đơn đăng ký nhãn hiệu trước, trong lúc chờ thì dùng tem riêng và số điện thoại trên bao bì. Sở Khoa học "
        "và Công nghệ có hỗ trợ một phần lệ phí.",
        "Tra cứu tên và nộp đơn đăng ký nhãn hiệu",
    ),
    _talk(
        "hội chợ", "Có nên đi hội chợ ở tỉnh không?",
        "Đi khi đã có bao bì và bảng giá sỉ. Mục tiêu là mười mối sỉ chứ không phải bán hết hàng; ghi số điện thoại "
        "từng người hỏi.",
        "Làm bảng giá sỉ và danh thiếp trước hội chợ",
        "Gọi lại các mối sỉ trong một tuần sau hội chợ",
    ),
)  # fmt: skip
_MARKET_FARM = (
    _talk(
        "mã số vùng trồng", "Siêu thị hỏi mã vùng trồng thì lấy ở đâu?",
        "Làm hồ sơ mã số vùng trồng qua phòng kinh tế xã, các hộ liền thửa làm chung một đơn. Nhật ký vườn phải có đủ "
        "một vụ.",
        "Lập danh sách hộ và sơ đồ thửa cho mã vùng trồng",
        "Ghi nhật ký vườn đủ một vụ",
    ),
    _talk(
        "bán theo mùa đặt trước", "Được mùa thì mất giá.",
        "Nhận đặt trước từ lúc cây ra hoa, giao theo tuần chín. Hàng dập làm sấy hoặc siro, đừng đổ ra chợ cùng ngày.",
        "Mở danh sách đặt trước cho vụ tới",
        "Tìm nơi sấy thuê và thử hai mẻ",
    ),
)  # fmt: skip
_MARKET_ANIMALS = (
    _talk(
        "chứng nhận an toàn", "Nhà hàng đòi giấy an toàn thực phẩm.",
        "Làm cam kết an toàn thực phẩm ở xã trước, giết mổ thuê tại cơ sở có phép. Đóng gói hút chân không từng nửa "
        "cân cho nhà hàng dễ dùng.",
        "Ký cam kết an toàn thực phẩm tại xã",
        "Thỏa thuận với cơ sở giết mổ có phép",
    ),
)  # fmt: skip
_MARKET_MADE = (
    _talk(
        "hồ sơ OCOP", "Sản phẩm đã ổn, muốn thi OCOP năm nay.",
        "Ba chỗ hay mất điểm là câu chuyện sản phẩm, phiếu kiểm nghiệm và liên kết hộ. Xin phiếu kiểm nghiệm trước vì "
        "lâu nhất.",
        "Gửi mẫu kiểm nghiệm",
        "Viết câu chuyện sản phẩm một trang",
    ),
    _talk(
        "bao bì", "Khách khen ngon mà chê hộp.",
        "Một bao bì cho quà biếu, một cho dùng hằng ngày. In ít một trăm chiếc thử trước, ghi hạn dùng và cách bảo "
        "quản bằng chữ to.",
        "In thử một trăm bao bì mới",
    ),
)  # fmt: skip
_MARKET_TOURISM = (
    _talk(
        "gói dịch vụ", "Khách ở một đêm rồi đi.",
        "Bán gói hai ngày có việc để làm: hái chè, nấu ăn, đi chợ phiên. Gửi bảng giá cho năm công ty lữ hành ở Sa Pa "
        "và Hà Nội, chiết khấu rõ ràng.",
        "Viết gói hai ngày một đêm có giá trọn gói",
        "Gửi bảng giá cho năm công ty lữ hành",
    ),
)  # fmt: skip
_DIGITAL = (
    _talk(
        "trang bán hàng", "Có trang rồi mà ít người vào.",
        "Mỗi tuần ba bài đúng giờ: một bài việc làm ở vườn, một bài khách nói, một bài sản phẩm có giá. Trả lời tin "
        "nhắn trong một giờ.",
        "Đăng ba bài mỗi tuần trong bốn tuần",
        "Viết sẵn năm câu trả lời cho khách hay hỏi",
    ),
    _talk(
        "chụp ảnh sản phẩm", "Ảnh chụp điện thoại nhìn không đẹp.",
        "Chụp gần cửa sổ buổi sáng, nền vải trơn, ba góc và một ảnh có người cầm. Không dùng bộ lọc làm sai màu hàng.",
        "Chụp lại mười ảnh sản phẩm theo ba góc",
    ),
    _talk(
        "sàn thương mại điện tử", "Đăng ký bán trên sàn có khó không?",
        "Bắt đầu với hai mặt hàng dễ gửi, cân cả bao bì để tính phí vận chuyển. Gộp ngày gửi hàng với xe về thị xã thứ "
        "Ba và thứ Sáu.",
        "Mở gian hàng với hai mặt hàng",
        "Cân đóng gói và tính phí gửi từng loại",
    ),
    _talk(
        "sổ sách trên điện thoại", "Ghi sổ giấy hay quên.",
        "Dùng một ứng dụng ghi thu chi miễn phí, hai người cùng nhập; mỗi chủ nhật đối chiếu với tiền mặt.",
        "Nhập thu chi trên điện thoại đủ một tháng",
    ),
    _talk(
        "livestream", "Ngại nói trước điện thoại.",
        "Bắt đầu mười lăm phút ngay tại nơi làm, hai người thay nhau. Nói giá ngay từ đầu, chốt đơn bằng tin nhắn.",
        "Livestream thử bốn buổi tối thứ Bảy",
    ),
)  # fmt: skip
_DIGITAL_FARM = (
    _talk(
        "truy xuất nguồn gốc", "Làm tem QR thì cần những gì?",
        "Nhật ký vườn phải thật thì mã QR mới có ích. Ghi bốn dòng mỗi tuần trên điện thoại, ảnh có ngày; dùng hệ "
        "thống truy xuất của tỉnh.",
        "Đăng ký tài khoản truy xuất nguồn gốc của tỉnh",
        "Nhập nhật ký bốn tuần liền",
    ),
)  # fmt: skip
_DIGITAL_TOURISM = (
    _talk(
        "bản đồ và đặt phòng", "Khách nước ngoài không tìm thấy nhà.",
        "Xác nhận địa điểm trên bản đồ, thêm ảnh đường vào và số điện thoại. Mở một trang đặt phòng trước, trả lời "
        "đánh giá bằng tiếng Anh ngắn.",
        "Xác nhận địa điểm trên bản đồ kèm mười ảnh",
        "Mở trang đặt phòng và nhập giá theo mùa",
    ),
)  # fmt: skip

_FARM = (Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.forestry)
_ANIMALS = (Sector.livestock, Sector.fish)
_MADE = (Sector.food_processing, Sector.handicraft)

_ALWAYS: Mapping[Platform, tuple[Talk, ...]] = {
    Platform.capital: _CAPITAL, Platform.market: _MARKET, Platform.digital: _DIGITAL,
}  # fmt: skip
_OF_TRADE: Mapping[tuple[Platform, Sector], tuple[Talk, ...]] = {
    **{(Platform.capital, sector): _CAPITAL_FARM for sector in _FARM},
    **{(Platform.market, sector): _MARKET_FARM for sector in _FARM},
    **{(Platform.digital, sector): _DIGITAL_FARM for sector in _FARM},
    **{(Platform.capital, sector): _CAPITAL_ANIMALS for sector in _ANIMALS},
    **{(Platform.market, sector): _MARKET_ANIMALS for sector in _ANIMALS},
    **{(Platform.market, sector): _MARKET_MADE for sector in _MADE},
    (Platform.capital, Sector.tourism): _CAPITAL_TOURISM,
    (Platform.market, Sector.tourism): _MARKET_TOURISM,
    (Platform.digital, Sector.tourism): _DIGITAL_TOURISM,
}

CORRECTIONS = (
    "Ghi nhầm tên ngân hàng, đã hỏi lại nhóm.",
    "Bổ sung ý của cố vấn sau khi xem lại sổ tay.",
    "Nhóm báo số liệu lúc tư vấn chưa đúng.",
)
ADDITIONS = (
    " Đã gửi nhóm mẫu biểu qua Zalo.",
    " Hẹn xem lại sau hai tuần.",
    " Nhóm đồng ý làm thử ngay trong tháng.",
)
PROOFS: Mapping[Platform, tuple[str, ...]] = {
    Platform.capital: ("Ảnh sổ thu chi một tháng", "Phương án vay có xác nhận của xã", "Biên bản có đủ chữ ký"),
    Platform.market: ("Ảnh phiếu giao hàng", "Bản hợp đồng đã ký", "Danh sách khách đã gọi kèm số điện thoại"),
    Platform.digital: ("Đường dẫn trang bán hàng", "Ảnh chụp màn hình đơn đầu tiên", "Bộ ảnh sản phẩm mới"),
}
DROPPED = (
    "Nhóm đổi hướng, việc này không còn cần.",
    "Đã có đơn vị khác hỗ trợ.",
    "Không có người làm trong mùa vụ.",
)


def talk_about(dice: Dice, platform: Platform, sector: Sector) -> Talk:
    """What is asked on any farm as in any workshop, and twice as often what belongs to the trade."""
    own = _OF_TRADE.get((platform, sector), ())
    return dice.pick((*_ALWAYS[platform], *own, *own))
