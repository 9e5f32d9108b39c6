"""What the API gives about figures in general: their definitions."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Wording(msgspec.Struct, frozen=True):
    """The same words in English and Vietnamese."""

    en: Annotated[str, Meta(examples=["Ideas received"])]
    vi: Annotated[str, Meta(examples=["Ý tưởng đã tiếp nhận"])]


class TermOut(msgspec.Struct, frozen=True):
    """What one word in a figure's answer means."""

    code: Annotated[str, Meta(examples=["mature_n"])]
    text: Wording


class DefinitionOut(msgspec.Struct, frozen=True):
    """What a figure counts. The version rises with every change of what the same question answers.

    `source` says in one line from which records the number comes, and how.
    """

    id: Annotated[str, Meta(examples=["funnel"])]
    version: Annotated[int, Meta(ge=1, le=1000, examples=[1])]
    unit: Annotated[str, Meta(examples=["idea"])]
    title: Wording
    text: Wording
    source: Annotated[str, Meta(examples=["idea_entry.entered_on"])]
    terms: list[TermOut]


class DefinitionsOut(msgspec.Struct, frozen=True):
    """The definitions of all figures."""

    items: list[DefinitionOut]
