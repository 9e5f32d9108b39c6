"""What young people of the region make, grow and offer, and where."""

from collections.abc import Iterable

import msgspec

from incubator.demo.dice import Dice
from incubator.demo.places import Commune
from incubator.ideas.calls.models import Sector


class Product(msgspec.Struct, frozen=True):
    """`where` names the former districts or the communes that are known for it; empty is everywhere.

    `word` is how a title calls it, `about` a half sentence that makes it concrete.
    """

    sector: Sector
    word: str
    about: str
    where: frozenset[str] = frozenset()

    def fits(self, commune: Commune) -> bool:
        return not self.where or commune.district in self.where or commune.name in self.where


_S = Sector
_HIGH = "Sa Pa|Bát Xát|Bắc Hà|Si Ma Cai|Mường Khương|Mù Căng Chải|Trạm Tấu"
_LOW = "Lào Cai|Yên Bái|Bảo Thắng|Trấn Yên|Yên Bình|Văn Yên|Lục Yên"


def _product(sector: Sector, word: str, about: str, where: str = "") -> Product:
    return Product(sector, word, about, frozenset(where.split("|")) if where else frozenset())


PRODUCTS: tuple[Product, ...] = (
    _product(_S.tea, "chè Shan Tuyết cổ thụ", "búp chè hái từ những cây trên trăm tuổi", "Văn Chấn|Bắc Hà|Trạm Tấu|Bát Xát|Mù Căng Chải"),
    _product(_S.tea, "chè Shan Tuyết Suối Giàng", "trà xanh và bạch trà sao tay theo mẻ nhỏ", "Văn Chấn|Nghĩa Lộ"),
    _product(_S.tea, "chè Ô long Bản Liền", "chè hữu cơ của người Tày", "Bắc Hà"),
    _product(_S.tea, "chè Bát Tiên Bảo Hưng", "chè xanh chất lượng cao trên đồi", "Trấn Yên|Yên Bái"),
    _product(_S.tea, "trà thảo mộc rừng", "trà túi lọc từ giảo cổ lam, gừng và hoa hồng", _HIGH),
    _product(_S.fruit, "mận Tam Hoa", "vườn mận nở hoa trắng tháng Hai, chín đỏ tháng Sáu", "Bắc Hà|Si Ma Cai"),
    _product(_S.fruit, "lê Tai Nung", "giống lê giòn ngọt hợp đất cao", "Bắc Hà|Si Ma Cai|Mường Khương|Bát Xát"),
    _product(_S.fruit, "quýt Mường Khương", "quýt ngọt vỏ mỏng chín dịp Tết", "Mường Khương"),
    _product(_S.fruit, "dứa Bản Lầu", "dứa Queen trồng trên đồi dốc", "Mường Khương|Bảo Thắng"),
    _product(_S.fruit, "chuối mô xuất khẩu", "chuối nuôi cấy mô ở thung lũng ven biên", "Bát Xát|Mường Khương|Bảo Thắng"),
    _product(_S.fruit, "bưởi Đại Minh", "giống bưởi cổ bên hồ Thác Bà", "Yên Bình"),
    _product(_S.fruit, "cam sành Lục Yên", "cam sành vườn đá vôi", "Lục Yên|Văn Chấn"),
    _product(_S.fruit, "dâu tây công nghệ cao", "dâu trồng giá thể trong nhà màng", "Sa Pa|Bắc Hà|Bát Xát|Mù Căng Chải"),
    _product(_S.fruit, "đào Pháp và đào bản địa", "đào ăn quả kết hợp ngắm hoa", "Sa Pa|Bắc Hà|Bát Xát"),
    _product(_S.medicinal_plants, "atisô Sa Pa", "cao và trà atisô từ vùng trồng đạt chuẩn GACP", "Sa Pa|Bát Xát"),
    _product(_S.medicinal_plants, "thảo quả dưới tán rừng", "thảo quả sấy bằng lò tiết kiệm củi", "Sa Pa|Bát Xát|Văn Bàn"),
    _product(_S.medicinal_plants, "thuốc tắm người Dao đỏ", "bài thuốc tắm gia truyền đóng chai", "Sa Pa|Bát Xát|Văn Yên"),
    _product(_S.medicinal_plants, "đương quy và cát cánh", "cây thuốc ngắn ngày thay ngô trên nương", "Bắc Hà|Si Ma Cai|Mường Khương|Sa Pa"),
    _product(_S.medicinal_plants, "sâm và giảo cổ lam", "vườn giống cây thuốc bản địa", "Mù Căng Chải|Trạm Tấu|Sa Pa"),
    _product(_S.livestock, "lợn đen bản địa", "lợn đen nuôi thả, ăn cám ngô và rau rừng", _HIGH + "|Văn Bàn"),
    _product(_S.livestock, "vịt Sín Chéng", "giống vịt nhỏ thơm thịt của người Mông", "Si Ma Cai|Bắc Hà"),
    _product(_S.livestock, "gà đen và gà xương đen", "gà thả đồi có truy xuất nguồn gốc", _HIGH),
    _product(_S.livestock, "trâu ngố Bảo Yên", "trâu vỗ béo bằng cỏ voi ủ chua", "Bảo Yên|Lục Yên"),
    _product(_S.livestock, "ngựa Bắc Hà", "đàn ngựa bản địa cho đua và du lịch", "Bắc Hà|Si Ma Cai"),
    _product(_S.livestock, "ong mật hoa rừng", "mật ong bạc hà và hoa thảo quả"),
    _product(_S.livestock, "trâu bò vỗ béo", "tổ hợp tác nuôi trâu bò nhốt chuồng", "Mù Căng Chải|Trạm Tấu|Văn Chấn|Bắc Hà"),
    _product(_S.fish, "cá hồi, cá tầm nước lạnh", "bể nuôi dòng chảy từ suối trên 1.500 mét", "Sa Pa|Bát Xát|Văn Bàn|Mù Căng Chải|Trạm Tấu"),
    _product(_S.fish, "cá lồng hồ Thác Bà", "cá lăng, cá nheo nuôi lồng thân thiện với hồ", "Yên Bình|Lục Yên"),
    _product(_S.fish, "cá chép ruộng", "cá chép thả ruộng bậc thang nướng mắc khén", "Mù Căng Chải|Văn Chấn|Nghĩa Lộ|Bảo Yên|Văn Bàn"),
    _product(_S.forestry, "quế Văn Yên", "quế hữu cơ từ vỏ, lá đến tinh dầu", "Văn Yên|Trấn Yên|Bảo Thắng|Bắc Hà"),
    _product(_S.forestry, "quế Nậm Đét", "quế của người Dao theo chuẩn hữu cơ quốc tế", "Bắc Hà|Bảo Yên"),
    _product(_S.forestry, "sơn tra Mù Cang Chải", "táo mèo ghép cho quả to dưới tán rừng", "Mù Căng Chải|Trạm Tấu|Văn Chấn"),
    _product(_S.forestry, "tre măng Bát Độ", "măng tre trồng đồi chế biến xuất khẩu", "Trấn Yên|Lục Yên|Yên Bình"),
    _product(_S.forestry, "cây giống lâm nghiệp", "vườn ươm bồ đề, lát hoa và quế", _LOW),
    _product(_S.food_processing, "gạo Séng Cù", "gạo đặc sản gieo một vụ, xay xát theo đơn", "Mường Khương|Bát Xát|Văn Bàn"),
    _product(_S.food_processing, "tương ớt Mường Khương", "ớt thóc lên men theo bí quyết người Pa Dí", "Mường Khương"),
    _product(_S.food_processing, "rượu ngô Bản Phố", "rượu ngô men hồng mi chưng cất nồi gỗ", "Bắc Hà"),
    _product(_S.food_processing, "rượu thóc Sim San", "rượu thóc của người Dao trên núi cao", "Bát Xát|Y Tý"),
    _product(_S.food_processing, "thịt sấy gác bếp", "thịt trâu, lợn sấy khói sạch hút chân không"),
    _product(_S.food_processing, "nếp Tú Lệ", "nếp nương, cốm và xôi ngũ sắc", "Văn Chấn|Mù Căng Chải|Tú Lệ"),
    _product(_S.food_processing, "giấm và mứt táo mèo", "giấm, mứt, nước cốt sơn tra", "Mù Căng Chải|Trạm Tấu|Yên Bái"),
    _product(_S.food_processing, "miến đao Giới Phiên", "miến đao phơi tự nhiên không phẩm màu", "Yên Bái|Bát Xát|Trấn Yên"),
    _product(_S.food_processing, "mận sấy dẻo", "mận, lê, đào sấy dẻo từ quả vụ rộ", "Bắc Hà|Si Ma Cai|Sa Pa"),
    _product(_S.handicraft, "thổ cẩm H'Mông", "vải lanh nhuộm chàm, vẽ sáp ong", "Sa Pa|Si Ma Cai|Bắc Hà|Mù Căng Chải|Mường Khương"),
    _product(_S.handicraft, "thêu của người Dao đỏ", "túi, ví và trang phục thêu tay", "Sa Pa|Bát Xát|Văn Yên"),
    _product(_S.handicraft, "thổ cẩm Thái Mường Lò", "khăn piêu và chăn dệt khung gỗ", "Nghĩa Lộ|Văn Chấn"),
    _product(_S.handicraft, "chạm bạc và trang sức", "trang sức bạc chạm theo mẫu cổ", "Sa Pa|Bát Xát"),
    _product(_S.handicraft, "tranh đá quý Lục Yên", "tranh ghép từ đá vụn của mỏ", "Lục Yên"),
    _product(_S.handicraft, "đan lát mây tre", "giỏ, đèn mây tre cho nhà hàng và homestay", "Nghĩa Lộ|Bảo Yên|Văn Bàn|Bát Xát"),
    _product(_S.tourism, "homestay nhà trình tường Y Tý", "nhà trình tường trăm tuổi giữa mùa mây", "Y Tý"),
    _product(_S.tourism, "homestay nhà trình tường", "nhà đất nện của người Hà Nhì và người Mông", "Bát Xát|Si Ma Cai|Bắc Hà"),
    _product(_S.tourism, "du lịch ruộng bậc thang Mù Cang Chải", "đi bộ mùa nước đổ và mùa lúa chín", "Mù Căng Chải|Văn Chấn"),
    _product(_S.tourism, "homestay nhà sàn", "nhà sàn, bữa cơm bản và múa xòe", "Nghĩa Lộ|Bảo Yên|Văn Bàn|Lục Yên|Yên Bình"),
    _product(_S.tourism, "săn mây Tà Xùa và leo Tà Chì Nhù", "đội dẫn đường và khuân vác bản địa", "Trạm Tấu|Văn Chấn"),
    _product(_S.tourism, "suối khoáng nóng", "tắm khoáng kết hợp nghỉ tại bản", "Trạm Tấu|Văn Chấn|Nghĩa Lộ"),
    _product(_S.tourism, "chợ phiên và đua ngựa Bắc Hà", "tour hai ngày chợ phiên và đua ngựa", "Bắc Hà"),
    _product(_S.tourism, "leo Fansipan đường rừng", "đường leo có điểm nghỉ sạch rác", "Sa Pa"),
    _product(_S.services, "điểm gom nông sản", "điểm gom, phân loại và gửi hàng trong ngày"),
    _product(_S.services, "xe khách và giao hàng vùng cao", "ghép chuyến chở người và nông sản", _HIGH),
    _product(_S.services, "đội máy nông nghiệp", "máy cày, máy gặt nhỏ cho ruộng bậc thang"),
    _product(_S.digital, "bán hàng qua livestream", "nhóm bạn trẻ livestream từ vườn và chợ phiên"),
    _product(_S.digital, "ứng dụng đặt phòng và tour bản", "đặt phòng, dẫn đường, trả tiền bằng mã QR", _HIGH),
    _product(_S.digital, "truy xuất nguồn gốc bằng mã QR", "nhật ký vườn trên điện thoại cho hợp tác xã"),
    _product(_S.education, "lớp tiếng Anh cho người dẫn khách", "học tiếng Anh buổi tối tại nhà văn hóa", _HIGH),
    _product(_S.education, "trải nghiệm nông trại cho học sinh", "một ngày làm nông cho học sinh thành phố", _LOW),
    _product(_S.environment, "phân hữu cơ từ phụ phẩm", "ủ phân từ vỏ quế, bã ngô và phân trâu"),
    _product(_S.environment, "bao bì lá dong và tre", "bao bì thay túi ni lông cho chợ phiên"),
    _product(_S.environment, "thu gom rác đường leo núi", "đổi rác lấy quà của bản", "Sa Pa|Trạm Tấu|Bát Xát"),
    _product(_S.other, "nhà văn hóa thanh niên mở", "phòng làm việc chung và phim cuối tuần"),
)  # fmt: skip


def products_of(commune: Commune) -> tuple[Product, ...]:
    """What may come from a commune; what it is known for stands twice, so it comes twice as often."""
    local = [product for product in PRODUCTS if product.where and product.fits(commune)]
    everywhere = [product for product in PRODUCTS if not product.where]
    return (*local, *local, *everywhere)


def pick_product(dice: Dice, products: tuple[Product, ...], sectors: Iterable[str] | None) -> Product | None:
    """One of the products that a call takes; None where the commune has none."""
    wanted = None if sectors is None else set(sectors)
    fitting = [product for product in products if wanted is None or product.sector in wanted]
    return dice.pick(fitting) if fitting else None
