"""Sessions: logging in and out, changing a password, and what the caller is."""
