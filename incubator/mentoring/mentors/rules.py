"""Whom a project should get: how a mentor is scored, point by point. No database.

| for | points |
|---|---|
| each platform that the baseline needs and the mentor knows, never consulted yet | 30 |
| the same, consulted already | 15 |
| each sector of the project's ideas that the mentor knows | 20 |
| each language asked for that the mentor speaks | 15 |
| living in the project's commune, its province, elsewhere, nobody knows where | 10, 6, 2, 0 |
| room: ten points for no project at all, fewer with each one, by share of the capacity | 10 to 0 |

So what the project lacks comes before where the mentor lives and how much they have to do, which part equals.
Before all points, whoever speaks one of the languages asked for comes before whoever speaks none: advice that is not
understood helps nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from incubator.ideas.calls.models import Sector
from incubator.mentoring.mentors.models import Language
from incubator.mentoring.mentors.schemas import Distance, ReasonCode, ReasonOut, SuggestionOut
from incubator.projects.models import Platform

NEVER_CONSULTED = 30
CONSULTED_ALREADY = 15
SECTOR = 20
LANGUAGE = 15
NEARNESS: Mapping[Distance, int] = {
    Distance.same_commune: 10,
    Distance.same_province: 6,
    Distance.elsewhere: 2,
    Distance.unknown: 0,
}
ROOM = 10


class Wish(msgspec.Struct, frozen=True):
    """What is looked for. `needs` says of each platform that is needed whether the project was consulted on it."""

    needs: Mapping[Platform, bool]
    sectors: frozenset[Sector]
    languages: Sequence[Language]
    commune_id: UUID
    province_id: UUID


class Candidate(msgspec.Struct, frozen=True):
    """A mentor with room for one more project, so that `capacity` is above `projects`."""

    mentor_id: UUID
    person_id: UUID
    full_name: str
    account_id: UUID
    username: str
    organisation: str | None
    platforms: Sequence[Platform]
    sectors: Sequence[Sector]
    languages: Sequence[Language]
    capacity: int
    projects: int
    commune_id: UUID | None
    province_id: UUID | None


def suggest(candidates: Iterable[Candidate], wish: Wish, limit: int) -> list[SuggestionOut]:
    """Who speaks a language asked for, and of these the best by score, then those with the smaller share of their
    capacity in use, then by id; then who speaks none, likewise."""

    def place(suggestion: SuggestionOut) -> tuple[float, ...]:
        is_mute = all(reason.code is not ReasonCode.language for reason in suggestion.reasons)
        return (is_mute, -suggestion.score, suggestion.projects / suggestion.capacity, suggestion.mentor_id.int)

    return sorted((score(candidate, wish) for candidate in candidates), key=place)[:limit]


def score(candidate: Candidate, wish: Wish) -> SuggestionOut:
    reasons = reasons_for(candidate, wish)
    return SuggestionOut(
        mentor_id=candidate.mentor_id, person_id=candidate.person_id, full_name=candidate.full_name,
        account_id=candidate.account_id, username=candidate.username, organisation=candidate.organisation,
        projects=candidate.projects, capacity=candidate.capacity,
        score=sum(reason.points for reason in reasons), reasons=reasons,
    )  # fmt: skip


def reasons_for(candidate: Candidate, wish: Wish) -> list[ReasonOut]:
    """What speaks for the mentor, in the order of the table above; distance and load are always told."""
    needed = [platform for platform in Platform if platform in wish.needs and platform in candidate.platforms]
    sectors = [sector for sector in Sector if sector in wish.sectors and sector in candidate.sectors]
    spoken = [language for language in wish.languages if language in candidate.languages]
    far = distance(candidate, wish)
    return [
        *(_platform_needed(platform, consulted=wish.needs[platform]) for platform in needed),
        *(_reason(ReasonCode.sector, SECTOR, sector=sector) for sector in sectors),
        *(_reason(ReasonCode.language, LANGUAGE, language=language) for language in dict.fromkeys(spoken)),
        _reason(ReasonCode.distance, NEARNESS[far], distance=far),
        _load(candidate.projects, candidate.capacity),
    ]


def distance(candidate: Candidate, wish: Wish) -> Distance:
    if candidate.commune_id is None:
        return Distance.unknown
    if candidate.commune_id == wish.commune_id:
        return Distance.same_commune
    return Distance.same_province if candidate.province_id == wish.province_id else Distance.elsewhere


def _platform_needed(platform: Platform, *, consulted: bool) -> ReasonOut:
    points = CONSULTED_ALREADY if consulted else NEVER_CONSULTED
    return _reason(ReasonCode.platform_needed, points, platform=platform, consulted=consulted)


def _load(projects: int, capacity: int) -> ReasonOut:
    room = ROOM * (capacity - projects) // capacity
    return _reason(ReasonCode.load, room, projects=projects, capacity=capacity)


def _reason(
    code: ReasonCode,
    points: int,
    *,
    platform: Platform | None = None,
    consulted: bool | None = None,
    sector: Sector | None = None,
    language: Language | None = None,
    distance: Distance | None = None,
    projects: int | None = None,
    capacity: int | None = None,
) -> ReasonOut:
    return ReasonOut(code, points, platform, consulted, sector, language, distance, projects, capacity)
