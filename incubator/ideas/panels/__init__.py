"""Panels and their decisions."""
