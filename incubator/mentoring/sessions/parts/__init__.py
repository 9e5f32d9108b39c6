"""Each mentor's part in a session: role, attendance, minutes."""
