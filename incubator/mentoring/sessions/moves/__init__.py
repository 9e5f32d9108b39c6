"""The moves of a session from status to status, and their history."""
