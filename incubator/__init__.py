"""The service behind a provincial Youth Startup Incubator."""

__version__ = "0.1.0"
