"""Places in a JSON document, and how they are written in an answer (RFC 6901)."""

import re

Path = tuple["Path", str | int] | None
"""The way from the root, innermost step last; None is the root. Only a fault makes it a string."""

_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")
_LONGEST_NAME = 200


def pointer(path: Path) -> str:
    """The JSON pointer of a path; the root is the empty string."""
    return "".join("/" + _escaped(shown(str(step))) for step in _steps(path))


def first_step(path: Path) -> str:
    """The outermost step, as it may be shown; empty at the root."""
    steps = _steps(path)
    return shown(str(steps[0])) if steps else ""


def shown(name: str) -> str:
    """A name from a client in a form that every answer can carry: encodable, and not longer than useful."""
    printable = _UNPRINTABLE.sub("\ufffd", name[: _LONGEST_NAME + 1])
    return printable if len(name) <= _LONGEST_NAME else printable[:_LONGEST_NAME] + "…"


def _steps(path: Path) -> list[str | int]:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
