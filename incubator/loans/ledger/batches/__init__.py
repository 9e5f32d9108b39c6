"""Rows of the bank, entered together: all of them or none."""
