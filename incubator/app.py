"""The application: the only module that knows every feature."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State

from incubator.accounts.authentication import Authentication
from incubator.accounts.feeds.routes import feed_handlers
from incubator.accounts.routes import accounts_router
from incubator.actor import Role
from incubator.api.body import JsonBody
from incubator.api.entry import enter
from incubator.api.problems import handle_exception
from incubator.api.query import refuse_parameters
from incubator.api.routes import service_router
from incubator.api.service import Service
from incubator.api.tables import Exports
from incubator.api.vocabularies import vocabularies_router
from incubator.db import Database
from incubator.events.attendance.routes import attendance_handlers
from incubator.events.calendar.routes import event_calendar_handlers, public_events_router
from incubator.events.check_in.reviews.routes import check_in_reviews_router, event_review_handlers
from incubator.events.check_in.routes import check_in_handlers
from incubator.events.devices.routes import device_handlers, devices_router, own_device_handlers
from incubator.events.headcounts.routes import headcount_handlers, headcount_report_handlers
from incubator.events.layout.routes import layout_handlers
from incubator.events.manifest.routes import manifest_handlers
from incubator.events.moves.routes import event_move_handlers
from incubator.events.registrations.routes import registration_handlers, registrations_router
from incubator.events.routes import event_handlers
from incubator.events.team.routes import team_handlers
from incubator.ideas.calls.routes import calls_router
from incubator.ideas.dossier.routes import dossier_handlers
from incubator.ideas.duplicates.routes import duplicate_handlers
from incubator.ideas.moves.routes import move_handlers
from incubator.ideas.panels.routes import panels_router
from incubator.ideas.reviews.actions import return_reviews, return_screening
from incubator.ideas.reviews.routes import my_reviews_router, ranking_router, review_handlers
from incubator.ideas.routes import idea_handlers, public_ideas_router
from incubator.idempotency import check_key
from incubator.lifespan import lifespan
from incubator.loans.applications.routes import loan_applications_router
from incubator.loans.bank_balances.routes import bank_balances_router
from incubator.loans.due.routes import due_handlers
from incubator.loans.groups.members.routes import group_member_handlers
from incubator.loans.groups.routes import credit_group_handlers
from incubator.loans.inspections.routes import inspection_handlers
from incubator.loans.interest.routes import interest_handlers
from incubator.loans.ledger.batches.routes import entry_batches_router
from incubator.loans.ledger.requests.routes import entry_requests_router
from incubator.loans.ledger.routes import entry_handlers
from incubator.loans.lenders.routes import lenders_router
from incubator.loans.plan.routes import plan_handlers
from incubator.loans.programmes.routes import loan_programmes_router
from incubator.loans.reconciliation.routes import reconciliations_router
from incubator.loans.routes import loan_handlers
from incubator.loans.schedules.routes import schedule_handlers
from incubator.localities.routes import localities_router
from incubator.logs import configure_logs
from incubator.mentoring.action_items.routes import action_items_router
from incubator.mentoring.briefing.routes import briefing_handlers
from incubator.mentoring.calendar.routes import session_calendar_handlers
from incubator.mentoring.graduation.routes import graduation_handlers
from incubator.mentoring.mentors.routes import mentor_suggestion_handlers, mentors_router
from incubator.mentoring.outcomes.routes import outcome_handlers
from incubator.mentoring.programmes.routes import programmes_router
from incubator.mentoring.routes import consultations_router
from incubator.mentoring.sessions.guests.routes import participant_handlers
from incubator.mentoring.sessions.moves.routes import session_move_handlers
from incubator.mentoring.sessions.parts.routes import session_mentor_handlers
from incubator.mentoring.sessions.routes import session_handlers
from incubator.mentoring.sessions.waiting.routes import waiting_project_handlers
from incubator.people.citizen_ids.routes import citizen_ids_router
from incubator.people.duplicates.routes import duplicates_router
from incubator.people.households.routes import households_router
from incubator.people.merges.routes import merges_router
from incubator.people.routes import people_router
from incubator.projects.mentors.actions import end_mentoring
from incubator.projects.mentors.routes import project_mentor_handlers
from incubator.projects.moves.routes import project_move_handlers
from incubator.projects.routes import project_handlers
from incubator.providers import PROVIDERS
from incubator.settings import Settings
from incubator.stats.routes import stats_router
from incubator.tasks.routes import tasks_router
from incubator.vocabularies import all_vocabularies

ROUTERS: list[Router] = [
    service_router,
    accounts_router,
    localities_router,
    people_router,
    citizen_ids_router,
    duplicates_router,
    merges_router,
    households_router,
    calls_router,
    Router(
        "/v1/ideas",
        route_handlers=[*idea_handlers, *move_handlers, *dossier_handlers, *review_handlers, *duplicate_handlers],
        tags=["Ideas"],
    ),
    public_ideas_router,
    panels_router,
    my_reviews_router,
    ranking_router,
    Router(
        "/v1/projects",
        route_handlers=[
            *project_handlers,
            *project_move_handlers,
            *project_mentor_handlers,
            *mentor_suggestion_handlers,
            *waiting_project_handlers,
            *briefing_handlers,
            *outcome_handlers,
            *graduation_handlers,
        ],
        tags=["Projects"],
    ),
    mentors_router,
    programmes_router,
    Router(
        "/v1/sessions",
        route_handlers=[*session_handlers, *session_move_handlers, *session_mentor_handlers, *participant_handlers],
        tags=["Sessions"],
    ),
    consultations_router,
    action_items_router,
    Router(
        "/v1/calendar",
        route_handlers=[*session_calendar_handlers, *event_calendar_handlers, *feed_handlers],
        tags=["Calendar"],
    ),
    public_events_router,
    lenders_router,
    loan_applications_router,
    loan_programmes_router,
    Router(
        "/v1/credit-groups", route_handlers=[*credit_group_handlers, *group_member_handlers], tags=["Credit groups"]
    ),
    Router(
        "/v1/loans",
        route_handlers=[
            *loan_handlers,
            *schedule_handlers,
            *plan_handlers,
            *interest_handlers,
            *entry_handlers,
            *inspection_handlers,
            *due_handlers,
        ],
        tags=["Loans"],
    ),
    entry_requests_router,
    entry_batches_router,
    bank_balances_router,
    reconciliations_router,
    Router(
        "/v1/events",
        route_handlers=[
            *event_handlers,
            *event_move_handlers,
            *layout_handlers,
            *team_handlers,
            *device_handlers,
            *manifest_handlers,
            *headcount_handlers,
            *registration_handlers,
            *attendance_handlers,
            *event_review_handlers,
        ],
        tags=["Events"],
    ),
    registrations_router,
    devices_router,
    check_in_reviews_router,
    Router(
        "/v1/check-in",
        route_handlers=[*check_in_handlers, *own_device_handlers, *headcount_report_handlers],
        tags=["Check-in"],
    ),
    stats_router,
    tasks_router,
    vocabularies_router(all_vocabularies()),
]

WHEN_ROLE_IS_LOST = {
    Role.reviewer: return_reviews,
    Role.staff: return_screening,
    Role.mentor: end_mentoring,
}
"""The open work of who loses a role, or the whole account, goes back to staff."""


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
        lifespan=[lifespan(settings, clock)] if database is None else [],
        state=State(
            {
                "settings": settings,
                "database": database,
                "clock": clock,
                "exports": Exports(),
                "drain_file": settings.drain_file,
                "on_role_lost": WHEN_ROLE_IS_LOST,
            }
        ),
        guards=[enter(Authentication(settings.token_cache_seconds), settings.max_body, settings.figure_deadline)],
        dependencies=dict(PROVIDERS),
        dto=JsonBody,
        return_dto=None,
        before_request=_look_at_head,
        exception_handlers={Exception: handle_exception},
        openapi_config=None,
        request_max_body_size=settings.max_body,
        cors_config=_cors(settings),
        logging_config=None,
    )
    return Service(litestar, settings)


async def _look_at_head(request: Request[Any, Any, Any]) -> None:
    """What is refused for its parameters and headers by all handlers alike, after the guards and before a session."""
    await refuse_parameters(request)
    check_key(request)


def _cors(settings: Settings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_headers=[
            "authorization",
            "content-encoding",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
        ],
        expose_headers=["date", "etag", "link", "location", "retry-after", "x-request-id", "idempotency-replayed"],
        max_age=600,
    )
