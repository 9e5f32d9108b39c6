"""The moves of an idea from status to status, and their history."""
