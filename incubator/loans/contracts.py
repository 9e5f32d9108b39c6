"""Contract numbers of lenders, as they are stored and looked for."""

import unicodedata

from incubator.text import clean_line

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


def contract_number(written: str) -> str:
    """The one spelling of a number: capitals, plain digits and hyphens, single spaces. Files and people write the same
    number in several ways, and each would otherwise be a loan of its own."""
    return clean_line(unicodedata.normalize("NFKC", clean_line(written)).translate(_DASHES)).upper()
