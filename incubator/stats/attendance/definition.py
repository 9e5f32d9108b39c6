"""What the figures of attendance count, in the words that are published with them."""

from incubator.stats.schemas import DefinitionOut, TermOut, Wording

_EVENTS = {
    "events": Wording(
        "Different events, published or completed, with a session that is counted here. They add up over kinds, but "
        "not over places, modes or months, of which one event may have several.",
        "Số sự kiện khác nhau (đã công bố hoặc đã hoàn thành) có phiên được tính ở đây. Cộng được qua các loại, nhưng "
        "không cộng được qua nơi tổ chức, hình thức hay tháng vì một sự kiện có thể thuộc nhiều nhóm.",
    ),
    "sessions": Wording(
        "Different sessions of these events that begin in the period and not after as_of, with a site counted here.",
        "Số phiên khác nhau của các sự kiện đó bắt đầu trong kỳ, không sau as_of, có điểm tổ chức được tính ở đây.",
    ),
    "provisional_sessions": Wording(
        "Those of them whose event's attendance is not closed yet: their numbers may still change.",
        "Trong đó số phiên của sự kiện chưa chốt điểm danh: số liệu còn có thể thay đổi.",
    ),
    "sites": Wording(
        "Sites of these sessions: a session at one place in one mode, such as the hall, the bridge point of a commune "
        "or the online room.",
        "Số điểm tổ chức của các phiên: mỗi điểm là một phiên ở một nơi, một hình thức, như hội trường, điểm cầu của "
        "xã hay phòng trực tuyến.",
    ),
    "sites_reported": Wording(
        "Sites at which somebody was named or heads were counted. A count of zero is a report; silence is none.",
        "Số điểm đã có người điểm danh theo tên hoặc đã báo số đếm. Số đếm bằng 0 vẫn là báo cáo; không báo thì không.",
    ),
    "coverage_ppm": Wording(
        "sites_reported / sites in parts per million; null without sites.",
        "sites_reported / sites, tính theo phần triệu; null khi không có điểm nào.",
    ),
}

_PEOPLE = {
    "attendances": Wording(
        "named + anonymous: at each site the greater of the people named and of the current head-count. Who comes to "
        "two sessions attends twice.",
        "named + anonymous: ở mỗi điểm lấy số lớn hơn giữa số người có tên và số đếm hiện hành. Người dự hai phiên là "
        "hai lượt.",
    ),
    "named": Wording(
        "Attendances of people known by name, each person once for a session, at the site where they were first seen. "
        "What was voided, and walk-ins who still wait for staff, do not count. Rows of one person that were merged are "
        "one person.",
        "Số lượt tham dự của người có tên, mỗi người một lần cho mỗi phiên, tại điểm thấy đầu tiên. Lượt đã hủy và "
        "khách vãng lai đang chờ xác nhận không tính. Các bản ghi đã gộp của một người là một người.",
    ),
    "anonymous": Wording(
        "How many more heads than names there were, added up over sites. A name that arrives late takes the place of "
        "one of them.",
        "Số người đếm được nhiều hơn số người có tên, cộng qua các điểm. Người được điểm danh tên sau sẽ thay một "
        "người trong số này.",
    ),
    "participations": Wording(
        "Added up over events, the least number of different people at each: of the sessions counted here, the greater "
        "of the different people named and of the attendances of the largest session.",
        "Cộng qua các sự kiện số người khác nhau ít nhất ở từng sự kiện: trong các phiên được tính ở đây, số lớn hơn "
        "giữa số người khác nhau có tên và số lượt của phiên đông nhất.",
    ),
    "unique_min": Wording(
        "The least number of different people behind all attendances: the greater of the different people named and of "
        "the attendances of the largest session. By home, the different people named.",
        "Số người khác nhau ít nhất trong toàn bộ lượt tham dự: số lớn hơn giữa số người khác nhau có tên và số lượt "
        "của phiên đông nhất. Theo nơi ở là số người khác nhau có tên.",
    ),
    "unique_max": Wording(
        "The greatest: the different people named, and everybody who was merely counted as somebody else.",
        "Số người khác nhau nhiều nhất: số người khác nhau có tên cộng mọi người chỉ được đếm, coi như đều khác nhau.",
    ),
}

