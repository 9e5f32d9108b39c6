"""What waits for somebody has words."""

from typing import get_args

from incubator.tasks.labels import VOCABULARIES
from incubator.tasks.queries import KINDS
from incubator.tasks.schemas import Subject, TaskKind
from incubator.vocabularies import WORDS


def test_every_kind_and_subject_of_a_task_has_a_label_and_a_place_among_the_vocabularies() -> None:
    assert list(VOCABULARIES["task_kind"]) == list(get_args(TaskKind)) == [kind.kind for kind in KINDS]
    assert list(VOCABULARIES["task_subject"]) == list(get_args(Subject))
    assert all(WORDS[name] == words for name, words in VOCABULARIES.items())
