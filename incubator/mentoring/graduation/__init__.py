"""How a project graduates: the guard, and the exception that takes two approvers."""
