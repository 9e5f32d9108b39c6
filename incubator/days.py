"""Civil days: every business day is a day in Viet Nam, whatever the clock of the server says."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from incubator.errors import FieldError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""Of what is planned and agreed on. PostgreSQL calls the last day that Python knows infinite."""


def civil_day(instant: datetime) -> date:
    return instant.astimezone(VIETNAM).date()


def spoken(moment: datetime) -> str:
    """A moment by the clocks of Viet Nam, as a parameter of a refusal, whose text says it as people write it in either
    language (`api/problems.py`)."""
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")


def fault_of_day(day: date, pointer: str, *, since: date = FIRST_DAY) -> list[FieldError]:
    """Nothing is planned outside these years, whatever a clock on a phone says, nor before the day `since`. Where
    that one lies outside of them, it is at fault itself."""
    first = since if FIRST_DAY <= since <= LAST_DAY else FIRST_DAY
    if first <= day <= LAST_DAY:
        return []
    params = {"min": first.isoformat(), "max": LAST_DAY.isoformat()}
    return [FieldError(code="out_of_range", pointer=pointer, params=params)]


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    later: date = day + relativedelta(months=months)
    return later
