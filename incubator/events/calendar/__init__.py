"""Events as an iCalendar feed, for callers, for personal feeds and for everybody."""
