"""Every figure's definition, for people who read the figures."""

from incubator.stats.funnel.definition import FUNNEL
from incubator.stats.mentoring.definition import MENTORING
from incubator.stats.overview.headlines import HEADLINES
from incubator.stats.schemas import DefinitionsOut

DEFINITIONS = DefinitionsOut([FUNNEL, MENTORING, *(headline.definition for headline in HEADLINES)])
