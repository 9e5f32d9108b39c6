"""Every figure's definition, for people who read the figures."""

from incubator.stats.attendance.definition import ATTENDANCE
from incubator.stats.funnel.definition import FUNNEL
from incubator.stats.loans.definition import LOANS
from incubator.stats.mentoring.definition import MENTORING
from incubator.stats.overview.headlines import HEADLINES
from incubator.stats.schemas import DefinitionsOut

DEFINITIONS = DefinitionsOut([FUNNEL, MENTORING, LOANS, ATTENDANCE, *(headline.definition for headline in HEADLINES)])
