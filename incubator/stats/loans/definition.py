"""What the figures of loans count, in the words that are published with them."""

from incubator.stats.schemas import DefinitionOut, TermOut, Wording

_COUNTS = {
    "households_ever": Wording(
        "Different households to which by as_of money of some loan had been paid out, net of what was reversed. Never "
        "read it as households with a loan at present.",
        "Số hộ khác nhau đã được giải ngân tính đến as_of (đã trừ bút toán đảo). Không phải số hộ đang còn dư nợ.",
    ),
    "households_current": Wording(
        "Different households with a loan of which some principal was outstanding at the end of as_of.",
        "Số hộ khác nhau còn dư nợ gốc vào cuối ngày as_of.",
    ),
    "loans": Wording(
        "Loans of which something had been paid out by as_of, net of what was reversed.",
        "Số khoản vay đã được giải ngân tính đến as_of (đã trừ bút toán đảo).",
    ),
    "loans_current": Wording(
        "Those of them with some principal outstanding at the end of as_of.",
        "Trong đó số khoản còn dư nợ gốc vào cuối ngày as_of.",
    ),
    "groups": Wording(
        "Different savings and credit groups through which those outstanding loans run.",
        "Số tổ tiết kiệm và vay vốn khác nhau của các khoản còn dư nợ.",
    ),
    "members": Wording(
        "Households that on as_of belonged to one of these groups, whether they owe anything or not. Null where a "
        "breakdown parts the loans of a group.",
        "Số hộ là tổ viên của các tổ đó vào ngày as_of, dù còn nợ hay không. Là null khi phân tổ chia nhỏ các khoản "
        "vay trong tổ.",
    ),
}

_FLOWS = {
    "opening_vnd": Wording(
        "Principal outstanding at the end of the day before from; 0 without from.",
        "Dư nợ gốc cuối ngày trước from; bằng 0 nếu không có from.",
    ),
    "disbursed_vnd": Wording(
        "Principal paid out in the period. A reversal counts under the kind that it reverses, on the same day. Without "
        "from and to: since the beginning, up to as_of; that is the capital of the overview, which rounds it for those "
        "who see no amounts.",
        "Số tiền giải ngân trong kỳ. Bút toán đảo được tính vào loại mà nó đảo, cùng ngày. Nếu không có from và to thì "
        "tính từ đầu đến as_of, chính là nguồn vốn ở trang tổng quan (ở đó được làm tròn cho người không xem được số "
        "tiền).",
    ),
    "collected_vnd": Wording(
        "Principal paid back in the period, net of reversals.", "Thu nợ gốc trong kỳ, đã trừ bút toán đảo."
    ),
    "written_off_vnd": Wording(
        "Principal written off in the period, net of reversals.", "Nợ gốc được xóa trong kỳ, đã trừ bút toán đảo."
    ),
    "adjusted_vnd": Wording(
        "Corrections of principal in the period by adjustment, with their sign.",
        "Điều chỉnh nợ gốc trong kỳ, có dấu.",
    ),
    "closing_vnd": Wording(
        "Principal outstanding at the end of the period: opening_vnd + disbursed_vnd - collected_vnd - written_off_vnd "
        "+ adjusted_vnd. Moves between normal, overdue and frozen change nothing in it.",
        "Dư nợ gốc cuối kỳ: opening_vnd + disbursed_vnd - collected_vnd - written_off_vnd + adjusted_vnd. Chuyển giữa "
        "trong hạn, quá hạn và khoanh không làm thay đổi.",
    ),
    "interest_received_vnd": Wording(
        "Interest that the bank booked as received in the period, corrections and reversals included. Never an "
        "estimate.",
        "Lãi ngân hàng đã thu trong kỳ, gồm cả điều chỉnh và bút toán đảo. Không phải số ước tính.",
    ),
}

