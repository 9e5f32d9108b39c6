"""One statement for each kind of thing that may wait for somebody; the oldest come first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from incubator.actor import Actor, Permission, Territory
from incubator.days import VIETNAM, civil_day
from incubator.db import AnySelect, Reads, Statement, fetch_all, param, statement
from incubator.ideas.calls.models import Call
from incubator.ideas.models import Idea, IdeaStatus, IdeaVersion
from incubator.ideas.reviews.models import Review, ReviewState
from incubator.ideas.sight import AS_REVIEWER, is_visible, sight_values
from incubator.loans.due.queries import inspection_days, is_inspection_late, last_payment, waits_for_inspection
from incubator.loans.inspections.models import INSPECT_WITHIN_DAYS
from incubator.loans.ledger.labels import ENTRY_KIND_LABELS
from incubator.loans.ledger.models import EntryRequest, EntryRequestStatus
from incubator.loans.models import Loan
from incubator.loans.reconciliation.models import BankBalance, Reconciliation, ReconciliationStatus
from incubator.loans.reconciliation.queries import is_newest_row
from incubator.mentoring.action_items.models import ActionItem, Owner
from incubator.mentoring.action_items.queries import is_overdue
from incubator.mentoring.graduation.models import GraduationRequest, RequestStatus
from incubator.mentoring.labels import PROGRAMME_KIND_LABELS
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.programmes.models import Programme
from incubator.mentoring.sessions.models import AHEAD, MentoringSession
from incubator.mentoring.sessions.unreported import unreported
from incubator.mentoring.sight import is_mentor_in
from incubator.paging import Cut, Order, keyset
from incubator.projects.models import Project, ProjectIdea
from incubator.projects.sight import is_mentored_by
from incubator.tasks.schemas import Subject, TaskGroup, TaskItem, TaskKind, TasksOut
from incubator.territory import Shape, shape_of, territory_values, within

SHOWN, COUNTED, TITLE = 10, 100, 200
DAYS_AHEAD = 7
MENTORED = Permission.mentoring_log

OLDEST_FIRST = Order((Idea.id.expression,))
REQUESTS = Order((GraduationRequest.id.expression,))
BY_DAY = Order((MentoringSession.planned_on.expression, MentoringSession.id.expression))
BY_DUE = Order((ActionItem.due_on.expression, ActionItem.id.expression))
ENTRY_REQUESTS = Order((EntryRequest.id.expression,))
DIFFERENCES = Order((Reconciliation.id.expression,))
LOANS = Order((Loan.id.expression,))


class Asker(msgspec.Struct, frozen=True):
    """What of an actor's rights changes the SQL: where the first permission of the kind holds, and whether they mentor;
    part of the key under which statements are cached."""

    territory: Shape
    mentor: bool


class Kind(msgspec.Struct, frozen=True):
    """A kind of task: who has it, by the first permission in a territory, and the statement that finds it. Where the
    work is about amounts, only grants that open them count; what is done in communes waits for grants of communes."""

    kind: TaskKind
    permissions: tuple[Permission, ...]
    find: Callable[[Asker], Statement]
    sensitive: bool = False
    local: bool = False

    def is_for(self, actor: Actor) -> bool:
        return actor.may(*self.permissions) and not ((self.sensitive or self.local) and self.place(actor).nowhere)

    def place(self, actor: Actor) -> Territory:
        place = actor.territory(self.permissions[0], sensitive=self.sensitive)
        return Territory(everywhere=False, provinces=(), communes=place.communes) if self.local else place


async def list_tasks(reads: Reads, actor: Actor, *, now: datetime) -> TasksOut:
    """What waits for the actor, for each kind that its role has. A program has nothing to do by itself."""
    if actor.kind != "account":
        return TasksOut([])
    groups = [await _group(reads, actor, kind, now) for kind in KINDS if kind.is_for(actor)]
    return TasksOut(groups)


async def _group(reads: Reads, actor: Actor, kind: Kind, now: datetime) -> TaskGroup:
    territory = kind.place(actor)
    asker = Asker(shape_of(territory), MENTORED in kind.permissions and actor.may(MENTORED))
    today = civil_day(now)
    days = {**inspection_days(today), "soon": today + timedelta(days=DAYS_AHEAD)}
    values = {**sight_values(actor, now), **territory_values(territory, "task"), **days}
    items = await fetch_all(reads, kind.find(asker), values, TaskItem)
    return TaskGroup(kind.kind, min(len(items), COUNTED), len(items) > COUNTED, items[:SHOWN])


@statement
def _to_screen(asker: Asker) -> AnySelect:
    """New ones are anybody's; one that was taken up is its assignee's."""
    mine = and_(Idea.status == IdeaStatus.screening, Idea.assignee_id == param("me", Uuid))
    return _oldest(_ideas(asker.territory).where(or_(Idea.status == IdeaStatus.submitted, mine)))


@statement
def _to_answer(asker: Asker) -> AnySelect:
    return _oldest(_ideas(asker.territory, due_on=Idea.info_due_on).where(Idea.status == IdeaStatus.needs_info))


@statement
def _to_review(asker: Asker) -> AnySelect:
    """Mine, unless a conflict took it away."""
    owed = Review.state.in_([ReviewState.to_do, ReviewState.draft])
    mine = and_(Review.idea_id == Idea.id, Review.reviewer_id == param("me", Uuid), owed)
    query = _with_title(Review.due_on).join(Review, and_(mine, Review.content_number == Idea.content_number))
    return _oldest(query.where(Idea.status == IdeaStatus.in_review, is_visible(AS_REVIEWER, Idea)))


@statement
def _to_close(asker: Asker) -> AnySelect:
    call = aliased(Call)
    query = _ideas(asker.territory, due_on=call.review_due_on).join(call, call.id == Idea.call_id)
    return _oldest(query.where(Idea.status == IdeaStatus.in_review, call.review_due_on < param("today", Date)))


@statement
def _to_decide(asker: Asker) -> AnySelect:
    return _oldest(_ideas(asker.territory).where(Idea.status == IdeaStatus.review_closed))


@statement
def _to_found(asker: Asker) -> AnySelect:
    published = Idea.publish_at <= param("now", DateTime(timezone=True))
    founded = exists().where(ProjectIdea.idea_id == Idea.id)
    return _oldest(_ideas(asker.territory).where(Idea.status == IdeaStatus.accepted, published, not_(founded)))


def _ideas(shape: Shape, due_on: Any = None) -> AnySelect:
    inside = within(shape, "task", province=Idea.province_id, commune=Idea.locality_id)
    return _with_title(null() if due_on is None else due_on).where(inside)


def _with_title(due_on: Any) -> AnySelect:
    current: ColumnElement[bool] = and_(IdeaVersion.idea_id == Idea.id, IdeaVersion.number == Idea.content_number)
    return _tasks("idea", Idea.id, IdeaVersion.title, Idea.moved_on, due_on).join(IdeaVersion, current)


@statement
def _to_approve(asker: Asker) -> AnySelect:
    """What other people ask for."""
    request = GraduationRequest
    waits = (request.status == RequestStatus.open, request.requested_by != param("me", Uuid))
    query = _tasks("project", Project.id, Project.title, _day_of(request.requested_at), null())
    query = query.join(request, request.project_id == Project.id)
    return _oldest(query.where(*waits, _in_place(asker, Project)), REQUESTS)


@statement
def _to_report(asker: Asker) -> AnySelect:
    """Their day has passed, and nobody said how they went; or they were held, and of a mentor nobody said it."""
    meeting = aliased(MentoringSession)
    ids = unreported(meeting, _in_place(asker, meeting))
    if asker.mentor:
        ids += unreported(meeting, mine=True)
    query = _sessions(MentoringSession.planned_on, null())
    return _oldest(query.where(MentoringSession.id.in_(union_all(*ids))), BY_DAY)


@statement
def _ahead(asker: Asker) -> AnySelect:
    """Those of the next days, for who is a mentor in them."""
    meeting = MentoringSession
    query = _sessions(_day_of(meeting.created_at), meeting.planned_on)
    soon = meeting.planned_on.between(param("today", Date), param("soon", Date))
    is_ahead = meeting.status.in_(sorted(status.value for status in AHEAD))
    return _oldest(query.where(soon, is_ahead, is_mentor_in(meeting.id)), BY_DAY)


def _sessions(since: Any, due_on: Any) -> AnySelect:
    """Each under its own title, that of its programme, or what its kind is called."""
    meeting = MentoringSession
    called = case({code: label.vi for code, label in PROGRAMME_KIND_LABELS.items()}, value=meeting.kind)
    query = _tasks("session", meeting.id, func.coalesce(meeting.title, Programme.title, called), since, due_on)
    return query.outerjoin(Programme, Programme.id == meeting.programme_id)


@statement
def _overdue(asker: Asker) -> AnySelect:
    """Those of the office for staff, and their own ones for mentors, as long as they mentor the project."""
    item = ActionItem
    ways = [and_(item.owner == Owner.staff, _in_place(asker, Project))]
    if asker.mentor:
        me = param("me", Uuid)
        mine = select(Mentor.id).where(Mentor.account_id == me).scalar_subquery()
        ways.append(and_(item.owner == Owner.mentor, item.mentor_id == mine, is_mentored_by(me)))
    query = _tasks("action_item", item.id, func.left(item.what, TITLE), item.set_on, item.due_on)
    query = query.join(Project, Project.id == item.project_id)
    return _oldest(query.where(is_overdue(item, param("today", Date)), or_(*ways)), BY_DUE)


@statement
def _entries(asker: Asker) -> AnySelect:
    """What other people ask to have entered into the ledger."""
    request = EntryRequest
    asked = case({code: label.vi for code, label in ENTRY_KIND_LABELS.items()}, value=request.kind)
    title = func.concat(asked, " · ", Loan.contract_no)
    query = _tasks("entry_request", request.id, title, _day_of(request.requested_at), null())
    waits = (request.status == EntryRequestStatus.open.value, request.requested_by != param("me", Uuid))
    return _oldest(query.join(Loan, Loan.id == request.loan_id).where(*waits, _in_place(asker, Loan)), ENTRY_REQUESTS)


@statement
def _differences(asker: Asker) -> AnySelect:
    """Those that no newer row of the lender's statement replaced."""
    found = Reconciliation
    query = _tasks("reconciliation", found.id, Loan.contract_no, _day_of(found.created_at), null())
    query = query.join(Loan, Loan.id == found.loan_id).join(BankBalance, BankBalance.id == found.bank_balance_id)
    is_open = found.status == ReconciliationStatus.open.value
    return _oldest(query.where(is_open, is_newest_row(), _in_place(asker, Loan)), DIFFERENCES)


