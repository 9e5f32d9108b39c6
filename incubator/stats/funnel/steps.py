"""The steps of the funnel. A step is added by adding its entry; the SQL and the definitions follow."""

from collections.abc import Callable
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, and_, select

from incubator.db import AnySelect
from incubator.ideas.models import IdeaAction, IdeaStatus, IdeaTransition
from incubator.projects.models import Project
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
    """Reached by the project: `days` selects (project_id, day), at most one row a project."""

    days: Callable[[], AnySelect]


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
)

FIRST = STEPS[0]
EXITS = (IdeaStatus.rejected, IdeaStatus.deferred, IdeaStatus.withdrawn, IdeaStatus.lapsed)
"""How an idea leaves the funnel. Merged ideas are not in it at all."""

STATUSES = tuple(status for status in IdeaStatus if status not in {IdeaStatus.draft, IdeaStatus.merged})


def steps_of(unit: Unit) -> list[Step]:
    """The steps that a unit goes through; at the step that counts both, ideas and projects meet."""
    return [step for step in STEPS if step.unit == unit or (unit == "project" and step.counts_both)]


def after(step: Step, unit: Unit) -> Step | None:
    """The next step of the same unit."""
    later = [other for other in steps_of(unit) if other.number > step.number]
    return later[0] if later else None
