"""docs/errors.md, written from the table of errors."""

from collections.abc import Iterable, Mapping

from incubator.errors import ERRORS, FIELD_CODES, RULES, Phrase

INTRODUCTION = """# Errors

Every answer from 400 on is problem+json (RFC 9457) in this one shape. Decide by `code`, which never changes its
meaning; `title` and `detail` are for people and follow `Accept-Language` (en, vi). `{…}` stands for what depends on
the case. `GET /errors/{code}` gives the same, and `type` of a problem is that address. This page is written by
`make openapi`.
"""
FIELDS = """## Wrong fields

With `validation_failed` and its kin, `errors` names every wrong field: by `pointer` (RFC 6901) in the body, by
`parameter` in the query, by `header` in the head. `params` holds the values of the sentence.
"""
RULES_OF_PROGRAMME = """## Rules of the programme

`business_rule_failed` says in `rule` which rule forbids the request.
"""


def errors_page() -> str:
    """The whole page. The rules on it are those of the features that are loaded."""
    codes = [
        (str(kind.status), f"`{code}`", _both(kind.title), _both(kind.detail), _seconds(kind.retry_after))
        for code, kind in sorted(ERRORS.items(), key=lambda item: item[1].status)
    ]
    parts = (
        INTRODUCTION,
        _table(("Status", "Code", "Title", "Detail", "Retry"), codes),
        FIELDS,
        _phrases("Code", FIELD_CODES),
        RULES_OF_PROGRAMME,
        _phrases("Rule", dict(sorted(RULES.items()))),
    )
    return "\n".join(parts)


def _phrases(heading: str, phrases: Mapping[str, Phrase]) -> str:
    return _table((heading, "Meaning"), [(f"`{word}`", _both(phrase)) for word, phrase in phrases.items()])


def _both(phrase: Phrase) -> str:
    return f"{phrase.en} · *{phrase.vi}*"


def _seconds(retry_after: int | None) -> str:
    return "" if retry_after is None else f"after {retry_after} s"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