_STOCKS = {
    "outstanding_vnd": Wording(
        "Principal outstanding at the end of as_of: normal_vnd + overdue_vnd + frozen_vnd.",
        "Tổng dư nợ gốc cuối ngày as_of: normal_vnd + overdue_vnd + frozen_vnd.",
    ),
    "normal_vnd": Wording("Of it, within its term, as the bank keeps it.", "Trong đó nợ trong hạn theo ngân hàng."),
    "overdue_vnd": Wording(
        "Of it, what the bank had transferred to overdue debt and not back.",
        "Trong đó nợ ngân hàng đã chuyển quá hạn và chưa chuyển lại.",
    ),
    "frozen_vnd": Wording("Of it, what the bank had frozen.", "Trong đó nợ khoanh."),
    "past_due_by_schedule_vnd": Wording(
        "Scheduled principal that fell due before as_of and was not paid by then, by the schedule in force on as_of; "
        "of a loan never more than is outstanding. Paid is what was disbursed and is no longer outstanding: a positive "
        "adjustment counts as not paid, so once an instalment has fallen due it is past due by its amount, less what "
        "was paid ahead; a negative one and a write-off count as paid.",
        "Nợ gốc theo lịch đến hạn trước as_of mà chưa trả, theo lịch có hiệu lực vào ngày as_of; mỗi khoản không quá "
        "dư nợ. Phần đã trả là số đã giải ngân và không còn dư nợ: điều chỉnh tăng được coi là chưa trả, nên khi đã có "
        "kỳ đến hạn thì nợ đến hạn chưa trả tăng đúng số đó, trừ phần đã trả trước; điều chỉnh giảm và xóa nợ được coi "
        "là đã trả.",
    ),
    "par1_vnd": Wording(
        "Portfolio at risk: the whole outstanding principal of loans whose oldest unpaid scheduled principal is more "
        "than 1 day late on as_of; exactly 1 day is not more. Paid is what it is in past_due_by_schedule_vnd, so a "
        "positive adjustment may put a loan at risk.",
        "Dư nợ rủi ro: toàn bộ dư nợ của các khoản có kỳ gốc chưa trả cũ nhất trễ hơn 1 ngày vào ngày as_of; đúng 1 "
        "ngày thì chưa tính. Phần đã trả hiểu như ở past_due_by_schedule_vnd, nên điều chỉnh tăng có thể làm khoản vay "
        "thành rủi ro.",
    ),
    "par30_vnd": Wording("The same with more than 30 days.", "Như trên, trễ hơn 30 ngày."),
    "par90_vnd": Wording("The same with more than 90 days.", "Như trên, trễ hơn 90 ngày."),
}

_RATIOS = {
    "overdue_ratio_ppm": Wording(
        "overdue_vnd / outstanding_vnd in parts per million, as the Bank for Social Policies reports it; null where "
        "nothing is outstanding.",
        "overdue_vnd / outstanding_vnd, tính theo phần triệu, là tỷ lệ nợ quá hạn mà Ngân hàng Chính sách xã hội báo "
        "cáo; null khi không còn dư nợ.",
    ),
    "par1_ppm": Wording("par1_vnd / outstanding_vnd, likewise.", "par1_vnd / outstanding_vnd, tương tự."),
    "par30_ppm": Wording("par30_vnd / outstanding_vnd, likewise.", "par30_vnd / outstanding_vnd, tương tự."),
    "par90_ppm": Wording("par90_vnd / outstanding_vnd, likewise.", "par90_vnd / outstanding_vnd, tương tự."),
    "inspected_share_ppm": Wording(
        "Of loans_current, those whose use was inspected in the period, without from at any time by as_of, by an "
        "inspection that was not taken back; null without such loans.",
        "Trong loans_current, tỷ lệ khoản đã được kiểm tra sử dụng vốn trong kỳ (không có from: bất kỳ lúc nào tính "
        "đến as_of), không tính lần kiểm tra đã hủy; null khi không có khoản nào.",
    ),
    "reconciled_share_ppm": Wording(
        "Of loans_current, those whose newest row of a bank statement up to as_of agreed with the ledger when it came "
        "in, or whose difference is explained or corrected, as of known_at; null without such loans.",
        "Trong loans_current, tỷ lệ khoản mà dòng sao kê ngân hàng mới nhất tính đến as_of khớp với sổ khi nhập, hoặc "
        "chênh lệch đã được giải trình hay sửa (tính đến known_at); null khi không có khoản nào.",
    ),
}

