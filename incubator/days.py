"""Civil days: every business day is a day in Viet Nam, whatever the clock of the server says."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def civil_day(instant: datetime) -> date:
    return instant.astimezone(VIETNAM).date()
