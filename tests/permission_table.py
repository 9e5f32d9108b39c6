"""Who may call what: every route of the application, and who gets past its guard.

A row names those who may; everybody else is refused with 403, and who does not say who they are with 401.
Where the right depends on the body, each body has a row. Rows out of one's scope are another matter (test_scope.py).
"""

from typing import Any, NamedTuple

ROLES = ("admin", "approver", "staff", "commune_staff", "reviewer", "mentor", "analyst")
SCOPES = (
    "ideas:submit", "ideas:read", "projects:read", "people:read", "loans:read", "events:read",
    "events:register", "check_in:write", "calendar:read", "stats:read",
)  # fmt: skip

ANYBODY = "anonymous " + " ".join((*ROLES, *SCOPES))
CALLERS = " ".join((*ROLES, *SCOPES))
ACCOUNTS = " ".join(ROLES)

ADMIN = "admin"
STAFF = "staff"
APPROVER = "approver"
REVIEWER = "reviewer"
INSIDE = "approver staff"
COMPARERS = "approver staff commune_staff"
ENTERERS = "staff commune_staff ideas:submit"
READERS = "approver staff commune_staff reviewer mentor ideas:read ideas:submit"
LISTENERS = "approver staff commune_staff reviewer ideas:read ideas:submit"
SPEAKERS = "approver staff commune_staff reviewer ideas:submit"
MARKERS = "approver staff reviewer"
MOVERS = "approver staff commune_staff ideas:submit"
CALL_READERS = "approver staff commune_staff reviewer ideas:read ideas:submit"
PEOPLE_READERS = "approver staff commune_staff mentor people:read"
PEOPLE_ENTERERS = "staff commune_staff"
HOUSEHOLD_READERS = "approver staff commune_staff people:read"
PROJECT_READERS = "approver staff commune_staff mentor projects:read"
FOLLOWERS = "approver staff commune_staff mentor"
WRITERS = "staff mentor"
REPORTERS = "staff mentor"
LOAN_READERS = "approver staff commune_staff loans:read"
COUNTERS = "approver staff commune_staff analyst stats:read"
EVENT_READERS = "approver staff commune_staff mentor"
ORGANISERS = "staff commune_staff"
REGISTRARS = "staff commune_staff events:register"

HOUSEHOLD = "/v1/households/{household_id}"
EVENT = "/v1/events/{event_id}"
ATTENDANCE = f"{EVENT}/sessions/{{session_id}}/attendances/{{person_id}}"
CHECK_IN_REVIEW = "/v1/check-in-reviews/{check_in_review_id}"
REGISTRATION = "/v1/registrations/{registration_id}"
IDEA = "/v1/ideas/{idea_id}"
PROJECT = "/v1/projects/{project_id}"
SESSION = "/v1/sessions/{session_id}"
LOAN = "/v1/loans/{loan_id}"
APPLICATION = "/v1/loan-applications/{application_id}"
SOME_ID = "0193b1f0-0000-7000-8000-000000000000"
WHY = {"reason": "Nhầm lẫn"}


class Row(NamedTuple):
    """A route, who may call it, and the body that it is called with where the right depends on that."""

    method: str
    path: str
    may: str
    body: dict[str, Any] = {}

    @property
    def route(self) -> tuple[str, str]:
        return self.method, self.path

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.method, self.path, self.body.get("action", ""))))


def _move(path: str, may: str, action: str, **data: Any) -> Row:
    return Row("POST", f"{path}/transitions", may, {"action": action, **data})


