"""How many were there, counted by heads at a site."""
