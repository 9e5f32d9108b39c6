"""Every code list of the service with its words, collected from the features that own them."""

from collections.abc import Mapping

from incubator.accounts.labels import ROLE_LABELS, SCOPE_LABELS
from incubator.api.vocabularies import VocabulariesOut, vocabularies_of
from incubator.errors import Phrase
from incubator.events.labels import VOCABULARIES as EVENT_VOCABULARIES
from incubator.ideas.labels import VOCABULARIES as IDEA_VOCABULARIES
from incubator.loans.labels import VOCABULARIES as LOAN_VOCABULARIES
from incubator.localities.labels import KIND_LABELS, LEVEL_LABELS
from incubator.mentoring.labels import VOCABULARIES as MENTORING_VOCABULARIES
from incubator.people.ethnicities import ETHNICITIES, ETHNICITY_ALIASES
from incubator.people.labels import VOCABULARIES as PEOPLE_VOCABULARIES
from incubator.people.models import CONSENT_FORMS, CONSENT_PURPOSES, SEXES
from incubator.projects.labels import (
    CLOSE_REASON_LABELS,
    PLATFORM_LABELS,
    PROJECT_ACTION_LABELS,
    PROJECT_STATUS_LABELS,
)
from incubator.stats.labels import VOCABULARIES as STATS_VOCABULARIES
from incubator.tasks.labels import VOCABULARIES as TASK_VOCABULARIES

WORDS: dict[str, Mapping[str, Phrase]] = {
    **IDEA_VOCABULARIES,
    **MENTORING_VOCABULARIES,
    **PEOPLE_VOCABULARIES,
    **EVENT_VOCABULARIES,
    **LOAN_VOCABULARIES,
    **STATS_VOCABULARIES,
    **TASK_VOCABULARIES,
    "project_status": PROJECT_STATUS_LABELS,
    "project_action": PROJECT_ACTION_LABELS,
    "platform": PLATFORM_LABELS,
    "project_close_reason": CLOSE_REASON_LABELS,
    "role": ROLE_LABELS,
    "scope": SCOPE_LABELS,
    "locality_kind": KIND_LABELS,
    "locality_level": LEVEL_LABELS,
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "consent_form": CONSENT_FORMS,
    "consent_purpose": CONSENT_PURPOSES,
}


def all_vocabularies() -> VocabulariesOut:
    return vocabularies_of(WORDS, {"ethnicity": ETHNICITY_ALIASES})
