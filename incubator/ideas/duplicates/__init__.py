"""Pairs of ideas that may be the same one, and what people said about them."""
