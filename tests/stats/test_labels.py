"""Every code of a figure has its words."""

from incubator.stats.funnel.dimensions import DIMENSIONS, UNKNOWN
from incubator.stats.funnel.steps import STEPS
from incubator.stats.labels import AGE_BAND_LABELS, FUNNEL_STEP_LABELS


def test_every_step_and_age_band_has_a_label() -> None:
    assert list(FUNNEL_STEP_LABELS) == [step.code for step in STEPS]
    assert list(AGE_BAND_LABELS) == [*(DIMENSIONS["age_band"].values or ()), UNKNOWN]
