"""Sessions as an iCalendar feed, and the personal feeds with an address of their own."""