TABLE = (
    # The service itself
    Row("GET", "/healthz", ANYBODY),
    Row("GET", "/readyz", ANYBODY),
    Row("GET", "/metrics", ANYBODY),
    Row("GET", "/openapi.json", ANYBODY),
    Row("GET", "/docs", ANYBODY),
    Row("GET", "/docs/{file_name}", ANYBODY),
    Row("GET", "/errors/{code}", ANYBODY),
    Row("GET", "/v1/vocabularies", ANYBODY),
    # Oneself
    Row("POST", "/v1/auth/login", ANYBODY),
    Row("POST", "/v1/auth/password", ACCOUNTS),
    Row("GET", "/v1/me", CALLERS),
    Row("GET", "/v1/me/tasks", CALLERS),
    # Accounts, grants, tokens, audit
    Row("GET", "/v1/accounts", ADMIN),
    Row("POST", "/v1/accounts", ADMIN),
    Row("GET", "/v1/accounts/{account_id}", ADMIN),
    Row("PATCH", "/v1/accounts/{account_id}", ADMIN),
    Row("POST", "/v1/accounts/{account_id}/grants", ADMIN),
    Row("DELETE", "/v1/accounts/{account_id}/grants/{grant_id}", ADMIN),
    Row("POST", "/v1/accounts/{account_id}/password-reset", ADMIN),
    Row("GET", "/v1/tokens", ADMIN),
    Row("POST", "/v1/tokens", ADMIN),
    Row("GET", "/v1/tokens/{token_id}", ADMIN),
    Row("POST", "/v1/tokens/{token_id}/roll", ADMIN),
    Row("DELETE", "/v1/tokens/{token_id}", ADMIN),
    Row("GET", "/v1/audit", "admin approver"),
    # Localities
    Row("GET", "/v1/localities", CALLERS),
    Row("POST", "/v1/localities", STAFF),
    Row("GET", "/v1/localities/resolve", CALLERS),
    Row("GET", "/v1/localities/{locality_id}", CALLERS),
    # People
    Row("GET", "/v1/people", PEOPLE_READERS),
    Row("POST", "/v1/people", PEOPLE_ENTERERS),
    Row("GET", "/v1/people/{person_id}", PEOPLE_READERS),
    Row("PATCH", "/v1/people/{person_id}", PEOPLE_ENTERERS),
    Row("GET", "/v1/people/{person_id}/consents", PEOPLE_READERS),
    Row("POST", "/v1/people/{person_id}/consents", PEOPLE_ENTERERS),
    Row("GET", "/v1/people/{person_id}/citizen-id", HOUSEHOLD_READERS),
    Row("PUT", "/v1/people/{person_id}/citizen-id", PEOPLE_ENTERERS),
    Row("DELETE", "/v1/people/{person_id}/citizen-id", PEOPLE_ENTERERS),
    Row("POST", "/v1/people/citizen-id-lookups", HOUSEHOLD_READERS),
    Row("GET", "/v1/people/duplicates", HOUSEHOLD_READERS),
    Row("GET", "/v1/people/duplicates/{duplicate_id}", HOUSEHOLD_READERS),
    Row("POST", "/v1/people/duplicates/{duplicate_id}/resolution", STAFF),
    Row("POST", "/v1/people/{person_id}/duplicate-searches", PEOPLE_ENTERERS),
    Row("GET", "/v1/people/{person_id}/merges", HOUSEHOLD_READERS),
    Row("POST", "/v1/people/{person_id}/merges", STAFF),
    Row("POST", "/v1/people/merges/{merge_id}/undo", STAFF),
    # Households
    Row("GET", "/v1/households", HOUSEHOLD_READERS),
    Row("POST", "/v1/households", PEOPLE_ENTERERS),
    Row("GET", HOUSEHOLD, HOUSEHOLD_READERS),
    Row("PATCH", HOUSEHOLD, PEOPLE_ENTERERS),
    Row("GET", f"{HOUSEHOLD}/members", HOUSEHOLD_READERS),
    Row("POST", f"{HOUSEHOLD}/members", PEOPLE_ENTERERS),
    Row("PATCH", f"{HOUSEHOLD}/members/{{member_id}}", PEOPLE_ENTERERS),
    Row("GET", f"{HOUSEHOLD}/classes", HOUSEHOLD_READERS),
    Row("PUT", f"{HOUSEHOLD}/classes/{{from_on}}", PEOPLE_ENTERERS),
    Row("DELETE", f"{HOUSEHOLD}/classes/{{from_on}}", PEOPLE_ENTERERS),
    # Calls, rubrics, panels
    Row("GET", "/v1/calls", CALL_READERS),
    Row("POST", "/v1/calls", STAFF),
    Row("GET", "/v1/calls/{call_id}", CALL_READERS),
    Row("PATCH", "/v1/calls/{call_id}", STAFF),
    Row("GET", "/v1/calls/{call_id}/rubrics", CALL_READERS),
    Row("POST", "/v1/calls/{call_id}/rubrics", STAFF),
    Row("GET", "/v1/calls/{call_id}/ranking", MARKERS),
    Row("GET", "/v1/panels", INSIDE),
    Row("POST", "/v1/panels", STAFF),
    Row("GET", "/v1/panels/{panel_id}", INSIDE),
    Row("POST", "/v1/panels/{panel_id}/decisions", APPROVER),
    # Ideas and the file on them
    Row("GET", "/v1/ideas", READERS),
    Row("POST", "/v1/ideas", ENTERERS),
    Row("GET", IDEA, READERS),
    Row("PATCH", IDEA, ENTERERS),
    Row("GET", f"{IDEA}/versions", READERS),
    Row("GET", f"{IDEA}/documents", READERS),
    Row("POST", f"{IDEA}/documents", ENTERERS),
    Row("GET", f"{IDEA}/comments", LISTENERS),
    Row("POST", f"{IDEA}/comments", SPEAKERS),
    Row("GET", "/v1/public/ideas/{tracking_code}", ANYBODY),
    # The moves of an idea
    Row("GET", f"{IDEA}/transitions", READERS),
    _move(IDEA, ENTERERS, "submit"),
    _move(IDEA, STAFF, "start_screening"),
    _move(IDEA, STAFF, "request_info", question="Ai lo đầu ra?", due_on="2025-12-31"),
    _move(IDEA, ENTERERS, "provide_info", no_change_reason="Đã ghi trong đơn"),
    _move(IDEA, STAFF, "lapse"),
    _move(IDEA, STAFF, "pass_screening"),
    _move(IDEA, STAFF, "screen_out", reason_code="incomplete", message="Hồ sơ thiếu"),
    _move(IDEA, STAFF, "close_review"),
    _move(IDEA, STAFF, "reopen_review", **WHY),
    _move(IDEA, APPROVER, "decide", panel_id=SOME_ID, outcome="accepted", message="Chúc mừng!"),
    _move(IDEA, ENTERERS, "withdraw", reason_code="other"),
    _move(IDEA, STAFF, "merge_into", target_id=SOME_ID),
    _move(IDEA, APPROVER, "reconsider", **WHY),
    _move(IDEA, MOVERS, "void", **WHY),
    # Ideas that may be the same one
    Row("GET", f"{IDEA}/duplicates", COMPARERS),
    Row("GET", f"{IDEA}/duplicates/{{pair_id}}", COMPARERS),
    Row("POST", f"{IDEA}/duplicate-searches", STAFF),
    Row("POST", f"{IDEA}/duplicates/{{pair_id}}/resolution", STAFF, {"action": "not_duplicate"}),
    Row("POST", f"{IDEA}/duplicates/{{pair_id}}/resolution", STAFF, {"action": "reopen"}),
    # Reviews
    Row("GET", f"{IDEA}/reviews", MARKERS),
    Row("POST", f"{IDEA}/reviews", STAFF),
    Row("DELETE", f"{IDEA}/reviews/{{review_id}}", STAFF),
    Row("POST", f"{IDEA}/reviews/{{review_id}}/transitions", STAFF),
    Row("GET", f"{IDEA}/reviews/mine", REVIEWER),
    Row("PUT", f"{IDEA}/reviews/mine", REVIEWER),
    Row("POST", f"{IDEA}/reviews/mine/transitions", REVIEWER),
    Row("GET", f"{IDEA}/conflicts", INSIDE),
    Row("POST", f"{IDEA}/conflicts", STAFF),
    Row("GET", "/v1/reviews/mine", REVIEWER),
    # Projects
    Row("GET", "/v1/projects", PROJECT_READERS),
    Row("POST", "/v1/projects", STAFF),
    Row("GET", PROJECT, PROJECT_READERS),
    Row("PATCH", PROJECT, STAFF),
    Row("GET", f"{PROJECT}/mentors", PROJECT_READERS),
    Row("POST", f"{PROJECT}/mentors", STAFF),
    Row("GET", f"{PROJECT}/mentors/{{assignment_id}}", PROJECT_READERS),
    Row("POST", f"{PROJECT}/mentors/{{assignment_id}}/transitions", STAFF),
    Row("GET", f"{PROJECT}/transitions", PROJECT_READERS),
    _move(PROJECT, STAFF, "activate"),
    _move(PROJECT, STAFF, "pause", **WHY),
    _move(PROJECT, STAFF, "resume", **WHY),
    _move(PROJECT, STAFF, "close", reason_code="family"),
    _move(PROJECT, APPROVER, "reopen", **WHY),
    _move(PROJECT, INSIDE, "void", **WHY),
    # Mentors and programmes
    Row("GET", "/v1/mentors", "approver staff mentor"),
    Row("POST", "/v1/mentors", STAFF),
    Row("GET", "/v1/mentors/load", INSIDE),
    Row("GET", "/v1/mentors/{mentor_id}", "approver staff mentor"),
    Row("PATCH", "/v1/mentors/{mentor_id}", STAFF),
    Row("GET", f"{PROJECT}/mentor-suggestions", STAFF),
    Row("GET", "/v1/programmes", "approver staff mentor"),
    Row("POST", "/v1/programmes", STAFF),
    Row("GET", "/v1/programmes/{programme_id}", "approver staff mentor"),
    Row("PATCH", "/v1/programmes/{programme_id}", STAFF),
    # Consultations and action items
    Row("GET", "/v1/consultations", FOLLOWERS),
    Row("POST", "/v1/consultations", WRITERS),
    Row("GET", "/v1/consultations/{consultation_id}", FOLLOWERS),
    Row("PATCH", "/v1/consultations/{consultation_id}", WRITERS),
    Row("GET", "/v1/consultations/{consultation_id}/versions", FOLLOWERS),
    Row("POST", "/v1/consultations/{consultation_id}/corrections", WRITERS, WHY),
    _move("/v1/consultations/{consultation_id}", WRITERS, "void", **WHY),
    Row("GET", "/v1/action-items", FOLLOWERS),
    Row("POST", "/v1/action-items", WRITERS),
    Row("GET", "/v1/action-items/{item_id}", FOLLOWERS),
    Row("PATCH", "/v1/action-items/{item_id}", WRITERS),
    Row("GET", "/v1/action-items/{item_id}/transitions", FOLLOWERS),
    _move("/v1/action-items/{item_id}", WRITERS, "complete"),
    _move("/v1/action-items/{item_id}", WRITERS, "drop", **WHY),
    _move("/v1/action-items/{item_id}", WRITERS, "reopen", **WHY),
    # Sessions
    Row("GET", "/v1/sessions", FOLLOWERS),
    Row("POST", "/v1/sessions", REPORTERS),
    Row("GET", SESSION, FOLLOWERS),
    Row("PATCH", SESSION, REPORTERS),
    Row("GET", f"{SESSION}/transitions", FOLLOWERS),
    _move(SESSION, REPORTERS, "confirm"),
    _move(SESSION, REPORTERS, "hold", mentors=[{"mentor_id": SOME_ID, "attendance": "absent"}]),
    _move(SESSION, REPORTERS, "cancel", **WHY),
    _move(SESSION, STAFF, "mentor_absent"),
    _move(SESSION, REPORTERS, "guests_absent"),
    _move(SESSION, STAFF, "void", **WHY),
    Row("PUT", f"{SESSION}/mentors/{{mentor_id}}", REPORTERS),
    Row("DELETE", f"{SESSION}/mentors/{{mentor_id}}", STAFF),
    Row("GET", f"{SESSION}/participants", FOLLOWERS),
    Row("POST", f"{SESSION}/participants", "staff commune_staff mentor"),
    Row("POST", f"{SESSION}/sign-ins", "staff commune_staff mentor"),
    Row("GET", "/v1/projects/without-session", FOLLOWERS),
    # Outcomes and graduation
    Row("GET", f"{PROJECT}/outcomes", FOLLOWERS),
    Row("POST", f"{PROJECT}/outcomes", "staff mentor"),
    Row("GET", f"{PROJECT}/outcomes/{{outcome_id}}", FOLLOWERS),
    Row("GET", f"{PROJECT}/graduation", FOLLOWERS),
    Row("POST", f"{PROJECT}/graduation", APPROVER),
    Row("GET", f"{PROJECT}/graduation/requests", FOLLOWERS),
    Row("POST", f"{PROJECT}/graduation/requests", APPROVER),
    Row("GET", f"{PROJECT}/graduation/requests/{{request_id}}", FOLLOWERS),
    _move(f"{PROJECT}/graduation/requests/{{request_id}}", APPROVER, "approve"),
    _move(f"{PROJECT}/graduation/requests/{{request_id}}", APPROVER, "refuse", note="Chưa đủ"),
    _move(f"{PROJECT}/graduation/requests/{{request_id}}", APPROVER, "withdraw"),
    # Briefing
    Row("GET", f"{PROJECT}/briefing", FOLLOWERS),
    # Calendar
    Row("GET", "/v1/calendar/sessions.ics", "approver staff commune_staff mentor calendar:read"),
    Row("GET", "/v1/calendar/events.ics", "approver staff commune_staff mentor calendar:read"),
    Row("GET", "/v1/calendar/feeds", FOLLOWERS),
    Row("POST", "/v1/calendar/feeds", FOLLOWERS),
    Row("GET", "/v1/calendar/feeds/{feed_id}", FOLLOWERS),
    Row("DELETE", "/v1/calendar/feeds/{feed_id}", FOLLOWERS),
    Row("GET", "/v1/calendar/feeds/{secret}/sessions.ics", ANYBODY),
    Row("GET", "/v1/calendar/feeds/{secret}/events.ics", ANYBODY),
    Row("GET", "/v1/public/events.ics", ANYBODY),
    # Lenders, loan programmes and credit groups
    Row("GET", "/v1/lenders", LOAN_READERS),
    Row("POST", "/v1/lenders", STAFF),
    Row("GET", "/v1/lenders/{lender_id}", LOAN_READERS),
    Row("PATCH", "/v1/lenders/{lender_id}", STAFF),
    Row("GET", "/v1/loan-programmes", LOAN_READERS),
    Row("POST", "/v1/loan-programmes", STAFF),
    Row("GET", "/v1/loan-programmes/{loan_programme_id}", LOAN_READERS),
    Row("PATCH", "/v1/loan-programmes/{loan_programme_id}", STAFF),
    Row("GET", "/v1/loan-programmes/{loan_programme_id}/rates", LOAN_READERS),
    Row("PUT", "/v1/loan-programmes/{loan_programme_id}/rates/{from_on}", STAFF),
    Row("DELETE", "/v1/loan-programmes/{loan_programme_id}/rates/{from_on}", STAFF),
    Row("GET", "/v1/credit-groups", LOAN_READERS),
    Row("POST", "/v1/credit-groups", STAFF),
    Row("GET", "/v1/credit-groups/{group_id}", LOAN_READERS),
    Row("PATCH", "/v1/credit-groups/{group_id}", STAFF),
    Row("GET", "/v1/credit-groups/{group_id}/members", LOAN_READERS),
    Row("POST", "/v1/credit-groups/{group_id}/members", STAFF),
    Row("PATCH", "/v1/credit-groups/{group_id}/members/{membership_id}", STAFF),
    # The ledger of loans
    Row("GET", "/v1/loans/{loan_id}/entries", LOAN_READERS),
    Row("POST", "/v1/loans/{loan_id}/entries", STAFF),
    Row("GET", "/v1/loans/{loan_id}/entries/{entry_id}", LOAN_READERS),
    Row("GET", "/v1/entry-requests", LOAN_READERS),
    Row("GET", "/v1/entry-requests/{entry_request_id}", LOAN_READERS),
    Row("POST", "/v1/entry-requests/{entry_request_id}/approval", INSIDE),
    Row("POST", "/v1/entry-requests/{entry_request_id}/refusal", INSIDE),
    Row("POST", "/v1/entry-requests/{entry_request_id}/withdrawal", STAFF),
    Row("POST", "/v1/entry-batches", STAFF),
    # Schedules, plan and interest of loans
    Row("GET", f"{LOAN}/schedules", LOAN_READERS),
    Row("POST", f"{LOAN}/schedules", STAFF),
    Row("GET", f"{LOAN}/schedules/{{schedule_id}}", LOAN_READERS),
    Row("GET", f"{LOAN}/plan", LOAN_READERS),
    Row("GET", f"{LOAN}/interest", LOAN_READERS),
    # Reconciliation, inspections, what falls due
    Row("GET", "/v1/bank-balances", LOAN_READERS),
    Row("POST", "/v1/bank-balances", STAFF),
    Row("GET", "/v1/reconciliations", LOAN_READERS),
    Row("GET", "/v1/reconciliations/by-group", LOAN_READERS),
    Row("GET", "/v1/reconciliations/{reconciliation_id}", LOAN_READERS),
    Row("GET", "/v1/reconciliations/{reconciliation_id}/transitions", LOAN_READERS),
    _move("/v1/reconciliations/{reconciliation_id}", STAFF, "explain", cause="timing"),
    _move("/v1/reconciliations/{reconciliation_id}", STAFF, "correct"),
    _move("/v1/reconciliations/{reconciliation_id}", STAFF, "reopen", **WHY),
    Row("GET", f"{LOAN}/inspections", LOAN_READERS),
    Row("POST", f"{LOAN}/inspections", PEOPLE_ENTERERS),
    Row("POST", f"{LOAN}/inspections/{{inspection_id}}/void", PEOPLE_ENTERERS),
    Row("GET", "/v1/loans/instalments-due", LOAN_READERS),
    Row("GET", "/v1/loans/past-due", LOAN_READERS),
    Row("GET", "/v1/loans/inspections-due", LOAN_READERS),
    Row("GET", "/v1/loans/maturing", LOAN_READERS),
    # Loans and applications
    Row("GET", "/v1/loans", LOAN_READERS),
    Row("POST", "/v1/loans", STAFF),
    Row("GET", LOAN, LOAN_READERS),
    Row("PATCH", LOAN, STAFF),
    Row("POST", f"{LOAN}/cancellation", STAFF, WHY),
    Row("GET", f"{LOAN}/rates", LOAN_READERS),
    Row("PUT", f"{LOAN}/rates/{{from_on}}", STAFF),
    Row("DELETE", f"{LOAN}/rates/{{from_on}}", STAFF),
    Row("GET", "/v1/loan-applications", LOAN_READERS),
    Row("POST", "/v1/loan-applications", PEOPLE_ENTERERS),
    Row("GET", APPLICATION, LOAN_READERS),
    Row("PATCH", APPLICATION, PEOPLE_ENTERERS),
    Row("GET", f"{APPLICATION}/transitions", LOAN_READERS),
    _move(APPLICATION, PEOPLE_ENTERERS, "submit"),
    _move(APPLICATION, PEOPLE_ENTERERS, "approve_by_group"),
    _move(APPLICATION, PEOPLE_ENTERERS, "certify"),
    _move(APPLICATION, STAFF, "approve_by_bank"),
    _move(APPLICATION, PEOPLE_ENTERERS, "reject", **WHY),
    _move(APPLICATION, PEOPLE_ENTERERS, "withdraw", **WHY),
    _move(APPLICATION, PEOPLE_ENTERERS, "void", **WHY),
    # Registrations and tickets
    Row("GET", f"{EVENT}/registrations", f"{EVENT_READERS} events:register"),
    Row("POST", f"{EVENT}/registrations", REGISTRARS),
    Row("POST", f"{EVENT}/registrations/bulk", REGISTRARS),
    Row("GET", REGISTRATION, f"{EVENT_READERS} events:register"),
    _move(REGISTRATION, REGISTRARS, "cancel"),
    _move(REGISTRATION, REGISTRARS, "change_mode", mode="online"),
    Row("POST", f"{REGISTRATION}/ticket", REGISTRARS),
    Row("POST", f"{REGISTRATION}/ticket-image", REGISTRARS),
    # Events
    Row("GET", "/v1/events", f"{EVENT_READERS} events:read events:register"),
    Row("POST", "/v1/events", ORGANISERS),
    Row("GET", EVENT, f"{EVENT_READERS} events:read events:register"),
    Row("PATCH", EVENT, ORGANISERS),
    Row("GET", f"{EVENT}/transitions", EVENT_READERS),
    _move(EVENT, ORGANISERS, "publish"),
    _move(EVENT, ORGANISERS, "complete"),
    _move(EVENT, ORGANISERS, "cancel", **WHY),
    _move(EVENT, ORGANISERS, "close_attendance"),
    _move(EVENT, ORGANISERS, "reopen_attendance", **WHY),
    Row("PUT", f"{EVENT}/modes/{{mode}}", ORGANISERS),
    Row("DELETE", f"{EVENT}/modes/{{mode}}", ORGANISERS),
    Row("POST", f"{EVENT}/sessions", ORGANISERS),
    Row("PATCH", f"{EVENT}/sessions/{{session_id}}", ORGANISERS),
    Row("DELETE", f"{EVENT}/sessions/{{session_id}}", ORGANISERS),
    Row("POST", f"{EVENT}/sites", ORGANISERS),
    Row("PATCH", f"{EVENT}/sites/{{site_id}}", ORGANISERS),
    Row("DELETE", f"{EVENT}/sites/{{site_id}}", ORGANISERS),
    Row("GET", f"{EVENT}/team", EVENT_READERS),
    Row("PUT", f"{EVENT}/sessions/{{session_id}}/team/{{person_id}}", ORGANISERS),
    Row("DELETE", f"{EVENT}/sessions/{{session_id}}/team/{{person_id}}", ORGANISERS),
    # Check-in phones, manifests, head-counts: the token with check_in:write is that of a phone
    Row("GET", f"{EVENT}/devices", "approver staff commune_staff"),
    Row("POST", f"{EVENT}/devices", ORGANISERS),
    Row("GET", "/v1/devices/{device_id}", "approver staff commune_staff"),
    Row("POST", "/v1/devices/{device_id}/roll", ORGANISERS),
    Row("DELETE", "/v1/devices/{device_id}", ORGANISERS),
    Row("POST", "/v1/devices/enrolments", ANYBODY),
    Row("GET", "/v1/check-in/device", "check_in:write"),
    Row("GET", f"{EVENT}/check-in-manifest", f"{ORGANISERS} check_in:write"),
    Row("POST", "/v1/check-in/headcounts", f"{ORGANISERS} mentor check_in:write"),
    Row("GET", f"{EVENT}/headcounts", EVENT_READERS),
    # Check-in, what staff has to look at, and attendance
    Row("POST", "/v1/check-in/batches", "check_in:write"),
    Row("GET", f"{EVENT}/check-in-reviews", "approver staff commune_staff"),
    Row("GET", CHECK_IN_REVIEW, "approver staff commune_staff"),
    Row("POST", f"{CHECK_IN_REVIEW}/resolution", ORGANISERS, {"action": "admit"}),
    Row("POST", f"{CHECK_IN_REVIEW}/resolution", ORGANISERS, {"action": "dismiss", "note": "Nhầm lẫn"}),
    Row("GET", f"{EVENT}/attendances", EVENT_READERS),
    Row("POST", f"{EVENT}/attendances", ORGANISERS),
    Row("GET", ATTENDANCE, EVENT_READERS),
    _move(ATTENDANCE, ORGANISERS, "void", **WHY),
    _move(ATTENDANCE, ORGANISERS, "restore"),
    # Figures
    Row("GET", "/v1/stats/funnel", COUNTERS),
    Row("GET", "/v1/stats/overview", COUNTERS),
    Row("GET", "/v1/stats/mentoring", COUNTERS + " mentor"),
    Row("GET", "/v1/stats/loans", COUNTERS),
    Row("GET", "/v1/stats/attendance", COUNTERS),
    Row("GET", "/v1/stats/attendance", COUNTERS),
    Row("GET", "/v1/stats/definitions", COUNTERS + " mentor"),
    # Last, because afterwards the caller is nobody
    Row("POST", "/v1/auth/logout", ACCOUNTS),
)
