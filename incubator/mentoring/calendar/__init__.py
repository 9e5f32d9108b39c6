"""Sessions as an iCalendar feed."""
