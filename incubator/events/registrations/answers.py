"""What is told of many registrations at once, now and when the same request is sent again."""

from collections.abc import Callable, Mapping
from uuid import UUID

import msgspec

from incubator.actor import Actor
from incubator.api.problems import Problem
from incubator.db import Reads
from incubator.errors import DomainError
from incubator.events.registrations.entering import Entered
from incubator.events.registrations.queries import get_registrations
from incubator.events.registrations.schemas import (
    RegistrationCreated,
    RegistrationOut,
    RegistrationResult,
    RegistrationsOut,
)


def created(actor: Actor, shown: RegistrationOut, entered: Entered) -> RegistrationCreated:
    """Whether somebody like them is known already is not for programs: whoever calls them could ask for anybody."""
    alike = None if actor.kind == "token" else entered.possible_duplicate
    return RegistrationCreated(**msgspec.structs.asdict(shown), ticket=entered.ticket, possible_duplicate=alike)


async def results_of(
    reads: Reads,
    actor: Actor,
    outcomes: Mapping[UUID, Entered | DomainError],
    told: Callable[[DomainError], Problem],
) -> RegistrationsOut:
    """A result for each item, in their order; `told` says a refusal in the words of the caller."""
    done = [outcome.id for outcome in outcomes.values() if isinstance(outcome, Entered)]
    shown = await get_registrations(reads, actor, done)

    def result(id_: UUID, outcome: Entered | DomainError) -> RegistrationResult:
        if isinstance(outcome, DomainError):
            return RegistrationResult(id_, "failed", told(outcome), None)
        return RegistrationResult(id_, "done", None, created(actor, shown[outcome.id], outcome))

    return RegistrationsOut([result(id_, outcome) for id_, outcome in outcomes.items()])


def without_tickets(out: RegistrationsOut) -> RegistrationsOut:
    """What is kept of the answer."""
    return RegistrationsOut(
        [msgspec.structs.replace(item, registration=_bare(item.registration)) for item in out.items]
    )


async def seen_again(reads: Reads, actor: Actor, body: bytes) -> None:
    """404 for who may no longer see all of what the answer told."""
    told = msgspec.json.decode(body, type=RegistrationsOut)
    await get_registrations(reads, actor, [item.registration.id for item in told.items if item.registration])


def _bare(registration: RegistrationCreated | None) -> RegistrationCreated | None:
    return registration and msgspec.structs.replace(registration, ticket=None)
