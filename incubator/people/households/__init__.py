"""Households: who lives together since when, and how poor the commune found them to be."""
