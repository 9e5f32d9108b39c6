"""Events: announced, registered for, attended and counted."""
