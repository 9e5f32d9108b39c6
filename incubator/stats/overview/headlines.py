"""The headline numbers. One is added by adding its entry: a definition, and where its number comes from."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import CTE, ColumnElement, ScalarSelect, select

from incubator.stats.schemas import DefinitionOut, Wording


class Headline(msgspec.Struct, frozen=True):
    """`number` is a part of the one statement of the overview; its argument is the funnel of the period, one row.

    A number of another feature ignores that row and counts its own tables, by the same parameters.
    """

    definition: DefinitionOut
    number: Callable[[CTE], ColumnElement[Any] | ScalarSelect[Any]]


def _of_funnel(measure: str) -> Callable[[CTE], ScalarSelect[Any]]:
    """The flow of a step of the funnel: the overview and the funnel then never differ."""
    return lambda funnel: select(funnel.c[measure]).scalar_subquery()


def _definition(code: str, unit: str, title: Wording, text: Wording, source: str) -> DefinitionOut:
    return DefinitionOut(id=code, version=1, unit=unit, title=title, text=text, source=source, terms=[])


HEADLINES: tuple[Headline, ...] = (
    Headline(
        _definition(
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
        _definition(
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
        _definition(
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
)
