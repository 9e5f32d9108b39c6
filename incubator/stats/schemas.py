"""What the API gives about figures in general: their definitions."""

import msgspec

from incubator.errors import Phrase


class TermOut(msgspec.Struct, frozen=True):
    """What one word in a figure's answer means."""

    code: str
    text: Phrase


class DefinitionOut(msgspec.Struct, frozen=True):
    """What a figure counts. The version rises with every change of what the same question answers.

    `source` says in one line from which records the number comes, and how.
    """

    id: str
    version: int
    unit: str
    title: Phrase
    text: Phrase
    source: str
    terms: list[TermOut]


class DefinitionsOut(msgspec.Struct, frozen=True):
    """The definitions of all figures."""

    items: list[DefinitionOut]
