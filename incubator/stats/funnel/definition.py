"""What the funnel counts, in the words that are published with it."""

from incubator.stats.funnel.steps import STEPS
from incubator.stats.schemas import DefinitionOut, TermOut, Wording

_TERMS = {
    "snapshot": Wording(
        "A stock: n counts each idea once, at the farthest step it had reached by the day as_of; statuses tell where "
        "they stood. from and to, if given, are days of entry. It carries no conversion rate.",
        "Số tồn tại thời điểm: n đếm mỗi ý tưởng một lần, ở bước xa nhất đã đạt tính đến ngày as_of; statuses cho biết "
        "trạng thái. from và to, nếu có, là ngày nộp. Không có tỷ lệ chuyển đổi.",
    ),
    "throughput": Wording(
        "A flow: n counts the ideas that reached the step from the day from and before the day to, whenever they "
        "had entered.",
        "Số phát sinh trong kỳ: n đếm ý tưởng đạt bước đó từ ngày from và trước ngày to, bất kể nộp khi nào.",
    ),
    "cohort": Wording(
        "Those who entered from the day from and before the day to, each followed for window_days days. Only those "
        "whose window had ended by as_of are mature.",
        "Nhóm nộp từ ngày from và trước ngày to, mỗi ý tưởng được theo dõi trong window_days ngày. Chỉ những ý tưởng "
        "đã hết thời hạn theo dõi vào ngày as_of mới tính là đủ thời gian.",
    ),
    "n": Wording(
        "How many units: see the modes. In a cohort, all who entered, whether mature or not; from step 6 on, all of "
        "their projects.",
        "Số lượng: xem từng chế độ. Với nhóm theo dõi là tất cả đã nộp, kể cả chưa đủ thời gian; từ bước 6 là tất cả "
        "dự án của họ.",
    ),
    "imputed_n": Wording(
        "How many of them skipped the step in the records; it counts as reached on the day of the next step, until it "
        "is reached itself. So in throughput n - imputed_n, and in a cohort reached_n - imputed_n, of the steps 6 and "
        "7 are the projects that were consulted indeed. In a snapshot it counts all who passed the step like this, "
        "wherever they stand now.",
        "Trong đó bao nhiêu không có ghi nhận ở bước này; được tính theo ngày của bước kế tiếp, cho đến khi thật sự "
        "đạt. Vì vậy ở bước 6 và 7, n - imputed_n (số phát sinh) và reached_n - imputed_n (nhóm theo dõi) là số dự án "
        "thực sự đã được tư vấn. Ở số tồn, đây là tất cả trường hợp đã qua bước này như vậy, dù nay đang ở bước nào.",
    ),
    "mature_n": Wording(
        "Cohort: those who have had the whole window; the denominator of rate. From step 6 on, the projects founded "
        "within that window.",
        "Nhóm theo dõi: số đã đủ thời gian theo dõi; là mẫu số của rate. Từ bước 6 là số dự án thành lập trong thời "
        "hạn đó.",
    ),
    "reached_n": Wording(
        "Cohort: the mature who reached the step within their window, its last day included.",
        "Nhóm theo dõi: số đủ thời gian đã đạt bước này trong thời hạn, tính cả ngày cuối.",
    ),
    "rate": Wording(
        "reached_n / mature_n, a share of all mature entrants, from step 6 on of their projects; null where nobody is "
        "mature.",
        "reached_n / mature_n, tỷ lệ trên tất cả ý tưởng đủ thời gian, từ bước 6 là trên các dự án của họ; null khi "
        "chưa có ý tưởng nào đủ thời gian.",
    ),
    "median_days": Wording(
        "The median of the days from entry to the step, over those counted in reached_n only: read it beside open_n, "
        "for those who still wait would make it longer.",
        "Trung vị số ngày từ khi nộp đến bước này, chỉ trên số reached_n: đọc cùng open_n, vì những ý tưởng còn chờ sẽ "
        "làm thời gian dài hơn.",
    ),
    "open_n": Wording(
        "Cohort: the mature who by the end of their window had neither reached the step nor left.",
        "Nhóm theo dõi: số đủ thời gian mà hết thời hạn vẫn chưa đạt bước này và cũng chưa dừng.",
    ),
    "drop_offs": Wording(
        "Cohort: of the mature, those who by the end of their window had reached this step but not the next and "
        "stood rejected, deferred, withdrawn or lapsed; projects, closed.",
        "Nhóm theo dõi: số đủ thời gian, hết thời hạn đã đạt bước này nhưng chưa đạt bước sau và đang bị từ chối, "
        "hoãn, rút hoặc hết hạn; với dự án là đã kết thúc.",
    ),
    "group_by": Wording(
        "Breakdowns use the values recorded at entry, whatever is corrected later. Totals are counted on their own.",
        "Phân tổ theo giá trị ghi nhận khi nộp, dù sau đó có sửa. Số tổng được đếm riêng, không cộng từ các nhóm.",
    ),
    "territory": Wording(
        "current: old communes are counted as the communes that they became. as_recorded: as they were written down.",
        "current: xã cũ được tính theo xã hiện nay. as_recorded: giữ tên xã như khi ghi nhận.",
    ),
    "suppressed": Wording(
        "Breakdowns by sex, ethnicity or age show service tokens and analysts no count under 5, nor further cells "
        "from which one could be worked out.",
        "Khi phân tổ theo giới tính, dân tộc hoặc tuổi, mã dịch vụ và người phân tích không thấy số dưới 5, kể cả các "
        "ô mà từ đó có thể suy ra.",
    ),
    "unknown_n": Wording(
        "Ideas whose value of the breakdown is unknown; without a breakdown, whose sex, ethnicity or age is.",
        "Số ý tưởng không rõ giá trị phân tổ; nếu không phân tổ thì không rõ giới tính, dân tộc hoặc tuổi.",
    ),
    "late_n": Wording(
        "Ideas recorded more than 30 days after they were handed in: earlier figures lacked them.",
        "Số ý tưởng nhập vào hệ thống sau ngày nộp hơn 30 ngày: số liệu công bố trước đó chưa có.",
    ),
    "merged_n": Wording(
        "Ideas that by as_of were merged into others; they are counted nowhere else.",
        "Số ý tưởng đã gộp vào ý tưởng khác tính đến as_of; không được đếm ở chỗ nào khác.",
    ),
    "unit": Wording(
        "Ideas up to step 5; projects from step 6 on, each once, under its earliest idea and by that idea's breakdown "
        "values and day of entry.",
        "Ý tưởng đến bước 5; từ bước 6 là dự án, mỗi dự án một lần, theo ý tưởng sớm nhất, với giá trị phân tổ và ngày "
        "nộp của ý tưởng đó.",
    ),
    "version": Wording(
        "2: the steps 6 to 8 are new; a step that came after an idea's window no longer counts in its cohort, where "
        "the step had been skipped, nor a project that was founded after it.",
        "2: thêm các bước 6 đến 8; trong nhóm theo dõi, bước đạt sau thời hạn không còn thay cho bước bị bỏ qua, và dự "
        "án thành lập sau thời hạn không được tính.",
    ),
}

