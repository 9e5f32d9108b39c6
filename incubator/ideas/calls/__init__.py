"""Calls for ideas and their rubrics."""
