"""Running projects that nobody has met for a while."""
