"""Reading a CSV file of proposals: columns id, title, description (plain text or HTML) and created_at (dd/mm/yyyy).

Other columns are passed over. Nothing is cut short and nothing is guessed: what does not fit is said of its row. Where
the description is empty, the title is all that its author wrote, so it stands as the summary too.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

LONGEST_TITLE = 200
LONGEST_SUMMARY = 10_000
LARGEST_FIELD = 100 * 1024 * 1024


class UnreadableFile(Exception):
    """The file is no CSV file of proposals; the message says why."""


@dataclass
class Row:
    """A row of the file: the fields of an idea that it gives, and what is wrong with it."""

    id: str
    idea: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    has_title_only: bool = False


def read_rows(path: Path, *, delimiter: str = ",", received_on: date | None = None) -> Iterator[Row]:
    """The rows, each checked for what the service would refuse. `received_on` stands for the column created_at."""
    csv.field_size_limit(LARGEST_FIELD)
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            _require_columns(reader.fieldnames or [], received_on)
            for record in reader:
                row = _row(record, f"line {reader.line_num}", received_on)
                if row.id in seen:
                    row.problems.append("the id occurs twice in the file")
                seen.add(row.id)
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"the file cannot be read: {error}") from error


def plain_text(html: str) -> str:
    """The text as a reader of the page would see it: blocks begin new lines, list items begin with a dash."""
    reader = _TextOfHtml()
    reader.feed(unicodedata.normalize("NFC", html))
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _require_columns(found: Sequence[str], received_on: date | None) -> None:
    needed = {"id", "title", "description"} | ({"created_at"} if received_on is None else set())
    if missing := sorted(needed - set(found)):
        raise UnreadableFile(f"there is no column {', '.join(missing)}, only {', '.join(found)} (see --delimiter)")


def _row(record: Mapping[str | None, Any], place: str, received_on: date | None) -> Row:
    """One record as an idea. Fields that are missing at the end of a record read as empty ones."""
    row = Row(id=(record["id"] or "").strip() or place)
    if row.id == place:
        row.problems.append("the id is empty")
    if None in record:
        row.problems.append("there are more fields than columns")
    row.idea["title"] = " ".join(unicodedata.normalize("NFC", record["title"] or "").split())
    row.idea["summary"] = plain_text(record["description"] or "")
    if not row.idea["summary"]:
        row.idea["summary"], row.has_title_only = row.idea["title"], True
    for name, most in (("title", LONGEST_TITLE), ("summary", LONGEST_SUMMARY)):
        if not 0 < len(row.idea[name]) <= most:
            row.problems.append(f"the {name} has {len(row.idea[name]):,} characters, not 1 to {most:,}")
    day = received_on or _day(record["created_at"] or "")
    if day is None:
        row.problems.append(f"created_at {record['created_at']!r} is no day")
    else:
        row.idea["received_on"] = day.isoformat()
    return row


def _day(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a civil day has no zone
        except ValueError:
            continue
    return None


class _TextOfHtml(HTMLParser):
    """Collects the text of a fragment of HTML. Line breaks of the source stay: plain text passes through here too."""

    BLOCKS = frozenset({"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "tr"})
    UNREAD = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins on a new line."""
        if tag in self.UNREAD:
            self._unread += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "br" or (tag in self.BLOCKS and self.parts[-1:] != ["\n- "]):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What follows a block begins on a new line."""
        if tag in self.UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text, but not that of scripts."""
        if not self._unread:
            self.parts.append(data)
