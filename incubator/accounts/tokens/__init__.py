"""Service tokens: what frontends, devices and other programs hold."""