_EXPECTED = {
    "expected": Wording(
        "People with a confirmed registration, once for an event, of events whose attendance is closed and was not "
        "taken by heads alone. A registration is for the whole of an event: only events all of whose sites are counted "
        "here, or in the group, are told. By mode, as it was registered.",
        "Số người có đăng ký đã xác nhận, mỗi người một lần cho mỗi sự kiện đã chốt điểm danh và không chỉ đếm đầu "
        "người. Đăng ký là cho cả sự kiện: chỉ tính sự kiện có mọi điểm tổ chức nằm trong số liệu này, hoặc trong "
        "nhóm. Theo hình thức là hình thức đã đăng ký.",
    ),
    "shown": Wording(
        "Those of them who were named at the event, by whatever mode.",
        "Trong đó số người có tên tại sự kiện, bằng bất kỳ hình thức nào.",
    ),
    "no_show_ppm": Wording(
        "(expected - shown) / expected in parts per million; null where nobody was expected, and so for events that "
        "are still open or where heads alone were counted.",
        "(expected - shown) / expected, tính theo phần triệu; null khi không có ai được tính là dự kiến, nên cũng null "
        "với sự kiện chưa chốt hoặc chỉ đếm đầu người.",
    ),
}

_REST = {
    "as_of": Wording(
        "Sessions that begin after this day do not count. What is recorded of the others counts as it stands now.",
        "Phiên bắt đầu sau ngày này không tính. Những gì ghi nhận về các phiên khác tính theo hiện tại.",
    ),
    "final_only": Wording(
        "Leaves out events whose attendance is not closed.", "Bỏ qua các sự kiện chưa chốt điểm danh."
    ),
    "group_by": Wording(
        "One breakdown: kind of the event, held_in the commune of the site (a site of the province as a whole is the "
        "province's), home_of the person's own commune of today, mode of the site, month in which the session begins.",
        "Một phân tổ: loại sự kiện; held_in là xã của điểm tổ chức (điểm chung của tỉnh tính cho tỉnh); home_of là xã "
        "của người dự theo hiện tại; hình thức của điểm; tháng phiên bắt đầu.",
    ),
    "unknown": Wording(
        "By home: people named whose commune nobody knows, and all who were merely counted.",
        "Theo nơi ở: người có tên nhưng chưa rõ xã và mọi người chỉ được đếm.",
    ),
    "additive": Wording(
        "The measures that add up over the groups of this answer and over periods. Different people, events, "
        "participations, people expected and ratios never add up over periods.",
        "Các chỉ tiêu cộng được qua các nhóm của câu trả lời này và qua các kỳ. Số người khác nhau, số sự kiện, lượt "
        "tham gia sự kiện, số người dự kiến và tỷ lệ không bao giờ cộng được qua các kỳ.",
    ),
    "suppressed": Wording(
        "Service tokens and analysts are shown nothing of a home of fewer than 5 people named, nor of another that "
        "would tell it.",
        "Mã dịch vụ và người phân tích không thấy số liệu của xã có dưới 5 người có tên, kể cả xã mà từ đó có thể suy "
        "ra.",
    ),
    "unknown_home_n": Wording(
        "Attendances of people named whose commune nobody knows.", "Số lượt của người có tên nhưng chưa rõ xã."
    ),
    "pending_n": Wording(
        "Attendances of walk-ins who wait for staff; they count once confirmed.",
        "Số lượt của khách vãng lai đang chờ xác nhận; được tính khi xác nhận.",
    ),
    "voided_n": Wording("Attendances that staff took back.", "Số lượt đã bị hủy."),
    "late_n": Wording(
        "Scans accepted at these sites that phones sent late: earlier figures lacked them.",
        "Số lượt quét được nhận tại các điểm này mà điện thoại gửi muộn: số liệu trước đó chưa có.",
    ),
}

ATTENDANCE = DefinitionOut(
    id="attendance",
    version=1,
    unit="attendance",
    title=Wording("Attendance", "Lượt tham dự"),
    text=Wording(
        "Events, and the people who came to them, by the civil day in Viet Nam on which a session begins, from the day "
        "from and before the day to. Named people and counted heads are laid over each other site by site, so that "
        "nobody counts twice; how many different people they are is told as a range.",
        "Sự kiện và số người đến dự, theo ngày phiên bắt đầu (giờ Việt Nam), từ ngày from và trước ngày to. Số người "
        "có tên và số đếm được đối chiếu ở từng điểm để không ai bị tính hai lần; số người khác nhau được cho bằng một "
        "khoảng.",
    ),
    source=(
        "event published or completed; event_session.starts_at; event_site; attendance counted, once for each person "
        "and session; headcount that none replaces; registration confirmed"
    ),
    terms=[TermOut(code, text) for terms in (_EVENTS, _PEOPLE, _EXPECTED, _REST) for code, text in terms.items()],
)
