"""The headline numbers of events. They go by the period of the overview, and by the place of the site."""

from collections.abc import Callable

from sqlalchemy import CTE

from incubator.stats.attendance.headlines import (
    activities,
    activity_attendances,
    conference_attendances,
    digital_skills_classes,
    people_trained,
)
from incubator.stats.attendance.sources import AttendanceShape
from incubator.stats.funnel.history import FunnelShape
from incubator.stats.overview.headline import Headline, Number, define
from incubator.stats.schemas import Wording


def _of(number: Callable[[AttendanceShape], Number]) -> Callable[[CTE, FunnelShape], Number]:
    return lambda _, shape: number(AttendanceShape(scope=shape.scope, area=shape.area, group_by="kind"))


EVENT_HEADLINES: tuple[Headline, ...] = (
    Headline(
        define(
            "activities",
            "event",
            Wording("Activities", "Hoạt động"),
            Wording(
                "Events, published or completed, with a session that began in the period, by its day and by the place "
                "of its sites. Of every kind but conferences, digital-skills classes and days of culture houses, which "
                "are counted apart.",
                "Số sự kiện đã công bố hoặc hoàn thành có phiên bắt đầu trong kỳ, theo ngày và nơi có điểm tổ chức; "
                "mọi loại trừ hội nghị, đại hội, lớp kỹ năng số và ngày hội nhà văn hóa, vốn được tính riêng.",
            ),
            "attendance, group_by kind: sum of events of these kinds",
        ),
        _of(activities),
    ),
    Headline(
        define(
            "activity_attendances",
            "attendance",
            Wording("Attendances at activities", "Lượt tham dự hoạt động"),
            Wording(
                "Attendances at the activities of the period: at each site of a session the greater of the people "
                "named and of the heads counted. Not different people: who comes twice attends twice.",
                "Số lượt tham dự các hoạt động trong kỳ: ở mỗi điểm của mỗi phiên lấy số lớn hơn giữa số người có tên "
                "và số đếm. Không phải số người khác nhau: ai đến hai lần là hai lượt.",
            ),
            "attendance, group_by kind: sum of attendances of these kinds",
        ),
        _of(activity_attendances),
    ),
    Headline(
        define(
            "conference_attendances",
            "attendance",
            Wording("Attendances at conferences", "Lượt dự hội nghị, đại hội"),
            Wording(
                "Attendances at conferences of the period, in person and online, counted in the same way.",
                "Số lượt dự hội nghị, đại hội trong kỳ, trực tiếp và trực tuyến, tính theo cùng cách.",
            ),
            "attendance, kind conference: totals.attendances",
        ),
        _of(conference_attendances),
    ),
    Headline(
        define(
            "digital_skills_classes",
            "event",
            Wording("Digital-skills classes", "Lớp kỹ năng số"),
            Wording(
                "Digital-skills classes with a session that began in the period. A class of several evenings is one.",
                "Số lớp kỹ năng số có phiên bắt đầu trong kỳ. Lớp học nhiều buổi vẫn là một lớp.",
            ),
            "attendance, kind digital_skills_class: totals.events",
        ),
        _of(digital_skills_classes),
    ),
    Headline(
        define(
            "people_trained",
            "person",
            Wording("People trained", "Người được tập huấn"),
            Wording(
                "Added up over those classes, the least number of different people who came to each, so that nobody "
                "counts twice for the evenings of one class. Who takes two classes is counted in both.",
                "Cộng qua các lớp đó số người khác nhau ít nhất đã đến từng lớp, nên một người học nhiều buổi của một "
                "lớp chỉ tính một lần. Người học hai lớp được tính ở cả hai.",
            ),
            "attendance, kind digital_skills_class: totals.participations",
        ),
        _of(people_trained),
    ),
)
