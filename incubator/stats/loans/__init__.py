"""Loans, what was paid out and back, and what is late, counted as of a day and as known at a moment."""
