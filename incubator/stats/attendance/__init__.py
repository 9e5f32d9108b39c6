"""Events, how many people came to them, and how far that is known."""
