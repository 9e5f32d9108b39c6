"""Every code of a figure has its words."""

from incubator.stats.attendance.dimensions import DIMENSIONS as ATTENDANCE_DIMENSIONS
from incubator.stats.attendance.schemas import AttendanceMeasuresOut
from incubator.stats.funnel.dimensions import DIMENSIONS, UNKNOWN
from incubator.stats.funnel.steps import STEPS
from incubator.stats.labels import (
    AGE_BAND_LABELS,
    ATTENDANCE_GROUP_LABELS,
    ATTENDANCE_MEASURE_LABELS,
    FUNNEL_STEP_LABELS,
)


def test_every_step_and_age_band_has_a_label() -> None:
    assert list(FUNNEL_STEP_LABELS) == [step.code for step in STEPS]
    assert list(AGE_BAND_LABELS) == [*(DIMENSIONS["age_band"].values or ()), UNKNOWN]


def test_every_breakdown_and_measure_of_attendance_has_a_label() -> None:
    assert list(ATTENDANCE_GROUP_LABELS) == list(ATTENDANCE_DIMENSIONS)
    measures = [name for name in AttendanceMeasuresOut.__struct_fields__ if name != "suppressed"]
    assert list(ATTENDANCE_MEASURE_LABELS) == measures
