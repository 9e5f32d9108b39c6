"""The headline numbers. One is added by adding its entry: a definition, and where its number comes from."""

from collections.abc import Callable

from sqlalchemy import CTE, BigInteger, cast, func, select

from incubator.stats.funnel.history import FunnelShape
from incubator.stats.loans.ledger import LoansShape
from incubator.stats.loans.lent import capital, households_current, households_ever
from incubator.stats.mentoring.sources import HELD, WORKED, MentoringShape, meetings, seats
from incubator.stats.overview.headline import Headline, Number, define
from incubator.stats.overview.of_events import EVENT_HEADLINES
from incubator.stats.schemas import Wording


def _of_funnel(measure: str) -> Callable[[CTE, FunnelShape], Number]:
    """The flow of a step of the funnel: the overview and the funnel then never differ."""
    return lambda funnel, _: select(funnel.c[measure]).scalar_subquery()


def _reached_indeed(step: str) -> Callable[[CTE, FunnelShape], Number]:
    """The same without those to whom the step was only imputed."""
    return lambda funnel, _: select(funnel.c[f"{step}.n"] - funnel.c[f"{step}.imputed_n"]).scalar_subquery()


def _sessions_held(_: CTE, shape: FunnelShape) -> Number:
    met = meetings(_mentoring(shape)).subquery()
    return select(func.count()).select_from(met).where(met.c.state == HELD).scalar_subquery()


def _mentor_minutes(_: CTE, shape: FunnelShape) -> Number:
    """The same sum as in the figures of mentoring."""
    limits = _mentoring(shape)
    seat = seats(limits, meetings(limits).subquery()).subquery()
    minutes = func.sum(seat.c.contact_minutes + seat.c.preparation_minutes)
    worked = select(cast(func.coalesce(minutes, 0), BigInteger)).where(seat.c.state.in_(WORKED))
    return worked.scalar_subquery()


def _of_loans(number: Callable[[LoansShape], Number]) -> Callable[[CTE, FunnelShape], Number]:
    """A stock on the day of the overview, whatever its period."""
    return lambda _, shape: number(LoansShape(scope=shape.scope, area=shape.area))


def _mentoring(shape: FunnelShape) -> MentoringShape:
    return MentoringShape(scope=shape.scope, area=shape.area)