FUNNEL = DefinitionOut(
    id="funnel",
    version=2,
    unit="idea",
    title=Wording("Funnel of ideas", "Phễu ý tưởng"),
    text=Wording(
        "How far ideas come from the day they are handed in. A step is reached by the first move of its kind that was "
        "not voided, on its business day in Viet Nam. Drafts are not counted; an idea that is reconsidered keeps its "
        "days. Decisions count for you once they are published to you. From step 6 on projects are counted instead of "
        "ideas, each once, at its earliest idea. What reached a later step counts at a step missing in the records "
        "too: it is imputed there, and imputed_n tells how many are.",
        "Ý tưởng đi được đến đâu kể từ ngày nộp. Một bước được tính theo lần thực hiện đầu tiên không bị hủy, theo "
        "ngày nghiệp vụ ở Việt Nam. Không đếm bản nháp; ý tưởng được xem xét lại giữ nguyên các mốc cũ. Quyết định "
        "được tính khi đã công bố cho bạn. Từ bước 6 đếm dự án thay cho ý tưởng, mỗi dự án một lần, theo ý tưởng sớm "
        "nhất. Trường hợp đã đạt bước sau mà thiếu ghi nhận ở một bước trước thì vẫn được tính ở bước đó; đó là số suy "
        "ra, nêu ở imputed_n.",
    ),
    source=(
        "idea_entry.entered_on; first idea_transition.occurred_on of each action not voided; project.founded_on; "
        "mentoring_session.held_on of consultations that count; first project_transition graduate not voided"
    ),
    terms=[
        *(TermOut(step.code, step.text) for step in STEPS),
        *(TermOut(code, text) for code, text in _TERMS.items()),
    ],
)
