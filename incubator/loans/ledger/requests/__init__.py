"""Entries that need a second person: somebody asks, another account decides."""
