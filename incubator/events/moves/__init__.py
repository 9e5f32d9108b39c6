"""The moves of an event from status to status, and their history."""
