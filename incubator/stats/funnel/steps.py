"""The steps of the funnel. A step is added by adding its entry; the SQL and the definitions follow."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from incubator.db import AnySelect
from incubator.ideas.models import IdeaAction, IdeaStatus, IdeaTransition
from incubator.mentoring.queries import consultation_days
from incubator.projects.models import Project, ProjectAction, ProjectStatus, ProjectTransition
from incubator.stats.schemas import Wording

Unit = Literal["idea", "project"]


class ByMove(msgspec.Struct, frozen=True):
    """Reached by the first transition of an idea that holds and was not voided."""

    action: IdeaAction
    to_status: IdeaStatus | None = None

    def matches(self, transition: type[IdeaTransition]) -> ColumnElement[bool]:
        same = transition.action == self.action.value
        return same if self.to_status is None else and_(same, transition.to_status == self.to_status.value)


class ByProject(msgspec.Struct, frozen=True):
    """Reached by the project: `days` selects its id and the day, at most one row a project.

    Steps that share their `days` are read together, each from its own `column`.
    """

    days: Callable[[], AnySelect]
    column: str = "day"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `reached` is None for the first, which every idea of the figure has reached by its entry.

    With unit `project` the step counts projects, each once, under its earliest idea. `counts_both` marks the
    step at which ideas turn into projects.
    """

    number: int
    code: str
    unit: Unit
    reached: ByMove | ByProject | None
    text: Wording
    counts_both: bool = False


def _founded() -> AnySelect:
    return select(Project.id.label("project_id"), Project.founded_on.label("day"))


def _graduated() -> AnySelect:
    """The first graduation of each project that was not taken back."""
    move, void = aliased(ProjectTransition), aliased(ProjectTransition)
    voided = select(void.voids_id).where(void.voids_id.is_not(None))
    return (
        select(move.project_id, func.min(move.occurred_on).label("day"))
        .where(move.action == ProjectAction.graduate.value, move.id.not_in(voided))
        .group_by(move.project_id)
    )


STEPS: tuple[Step, ...] = (
    Step(
        number=1,
        code="submitted",
        unit="idea",
        reached=None,
        text=Wording("Handed in, on the day it was received.", "Đã nộp, theo ngày tiếp nhận."),
    ),
    Step(
        number=2,
        code="screened_in",
        unit="idea",
        reached=ByMove(IdeaAction.pass_screening),
        text=Wording("First passed the screening.", "Lần đầu qua vòng sơ loại."),
    ),
    Step(
        number=3,
        code="reviewed",
        unit="idea",
        reached=ByMove(IdeaAction.close_review),
        text=Wording("Its review was first closed.", "Lần đầu khép lại việc thẩm định."),
    ),
    Step(
        number=4,
        code="accepted",
        unit="idea",
        reached=ByMove(IdeaAction.decide, IdeaStatus.accepted),
        text=Wording("Accepted, on the day the panel sat.", "Được chấp nhận, theo ngày họp hội đồng."),
    ),
    Step(
        number=5,
        code="project_founded",
        unit="idea",
        reached=ByProject(_founded),
        counts_both=True,
        text=Wording(
            "Became a project, on its day of founding. ideas_n counts the ideas; projects_n the projects, each "
            "once, under its earliest idea.",
            "Trở thành dự án, theo ngày thành lập. ideas_n đếm ý tưởng; projects_n đếm dự án, mỗi dự án một lần, "
            "theo ý tưởng sớm nhất của nó.",
        ),
    ),
    Step(
        number=6,
        code="consulted_any",
        unit="project",
        reached=ByProject(consultation_days, "consulted_on"),
        text=Wording(
            "The project was first consulted on any platform: on the day of a session that was held, by a mentor who "
            "was there with at least 15 minutes of contact.",
            "Dự án được tư vấn lần đầu trên bất kỳ nền tảng nào: theo ngày của buổi gặp đã diễn ra, có người cố vấn "
            "gặp ít nhất 15 phút.",
        ),
    ),
    Step(
        number=7,
        code="consulted_all_needed",
        unit="project",
        reached=ByProject(consultation_days, "fully_consulted_on"),
        text=Wording(
            "It was first consulted on the last platform that its baseline needs; where it needs none, on any.",
            "Dự án được tư vấn lần đầu trên nền tảng cuối cùng trong các nền tảng mà nhu cầu ban đầu nêu; nếu không "
            "cần nền tảng nào thì trên bất kỳ nền tảng nào.",
        ),
    ),
    Step(
        number=8,
        code="graduated",
        unit="project",
        reached=ByProject(_graduated),
        text=Wording("It first graduated.", "Dự án tốt nghiệp lần đầu."),
    ),
)

FIRST = STEPS[0]
EXITS: Mapping[Unit, tuple[IdeaStatus | ProjectStatus, ...]] = {
    "idea": (IdeaStatus.rejected, IdeaStatus.deferred, IdeaStatus.withdrawn, IdeaStatus.lapsed),
    "project": (ProjectStatus.closed,),
}
"""How each unit leaves the funnel. Merged ideas are not in it at all."""

STATUSES = tuple(status for status in IdeaStatus if status not in {IdeaStatus.draft, IdeaStatus.merged})


def steps_of(unit: Unit) -> list[Step]:
    """The steps that a unit goes through; at the step that counts both, ideas and projects meet."""
    return [step for step in STEPS if step.unit == unit or (unit == "project" and step.counts_both)]


def after(step: Step, unit: Unit) -> Step | None:
    """The next step of the same unit."""
    later = [other for other in steps_of(unit) if other.number > step.number]
    return later[0] if later else None
