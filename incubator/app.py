"""The application: the only module that knows every feature."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.authentication import Authentication
from incubator.accounts.routes import accounts_router
from incubator.actor import Actor
from incubator.api.answers import if_match
from incubator.api.body import JsonBody
from incubator.api.entry import actor_of, enter
from incubator.api.given import Given
from incubator.api.problems import handle_exception
from incubator.api.query import refuse_parameters
from incubator.api.routes import service_router
from incubator.api.service import Service
from incubator.api.tables import Exports
from incubator.api.vocabularies import vocabularies_router
from incubator.days import civil_day
from incubator.db import Database, Reads
from incubator.ideas.calls.routes import calls_router
from incubator.ideas.dossier.routes import dossier_handlers
from incubator.ideas.moves.routes import move_handlers
from incubator.ideas.panels.routes import panels_router
from incubator.ideas.reviews.actions import return_assignments
from incubator.ideas.reviews.routes import my_reviews_router, ranking_router, review_handlers
from incubator.ideas.routes import idea_handlers, public_ideas_router
from incubator.idempotency import once
from incubator.localities.routes import localities_router
from incubator.logs import configure_logs
from incubator.people.routes import people_router
from incubator.projects.mentors.actions import end_mentoring
from incubator.projects.mentors.routes import project_mentor_handlers
from incubator.projects.moves.routes import project_move_handlers
from incubator.projects.routes import project_handlers
from incubator.settings import Settings
from incubator.vocabularies import all_vocabularies

ROUTERS: list[Router] = [
    service_router,
    accounts_router,
    localities_router,
    people_router,
    calls_router,
    Router(
        "/v1/ideas",
        route_handlers=[*idea_handlers, *move_handlers, *dossier_handlers, *review_handlers],
        tags=["Ideas"],
    ),
    public_ideas_router,
    panels_router,
    my_reviews_router,
    ranking_router,
    Router(
        "/v1/projects",
        route_handlers=[*project_handlers, *project_move_handlers, *project_mentor_handlers],
        tags=["Projects"],
    ),
    vocabularies_router(all_vocabularies()),
]

WHEN_ACCOUNT_IS_DISABLED = (return_assignments, end_mentoring)
"""A disabled account's open work goes back to staff, feature by feature."""


def create_app(
    settings: Settings,
    database: Database | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Service:
    """The whole service. Without a database the application opens one at start-up and closes it at the end."""
    configure_logs(settings.log_level)
    litestar = Litestar(
        route_handlers=ROUTERS,
        lifespan=[_database(settings)] if database is None else [],
        state=State(
            {
                "settings": settings,
                "database": database,
                "clock": clock,
                "exports": Exports(),
                "on_account_disabled": WHEN_ACCOUNT_IS_DISABLED,
            }
        ),
        guards=[enter(Authentication(settings.token_cache_seconds), settings.max_body, settings.figure_deadline)],
        dependencies={
            "session": Provide(provide_session),
            "reads": Provide(provide_reads, sync_to_thread=False),
            "actor": Provide(provide_actor, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "today": Provide(provide_today, sync_to_thread=False),
            "once": Provide(once, sync_to_thread=False),
            "if_match": Provide(if_match, sync_to_thread=False),
        },
        dto=JsonBody,
        return_dto=None,
        before_request=refuse_parameters,
        exception_handlers={Exception: handle_exception},
        openapi_config=None,
        request_max_body_size=settings.max_body,
        cors_config=_cors(settings),
        logging_config=None,
    )
    return Service(litestar, settings)


async def provide_session(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncSession]:
    """One request, one transaction. Litestar finishes this generator before the answer starts, so a failed
    COMMIT is an error and never a 201 (tests/test_transactions.py)."""
    async with request.app.state.database.begin() as session:
        yield session


# Litestar resolves dependencies that do not depend on each other in a task group of their own, which costs more
# than all of them together. So each of the cheap ones names the one before it, and they run one by one.


def provide_reads(request: Request[Any, Any, Any]) -> Reads:
    return request.app.state.database.reads  # type: ignore[no-any-return]


def provide_actor(request: Request[Any, Any, Any], reads: Given[Reads]) -> Actor:
    return actor_of(request)


def provide_now(request: Request[Any, Any, Any], actor: Given[Actor]) -> datetime:
    return request.app.state.clock()  # type: ignore[no-any-return]


def provide_today(now: Given[datetime]) -> date:
    """The civil day in Viet Nam."""
    return civil_day(now)


def _database(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        database = app.state.database = await Database.open(settings)
        _leave_start_up_out_of_collections()
        try:
            yield
        finally:
            await database.close()

    return lifespan


def _leave_start_up_out_of_collections() -> None:
    """What start-up made (modules, mappers, handlers) lives to the end; each collection would search it in vain."""
    gc.collect()
    gc.freeze()


def _cors(settings: Settings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"],
        expose_headers=["etag", "link", "location", "retry-after", "x-request-id", "idempotency-replayed"],
        max_age=600,
    )