_REST = {
    "as_of": Wording(
        "What had happened by the end of this day, by the business day of each entry.",
        "Những gì đã xảy ra tính đến cuối ngày này, theo ngày hiệu lực của từng bút toán.",
    ),
    "known_at": Wording(
        "Only what had been recorded by this moment: entries and reversals, schedules, inspections and what took them "
        "back, rows of bank statements and the moves of differences. Null is all that is recorded. The same "
        "question gives the same answer after any later correction.",
        "Chỉ tính những gì đã ghi nhận đến thời điểm này: bút toán và bút toán đảo, lịch trả nợ, kiểm tra và việc hủy "
        "kiểm tra, sao kê ngân hàng và các bước xử lý chênh lệch. Null là tất cả. Cùng câu hỏi thì cùng câu trả lời dù "
        "sau đó có sửa.",
    ),
    "register_basis": Wording(
        "today: programme, lender, household, borrower, credit group, project and place of a loan, and who belongs to "
        "a group from when to when, are told as the registers say today.",
        "today: chương trình, bên cho vay, hộ, người vay, tổ, dự án, địa bàn của khoản vay và thời gian là tổ viên lấy "
        "theo sổ đăng ký hôm nay.",
    ),
    "group_by": Wording(
        "One breakdown. Age band, poverty class and place are those of the day of approval, the age as year of "
        "approval minus year of birth; sex and ethnicity are the borrower's.",
        "Một phân tổ. Nhóm tuổi, diện hộ và địa bàn lấy theo ngày phê duyệt, tuổi là năm phê duyệt trừ năm sinh; giới "
        "tính và dân tộc là của người vay.",
    ),
    "territory": Wording(
        "current: old communes are counted as the communes that they became. as_recorded: as they were written down.",
        "current: xã cũ được tính theo xã hiện nay. as_recorded: giữ tên xã như khi ghi nhận.",
    ),
    "additive": Wording(
        "Loans and every amount in VND add up over groups to the total. Households, credit groups and their members do "
        "not: the same one may be in several groups. Nor do ratios: they are Σ part / Σ whole.",
        "Số khoản vay và mọi số tiền cộng được qua các nhóm thành tổng. Số hộ, số tổ và tổ viên thì không vì có thể "
        "nằm ở nhiều nhóm. Tỷ lệ cũng không: phải lấy Σ tử số / Σ mẫu số.",
    ),
    "none": Wording("The group of loans without a credit group.", "Nhóm các khoản vay không qua tổ."),
    "amounts_hidden": Wording(
        "True where your grants do not open sensitive fields over all that is counted: amounts and their ratios are "
        "then null.",
        "Là true khi quyền của bạn không mở thông tin nhạy cảm trên toàn bộ phạm vi; khi đó số tiền và tỷ lệ của chúng "
        "là null.",
    ),
    "suppressed": Wording(
        "Service tokens and analysts are shown no number behind which stand fewer than 5 households, nor one that "
        "would tell it. That nobody stands behind a number in any group is said.",
        "Mã dịch vụ và người phân tích không thấy số liệu của dưới 5 hộ, kể cả số mà từ đó có thể suy ra. Khi không có "
        "hộ nào ở mọi nhóm thì vẫn cho biết là 0.",
    ),
    "unknown_n": Wording(
        "Loans paid out whose value of the breakdown is not known.",
        "Số khoản đã giải ngân không rõ giá trị của phân tổ.",
    ),
    "unscheduled_n": Wording(
        "Loans in loans_current without a schedule on as_of: no measure of lateness sees them.",
        "Số khoản trong loans_current chưa có lịch trả nợ vào ngày as_of: các chỉ tiêu trễ hạn không tính được.",
    ),
    "no_statement_n": Wording(
        "Loans in loans_current of which no row of a bank statement up to as_of is in; they are not reconciled.",
        "Số khoản trong loans_current chưa có dòng sao kê nào tính đến as_of; chưa đối chiếu.",
    ),
}

LOANS = DefinitionOut(
    id="loans",
    version=1,
    unit="loan",
    title=Wording("Youth loans", "Vốn vay thanh niên"),
    text=Wording(
        "Loans by our shadow ledger: stocks at the end of as_of, and flows from the day from and before the day to, at "
        "most to the end of as_of, on business days in Viet Nam. Each loan counts in the commune where it was granted.",
        "Vốn vay theo sổ theo dõi: số tồn vào cuối ngày as_of; số phát sinh từ ngày from và trước ngày to, muộn nhất "
        "đến hết as_of, theo ngày nghiệp vụ ở Việt Nam. Mỗi khoản tính ở xã nơi được duyệt vay.",
    ),
    source=(
        "loan_entry by effective_on, recorded_at and counts_as; loan_schedule and loan_instalment in force; "
        "loan_inspection standing; bank_balance, reconciliation and its moves; credit_group_member"
    ),
    terms=[TermOut(code, text) for terms in (_COUNTS, _FLOWS, _STOCKS, _RATIOS, _REST) for code, text in terms.items()],
)
