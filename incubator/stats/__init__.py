"""Figures: each reads the features below, owns no fact, and says with every answer what it counted."""
