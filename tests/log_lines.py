"""Lines of the log that a test has captured."""

from typing import Any

from incubator.logs import PROCESSORS


def as_written(line: Any) -> bytes:
    """The line as the service writes it. Not while lines are being captured, because that replaces how."""
    for processor in PROCESSORS:
        line = processor(None, "error", line)
    return bytes(line)
