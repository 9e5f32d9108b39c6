"""Service tokens: what frontends and other programs hold."""
