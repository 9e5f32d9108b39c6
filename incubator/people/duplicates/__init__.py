"""Pairs of persons who may be the same one, and what people said about them."""
