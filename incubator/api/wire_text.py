"""Text as clients send it: what can be stored, in the one form in which it is compared and measured."""

import re
import unicodedata

from incubator.text import is_storable

_LONGEST_MARK_RUN = 30
# These three count as letters, but their decomposition begins with a mark and so prolongs a run.
_HIDDEN_MARKS = "\u0f73\u0f75\u0f81"
# No character from U+20000 on is a combining mark.
_MARKS = "".join(mark for mark in map(chr, range(0x300, 0x20000)) if unicodedata.combining(mark))
_MARK_RUN = re.compile(f"[{_MARKS}{_HIDDEN_MARKS}]{{{_LONGEST_MARK_RUN + 1}}}")


def normalised(text: str) -> str | None:
    """The text in NFC, or None where it holds NUL, a lone surrogate, or more than 30 marks on one letter.

    Normalising sorts the marks of a letter in quadratic time: one megabyte of them would hold the process for
    minutes. Thirty is the bound of Unicode's own Stream-Safe Text Format, far beyond any living language.
    """
    if text.isascii():
        return None if "\0" in text else text
    if not is_storable(text) or _MARK_RUN.search(text):
        return None
    return unicodedata.normalize("NFC", text)
