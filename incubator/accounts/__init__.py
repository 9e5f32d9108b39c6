"""Who may come in: accounts, role grants, sessions, service tokens, and the trail of who did what."""
