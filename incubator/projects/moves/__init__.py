"""The moves of a project from status to status, and their history."""
