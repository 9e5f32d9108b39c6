"""Every code of the ideas has a name in both languages."""

import enum
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from incubator.errors import Phrase
from incubator.ideas import labels
from incubator.ideas.calls.models import Sector
from incubator.ideas.dossier.schemas import Audience, DocumentKind
from incubator.ideas.duplicates.models import IdeaDuplicateStatus, IdeaEvidence
from incubator.ideas.models import IdeaAction, IdeaStatus
from incubator.ideas.moves.schemas import ScreenOutReason, WithdrawReason
from incubator.ideas.panels.models import Outcome
from incubator.ideas.panels.schemas import DecisionReason
from incubator.ideas.reviews.models import ReviewState
from incubator.ideas.reviews.schemas import ConflictKind, Recommendation
from incubator.ideas.rows import PUBLIC_LABELS
from incubator.ideas.schemas import Channel, PublicLabel, Stage
from incubator.localities import labels as locality_labels
from incubator.localities.schemas import Kind, Level

CODES: dict[str, Any] = {
    "sector": Sector,
    "business_stage": Stage,
    "channel": Channel,
    "idea_status": IdeaStatus,
    "public_status": PublicLabel,
    "idea_action": IdeaAction,
    "screen_out_reason": ScreenOutReason,
    "withdraw_reason": WithdrawReason,
    "decision_outcome": Outcome,
    "decision_reason": DecisionReason,
    "review_state": ReviewState,
    "recommendation": Recommendation,
    "conflict_kind": ConflictKind,
    "comment_audience": Audience,
    "document_kind": DocumentKind,
    "idea_evidence": IdeaEvidence,
    "idea_duplicate_status": IdeaDuplicateStatus,
}


def codes_of(type_: Any) -> list[str]:
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return [member.value for member in type_]
    return list(get_args(type_))


@pytest.mark.parametrize("name", sorted(labels.VOCABULARIES))
def test_every_code_of_a_vocabulary_has_a_label_and_no_other_has(name: str) -> None:
    assert list(labels.VOCABULARIES[name]) == codes_of(CODES[name])


@pytest.mark.parametrize(
    ("words", "type_"), [(locality_labels.KIND_LABELS, Kind), (locality_labels.LEVEL_LABELS, Level)]
)
def test_localities_are_named_too(words: Mapping[str, Phrase], type_: Any) -> None:
    assert list(words) == codes_of(type_)


def test_no_label_is_empty() -> None:
    words = [word for vocabulary in labels.VOCABULARIES.values() for word in vocabulary.values()]
    assert all(word.en.strip() and word.vi.strip() for word in words)


def test_what_applicants_are_shown_is_a_public_status() -> None:
    assert {*PUBLIC_LABELS.values(), "closed"} == set(labels.PUBLIC_STATUS_LABELS)
