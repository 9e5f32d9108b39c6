"""Which households belong to a credit group, from when to when."""
