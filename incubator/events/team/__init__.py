"""Who leads, teaches and helps at a session."""
