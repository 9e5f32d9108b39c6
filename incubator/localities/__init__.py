"""Provinces, communes and villages with their validity, and what old communes became."""
