"""Meetings of mentors with young people: planned, held or not, and who gave how many minutes."""