HEADLINES: tuple[Headline, ...] = (
    Headline(
        define(
            "ideas_received",
            "idea",
            Wording("Ideas received", "Ý tưởng đã tiếp nhận"),
            Wording(
                "Ideas handed in during the period, by the day of receipt, without drafts and merged ideas.",
                "Số ý tưởng nộp trong kỳ, theo ngày tiếp nhận, không tính bản nháp và ý tưởng đã gộp.",
            ),
            "funnel, mode throughput: n of step submitted",
        ),
        _of_funnel("submitted.n"),
    ),
    Headline(
        define(
            "ideas_accepted",
            "idea",
            Wording("Ideas accepted", "Ý tưởng được chấp nhận"),
            Wording(
                "Ideas that a panel accepted during the period, by the day it sat, once published to you.",
                "Số ý tưởng được hội đồng chấp nhận trong kỳ, theo ngày họp, khi đã công bố cho bạn.",
            ),
            "funnel, mode throughput: n of step accepted",
        ),
        _of_funnel("accepted.n"),
    ),
    Headline(
        define(
            "projects_founded",
            "project",
            Wording("Projects founded", "Dự án đã thành lập"),
            Wording(
                "Projects founded from accepted ideas during the period, each once, in the place of its earliest idea.",
                "Số dự án thành lập từ ý tưởng được chấp nhận trong kỳ, mỗi dự án một lần, theo nơi có ý tưởng đầu.",
            ),
            "funnel, mode throughput: projects_n of step project_founded",
        ),
        _of_funnel("project_founded.projects_n"),
    ),
    Headline(
        define(
            "projects_consulted",
            "project",
            Wording("Projects consulted", "Dự án được tư vấn"),
            Wording(
                "Projects that were first consulted during the period, on any platform: in a held session, by a mentor "
                "who was there with at least 15 minutes of contact. Without a period, all that were ever consulted.",
                "Số dự án được tư vấn lần đầu trong kỳ, trên bất kỳ nền tảng nào: ở buổi gặp đã diễn ra, có người cố "
                "vấn gặp ít nhất 15 phút. Nếu không chọn kỳ là tất cả dự án đã từng được tư vấn.",
            ),
            "funnel, mode throughput: n - imputed_n of step consulted_any",
        ),
        _reached_indeed("consulted_any"),
    ),
    Headline(
        define(
            "projects_fully_consulted",
            "project",
            Wording("Projects fully consulted", "Dự án được tư vấn đủ"),
            Wording(
                "Projects for which during the period the last of the platforms that their baseline needs was first "
                "consulted. The funnel's n of this step may be higher by its imputed_n: there projects count that "
                "graduated although the records lack a consultation.",
                "Số dự án mà trong kỳ đã được tư vấn lần đầu trên nền tảng cuối cùng trong các nền tảng mà nhu cầu ban "
                "đầu nêu. Ở phễu, n của bước này có thể cao hơn, chênh lệch đúng bằng imputed_n, vì ở đó tính cả dự án "
                "đã tốt nghiệp mà chưa có ghi nhận đủ tư vấn.",
            ),
            "funnel, mode throughput: n - imputed_n of step consulted_all_needed",
        ),
        _reached_indeed("consulted_all_needed"),
    ),
    Headline(
        define(
            "projects_graduated",
            "project",
            Wording("Projects graduated", "Dự án tốt nghiệp"),
            Wording(
                "Projects that first graduated during the period, unless that was taken back.",
                "Số dự án tốt nghiệp lần đầu trong kỳ, không tính lần đã bị hủy.",
            ),
            "funnel, mode throughput: n of step graduated",
        ),
        _of_funnel("graduated.n"),
    ),
    Headline(
        define(
            "sessions_held",
            "session",
            Wording("Sessions held", "Buổi gặp đã diễn ra"),
            Wording(
                "Mentoring sessions held during the period, in the place of the session. Cancelled ones count nothing.",
                "Số buổi cố vấn đã diễn ra trong kỳ, theo nơi diễn ra. Buổi bị hủy không tính.",
            ),
            "mentoring: totals.sessions_held",
        ),
        _sessions_held,
    ),
    Headline(
        define(
            "mentor_minutes",
            "minute",
            Wording("Mentors' minutes", "Số phút cố vấn"),
            Wording(
                "Minutes of contact and preparation of mentors who came to sessions of the period, once for each "
                "mentor and session, without travel; preparation counts where they waited in vain. Divided by 60, "
                "mentor hours.",
                "Số phút gặp và chuẩn bị của người cố vấn đã đến các buổi trong kỳ, mỗi người một lần cho mỗi buổi, "
                "không gồm đi lại; vẫn tính thời gian chuẩn bị khi khách không đến. Chia 60 là số giờ cố vấn.",
            ),
            "mentoring: totals.contact_minutes + totals.preparation_minutes",
        ),
        _mentor_minutes,
    ),
    Headline(
        define(
            "households_ever",
            "household",
            Wording("Households ever lent to", "Số hộ đã được vay"),
            Wording(
                "Different households to which by as_of money of some loan had been paid out. A stock, whatever the "
                "period; never read it as households with a loan at present.",
                "Số hộ khác nhau đã được giải ngân tính đến as_of. Là số lũy kế, không theo kỳ; không phải số hộ đang "
                "còn dư nợ.",
            ),
            "loans: totals.households_ever",
        ),
        _of_loans(households_ever),
        behind="households_ever",
    ),
    Headline(
        define(
            "households_current",
            "household",
            Wording("Households with a loan", "Số hộ còn dư nợ"),
            Wording(
                "Different households with a loan of which some principal was outstanding at the end of as_of.",
                "Số hộ khác nhau còn dư nợ gốc vào cuối ngày as_of.",
            ),
            "loans: totals.households_current",
        ),
        _of_loans(households_current),
        behind="households_current",
    ),
    Headline(
        define(
            "capital_vnd",
            "VND",
            Wording("Capital lent", "Nguồn vốn đã giải ngân"),
            Wording(
                "VND paid out as loans since the beginning, up to as_of, net of what was reversed. A sum over all "
                "time, whatever the period. Exact where your grants open sensitive fields over all that is counted; "
                "for others, and always for service tokens and analysts, rounded down to whole billions of VND, so "
                "that no single loan can be read from it, and not shown where fewer than 5 households stand behind it.",
                "Số tiền (đồng) đã giải ngân từ đầu đến as_of, đã trừ bút toán đảo. Là số lũy kế, không theo kỳ. Chính "
                "xác khi quyền của bạn mở thông tin nhạy cảm trên toàn bộ phạm vi; với người khác, và luôn luôn với mã "
                "dịch vụ và người phân tích, được làm tròn xuống đến tỷ đồng để không suy ra được từng khoản vay, và "
                "không hiển thị khi có dưới 5 hộ.",
            ),
            "loans: totals.disbursed_vnd without from and to",
        ),
        _of_loans(capital),
        behind="households_ever",
        is_amount=True,
    ),
    *EVENT_HEADLINES,
)
