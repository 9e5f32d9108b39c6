"""`make bench`: what the service costs over a hand-written one, and whether it stays so as the tables grow."""