@statement
def _inspections(asker: Asker) -> AnySelect:
    paid = last_payment()
    paid_on = paid.c.effective_on
    query = _tasks("loan", Loan.id, Loan.contract_no, paid_on, paid_on + INSPECT_WITHIN_DAYS)
    waits = (waits_for_inspection(paid), is_inspection_late(paid), _in_place(asker, Loan))
    return _oldest(query.select_from(Loan).join(paid, true()).where(*waits), LOANS)


def _in_place(asker: Asker, row: type[Project] | type[MentoringSession] | type[Loan]) -> ColumnElement[bool]:
    return within(asker.territory, "task", province=row.province_id, commune=row.locality_id)


def _day_of(moment: Any) -> ColumnElement[Any]:
    return cast(func.timezone(VIETNAM.key, moment), Date)


def _tasks(subject: Subject, *columns: Any) -> AnySelect:
    """The columns of `TaskItem`."""
    return select(literal_column(f"'{subject}'"), *columns)


def _oldest(query: AnySelect, order: Order = OLDEST_FIRST) -> AnySelect:
    return keyset(query, order, cut=Cut(COUNTED + 1, after=False))


KINDS = (
    Kind("screen", (Permission.ideas_screen,), _to_screen),
    Kind("answer", (Permission.ideas_enter,), _to_answer),
    Kind("review", (Permission.reviews_write,), _to_review),
    Kind("close_review", (Permission.ideas_screen,), _to_close),
    Kind("decide", (Permission.ideas_decide,), _to_decide),
    Kind("found_project", (Permission.projects_manage,), _to_found),
    Kind("graduation_request", (Permission.projects_graduate,), _to_approve),
    Kind("session_report", (Permission.mentoring_manage, MENTORED), _to_report),
    Kind("session_ahead", (MENTORED,), _ahead),
    Kind("action_overdue", (Permission.mentoring_manage, MENTORED), _overdue),
    Kind("entry_request", (Permission.loans_approve,), _entries, sensitive=True),
    Kind("reconciliation", (Permission.loans_manage,), _differences, sensitive=True),
    Kind("inspection_late", (Permission.loans_enter,), _inspections, local=True),
)
