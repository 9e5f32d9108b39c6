"""What the figures of mentoring count, in the words that are published with them."""

from incubator.stats.schemas import DefinitionOut, TermOut, Wording

_TERMS = {
    "sessions_held": Wording(
        "Sessions held in the period, by the day on which they were held. A session that was cancelled, or whose "
        "holding was taken back, counts here nothing.",
        "Số buổi gặp đã diễn ra trong kỳ, theo ngày diễn ra. Buổi bị hủy hoặc bị rút lại báo cáo thì không tính.",
    ),
    "sessions_cancelled": Wording(
        "Sessions of the period that were cancelled by as_of, by the day for which they were planned.",
        "Số buổi gặp của kỳ đã bị hủy tính đến as_of, theo ngày dự kiến.",
    ),
    "mentors_absent": Wording(
        "Sessions that did not take place because the mentor did not come and nobody stood in.",
        "Số buổi gặp không diễn ra vì người cố vấn vắng mặt và không có người thay.",
    ),
    "guests_absent": Wording(
        "Sessions that did not take place because nobody came to meet the mentor.",
        "Số buổi gặp không diễn ra vì không có ai đến gặp người cố vấn.",
    ),
    "contact_minutes": Wording(
        "The minutes that mentors who came were with their guests, once for each mentor and session, however many "
        "projects and platforms sat at the table.",
        "Số phút người cố vấn có mặt gặp khách, mỗi người cố vấn một lần cho mỗi buổi, dù có bao nhiêu dự án và nền "
        "tảng cùng ngồi.",
    ),
    "preparation_minutes": Wording(
        "The minutes that mentors who came spent on preparing, also where they waited for guests in vain.",
        "Số phút những người cố vấn đã đến dùng để chuẩn bị, kể cả khi khách không đến.",
    ),
    "travel_minutes": Wording(
        "The minutes that they travelled. They are not part of mentor_hours.",
        "Số phút họ đi lại; không nằm trong mentor_hours.",
    ),
    "mentor_hours": Wording(
        "(contact_minutes + preparation_minutes) / 60, to two digits.",
        "(contact_minutes + preparation_minutes) / 60, lấy hai chữ số thập phân.",
    ),
    "distinct_mentors": Wording(
        "Different mentors who came to a held session in the period.",
        "Số người cố vấn khác nhau có mặt ở buổi gặp đã diễn ra trong kỳ.",
    ),
    "distinct_mentees": Wording(
        "Different persons who attended a held session in the period, for a project or for themselves.",
        "Số người khác nhau đã dự buổi gặp diễn ra trong kỳ, đại diện dự án hoặc cho bản thân.",
    ),
    "consultations": Wording(
        "Consultations that count: one project on one platform in one held session, by a mentor who was there with at "
        "least 15 minutes of contact. Several mentors on the same platform in the same session are one consultation.",
        "Số lượt tư vấn được tính: một dự án, một nền tảng, một buổi gặp đã diễn ra, có người cố vấn gặp ít nhất 15 "
        "phút. Nhiều người cố vấn cùng nền tảng trong một buổi là một lượt.",
    ),
    "distinct_projects": Wording(
        "Different projects with a consultation that counts in the period.",
        "Số dự án khác nhau có lượt tư vấn được tính trong kỳ.",
    ),
    "consulted_projects": Wording(
        "A stock: projects that by as_of had been consulted on any platform, whenever; with a programme, a mentor, a "
        "platform or a kind, by those consultations.",
        "Số tồn tại thời điểm: dự án tính đến as_of đã được tư vấn trên bất kỳ nền tảng nào, bất kể khi nào; nếu chọn "
        "chương trình, người cố vấn, nền tảng hoặc loại thì chỉ xét các lượt tư vấn đó.",
    ),
    "fully_consulted_projects": Wording(
        "A stock: projects that by as_of had been consulted on every platform that their baseline needs.",
        "Số tồn tại thời điểm: dự án tính đến as_of đã được tư vấn trên mọi nền tảng mà nhu cầu ban đầu nêu.",
    ),
    "projects_by_platforms": Wording(
        "A stock: every project founded by as_of, by the number of platforms on which it had been consulted. Null with "
        "a programme or a mentor, to which projects do not belong.",
        "Số tồn tại thời điểm: mọi dự án thành lập tính đến as_of, theo số nền tảng đã được tư vấn. Là null khi chọn "
        "chương trình hoặc người cố vấn, vì dự án không thuộc về họ.",
    ),
    "actions_open": Wording(
        "A stock: actions agreed on by as_of and then neither done nor dropped.",
        "Số tồn tại thời điểm: việc đã thống nhất tính đến as_of mà khi đó chưa xong và chưa bỏ.",
    ),
    "actions_overdue": Wording(
        "Those of them that were due before as_of.", "Trong đó số việc đã quá hạn trước ngày as_of."
    ),
    "actions_done": Wording("Actions done in the period.", "Số việc hoàn thành trong kỳ."),
    "group_by": Wording(
        "One breakdown. By locality, sessions and minutes are counted in the commune of the session, consultations, "
        "projects and actions in that of the project. What a breakdown does not measure is null.",
        "Một phân tổ. Theo địa bàn, buổi gặp và số phút tính theo xã của buổi gặp; lượt tư vấn, dự án và việc cần làm "
        "tính theo xã của dự án. Những gì phân tổ không đo được là null.",
    ),
    "additive": Wording(
        "Minutes, hours, actions and, but by mentor, sessions and consultations add up over groups to the total. "
        "Distinct mentors, mentees and projects, and the stocks of projects but by locality, do not: the same one is "
        "in several groups. Nor do sessions and consultations by mentor, which several mentors share.",
        "Số phút, số giờ, số việc và, trừ khi theo người cố vấn, số buổi gặp và lượt tư vấn cộng được qua các nhóm "
        "thành tổng. Số người cố vấn, người được tư vấn, dự án khác nhau và số dự án tồn tại (trừ khi theo địa bàn) "
        "không cộng được vì có thể nằm ở nhiều nhóm; buổi gặp và lượt tư vấn theo người cố vấn cũng vậy.",
    ),
    "none": Wording(
        "The group of what has no value: sessions outside any programme, actions not agreed on in a session or not on "
        "one platform.",
        "Nhóm không có giá trị: buổi gặp ngoài chương trình, việc không thống nhất trong buổi gặp hoặc không thuộc một "
        "nền tảng.",
    ),
    "suppressed": Wording(
        "Service tokens and analysts are shown no number of mentees under 5, nor one that would tell it.",
        "Mã dịch vụ và người phân tích không thấy số người được tư vấn dưới 5, kể cả số mà từ đó có thể suy ra.",
    ),
    "awaiting_report_n": Wording(
        "Sessions of the period whose planned day is before as_of and of which nobody has said how they went.",
        "Số buổi gặp của kỳ đã qua ngày dự kiến trước as_of mà chưa có ai báo cáo.",
    ),
    "late_n": Wording(
        "Held sessions of the period that were first reported more than 30 days after: earlier figures lacked them.",
        "Số buổi gặp đã diễn ra trong kỳ được báo cáo lần đầu sau hơn 30 ngày: số liệu trước đó chưa có.",
    ),
    "short_contact_n": Wording(
        "Consultations reported for the period that do not count, because no mentor was there for 15 minutes.",
        "Số lượt tư vấn đã báo cáo trong kỳ nhưng không tính vì không có người cố vấn nào gặp đủ 15 phút.",
    ),
}

MENTORING = DefinitionOut(
    id="mentoring",
    version=1,
    unit="session",
    title=Wording("Mentoring", "Hoạt động cố vấn"),
    text=Wording(
        "Sessions, consultations, mentors' time and actions from the day from and before the day to, as far as they "
        "had happened by as_of, on their business days in Viet Nam; the stocks of projects and of open actions on "
        "as_of itself. What was voided or taken back never was. A mentor counts the own part alone.",
        "Buổi gặp, lượt tư vấn, thời gian của người cố vấn và việc cần làm từ ngày from và trước ngày to, đã diễn ra "
        "tính đến as_of, theo ngày nghiệp vụ ở Việt Nam; số dự án và việc còn mở là số tồn vào chính ngày as_of. Những "
        "gì đã hủy hoặc rút lại thì không tính. Người cố vấn chỉ xem được phần của mình.",
    ),
    source=(
        "mentoring_session.held_on; session_mentor minutes of who attended; session_participant attended; consultation "
        "not voided; project_need; action_item.set_on, due_on, closed_on"
    ),
    terms=[TermOut(code, text) for code, text in _TERMS.items()],
)
