"""What a phone's clock is worth. Presence goes by session, so a wrong clock loses nobody; only the minute suffers."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from incubator.events.check_in.models import ClockQuality, ScanWarning
from incubator.events.layout.queries import FAR, Span

TRUSTED = timedelta(minutes=2)
NEAR = timedelta(hours=2)
LATE = timedelta(hours=6)
_HALF_A_SECOND = timedelta(milliseconds=500)
_MILLISECOND = timedelta(milliseconds=1)


class Clock(NamedTuple):
    """A phone's clock as one batch shows it: how far it is behind ours, or None where the batch does not say, and when
    the batch arrived by ours."""

    skew: timedelta | None
    received_at: datetime

    @property
    def is_adjusted(self) -> bool:
        return self.skew is not None and abs(self.skew) > TRUSTED

    @property
    def skew_ms(self) -> int | None:
        return None if self.skew is None else self.skew // _MILLISECOND

    def quality(self, *, suspect: bool) -> ClockQuality:
        """`suspect`: some time of the batch could not be believed."""
        if suspect:
            return ClockQuality.suspect
        if self.skew is None:
            return ClockQuality.unknown
        return ClockQuality.adjusted if self.is_adjusted else ClockQuality.ok

    def read(self, scanned_at: datetime) -> datetime | None:
        """The moment in our time; whole seconds where it was adjusted, because the way of the batch through the net
        is in the difference. None where that leaves the calendar, or had not come yet when the batch arrived."""
        if self.skew is None or not self.is_adjusted:
            moment = scanned_at.astimezone(UTC)
        else:
            try:
                moment = (scanned_at + self.skew + _HALF_A_SECOND).astimezone(UTC).replace(microsecond=0)
            except OverflowError:
                return None
        return None if moment - self.received_at > TRUSTED else moment


def clock_of(sent_at: datetime | None, received_at: datetime) -> Clock:
    return Clock(None if sent_at is None else received_at - sent_at, received_at)


def happened(clock: Clock, scanned_at: datetime, span: Span) -> tuple[datetime, list[ScanWarning]]:
    """When it happened. A moment that cannot be believed gives way to the session's start."""
    warnings = [ScanWarning.clock_adjusted] if clock.is_adjusted else []
    moment = clock.read(scanned_at)
    if moment is None or span.distance(moment) > FAR:
        return span.starts_at, [*warnings, ScanWarning.clock_suspect]
    if span.distance(moment) > NEAR:
        warnings.append(ScanWarning.outside_window)
    return moment, warnings


def is_late(received_at: datetime, span: Span) -> bool:
    return received_at - span.ends_at > LATE
