"""`GET /v1/vocabularies`: every code with its names. The features own the words; the application collects them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, Router, get

from incubator.api.answers import resource
from incubator.api.entry import PUBLIC
from incubator.errors import Phrase


class VocabularyItem(msgspec.Struct, frozen=True):
    """One code. `aliases` are other spellings that the API understands where it takes this code."""

    code: str
    label_en: str
    label_vi: str
    aliases: list[str]


class Vocabulary(msgspec.Struct, frozen=True):
    """The codes of one kind, in the order in which a form shows them."""

    name: str
    items: list[VocabularyItem]


class VocabulariesOut(msgspec.Struct, frozen=True):
    """Every vocabulary, by name."""

    vocabularies: list[Vocabulary]


def vocabularies_of(
    words: Mapping[str, Mapping[str, Phrase]],
    aliases: Mapping[str, Mapping[str, Sequence[str]]],
) -> VocabulariesOut:
    """The answer, made once: `words` by vocabulary and code, `aliases` for the vocabularies that have some."""
    return VocabulariesOut([_vocabulary(name, words[name], aliases.get(name, {})) for name in sorted(words)])


def vocabularies_router(vocabularies: VocabulariesOut) -> Router:
    @get("/", operation_id="getVocabularies", opt=PUBLIC)
    async def get_vocabularies(request: Request[Any, Any, Any]) -> Response[VocabulariesOut]:
        """Read every code of the API with its Vietnamese and English names."""
        return resource(request, vocabularies)

    return Router("/v1/vocabularies", route_handlers=[get_vocabularies], tags=["Service"])


def _vocabulary(name: str, words: Mapping[str, Phrase], aliases: Mapping[str, Sequence[str]]) -> Vocabulary:
    items = [VocabularyItem(code, word.en, word.vi, list(aliases.get(code, ()))) for code, word in words.items()]
    return Vocabulary(name, items)
