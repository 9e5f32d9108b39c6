"""JSON lines on standard output, one for each request and each event, without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

log = structlog.get_logger("incubator")

_QUOTED = re.compile(r"""(['"(]).*['")]""")


def configure_logs(level: str) -> None:
    structlog.configure(
        processors=PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )


def log_request(**facts: Any) -> None:
    """The line of one request. It goes past structlog's processors, which cost a twentieth of a short request."""
    if log.is_enabled_for(logging.INFO):
        line = {"timestamp": datetime.now(UTC), "level": "info", "event": "request", **facts}
        structlog.BytesLogger(sys.stdout.buffer).msg(msgspec.json.encode(line))


def redact_messages(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave of each exception's message the first line without what it quotes.

    PostgreSQL's DETAIL and asyncpg's and Python's complaints repeat the values that they complain about, which
    may be a person's. Type, frames and the rest of the line are enough to find the fault.
    """
    waiting = list(event.get("exception") or [])
    while waiting:
        link = waiting.pop()
        link["exc_value"] = _QUOTED.sub("…", link["exc_value"].partition("\n")[0])
        link["exc_notes"] = []
        waiting += [inner for group in link.get("exceptions") or [] for inner in group]
    return event


def _json(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    redact_messages,
    structlog.processors.JSONRenderer(serializer=_json),
]
"""One list for the whole process: a logger keeps the list that it was first used with."""
