"""Who takes part in a session, and who came."""
