"""Sessions, consultations, the hours of mentors and what was agreed on, counted."""
