"""What an application may ask for, and what each step of it asks for."""

from datetime import date

from incubator.errors import broken_rule, rule_text
from incubator.loans.applications.models import ApplicationAction, ApplicationStatus, LoanApplication
from incubator.loans.groups.models import FEWEST_MEMBERS
from incubator.loans.programmes.models import LoanProgramme

OVER_AMOUNT = rule_text(
    "over_programme_amount",
    "The programme lends at most {limit_vnd} VND.",
    "Chương trình chỉ cho vay tối đa {limit_vnd} đồng.",
)
OVER_TERM = rule_text(
    "over_programme_term",
    "The programme lends for at most {limit} months.",
    "Chương trình chỉ cho vay tối đa {limit} tháng.",
)
PROGRAMME_CLOSED = rule_text(
    "programme_not_open",
    "The programme takes no applications on {day}.",
    "Ngày {day} chương trình không nhận hồ sơ vay.",
)
NOT_IN_HOUSEHOLD = rule_text(
    "applicant_not_in_household",
    "Somebody who lives in the household applies; on {day} this person did not.",
    "Người đề nghị vay phải là thành viên của hộ; ngày {day} người này không thuộc hộ.",
)
NOT_IN_GROUP = rule_text(
    "household_not_in_group",
    "The household did not belong to the credit group on {day}.",
    "Ngày {day} hộ không phải là thành viên của tổ vay vốn.",
)
WITHOUT_GROUP = rule_text(
    "application_without_group",
    "No credit group is named; the commune certifies the application without one.",
    "Hồ sơ không thuộc tổ vay vốn nào; xã xác nhận trực tiếp.",
)
GROUP_FIRST = rule_text(
    "group_approves_first",
    "The credit group approves before the commune certifies.",
    "Tổ vay vốn bình xét trước, sau đó xã mới xác nhận.",
)
GROUP_TOO_SMALL = rule_text(
    "group_too_small",
    "A credit group approves with at least {fewest} households; on {day} it had {members}.",
    "Tổ vay vốn phải có ít nhất {fewest} hộ mới được bình xét; ngày {day} tổ có {members} hộ.",
)
FIXED = rule_text(
    "application_fixed",
    "An application is changed while it is a draft; this one is {status}.",
    "Chỉ sửa hồ sơ khi còn là bản nháp; hồ sơ này đang ở trạng thái {status}.",
)
ENTRY_STAYS = rule_text(
    "application_entry_not_voidable",
    "The entry of an application cannot be taken back; withdraw it instead.",
    "Không thể hủy việc nhập hồ sơ; hãy rút hồ sơ.",
)
HAS_LOAN = rule_text(
    "application_has_loan",
    "The application became a loan, so the bank's approval stays.",
    "Hồ sơ đã thành khoản vay nên không hủy được bước ngân hàng duyệt.",
)


def check_terms(application: LoanApplication, programme: LoanProgramme, day: date) -> None:
    """The programme takes applications on the day, and lends so much for so long."""
    if day < programme.starts_on or (programme.ends_on is not None and day > programme.ends_on):
        raise broken_rule(PROGRAMME_CLOSED, day=day.isoformat())
    if programme.max_vnd is not None and application.asked_vnd > programme.max_vnd:
        raise broken_rule(OVER_AMOUNT, limit_vnd=programme.max_vnd)
    if programme.max_months is not None and application.months > programme.max_months:
        raise broken_rule(OVER_TERM, limit=programme.max_months)


def check_parties(day: date, *, lives_there: bool, is_group_member: bool) -> None:
    if not lives_there:
        raise broken_rule(NOT_IN_HOUSEHOLD, day=day.isoformat())
    if not is_group_member:
        raise broken_rule(NOT_IN_GROUP, day=day.isoformat())


def check_group(day: date, members: int) -> None:
    if members < FEWEST_MEMBERS:
        raise broken_rule(GROUP_TOO_SMALL, day=day.isoformat(), members=members, fewest=FEWEST_MEMBERS)


def check_path(application: LoanApplication, action: ApplicationAction) -> None:
    """With a group the way leads through it, without one past it."""
    if action is ApplicationAction.approve_by_group and application.group_id is None:
        raise broken_rule(WITHOUT_GROUP)
    is_early = action is ApplicationAction.certify and application.status == ApplicationStatus.submitted
    if is_early and application.group_id is not None:
        raise broken_rule(GROUP_FIRST)


def check_draft(application: LoanApplication) -> None:
    if application.status != ApplicationStatus.draft:
        raise broken_rule(FIXED, status=application.status)


def check_voidable(action: ApplicationAction, *, has_loan: bool) -> None:
    if action is ApplicationAction.enter:
        raise broken_rule(ENTRY_STAYS)
    if has_loan:
        raise broken_rule(HAS_LOAN)
