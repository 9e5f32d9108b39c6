"""What the document says in words."""

import re
from collections.abc import Iterable
from typing import Any

from incubator.actor import HOLDERS, Role, Scope
from incubator.api.openapi.endpoint import Endpoint

INFO: dict[str, Any] = {
    "title": "Incubator",
    "summary": "Ideas, reviews, decisions, projects and the figures about them.",
    "description": (
        "The service behind a provincial Youth Startup Incubator.\n\n"
        "- **Who asks**: `Authorization: Bearer …` with the token of a login (`POST /v1/auth/login`) or a service "
        "token. What is outside your localities is 404, like an id that does not exist.\n"
        "- **Words**: ids are UUIDs; `*_at` is a moment in UTC, `*_on` a day in Viet Nam, `*_vnd` whole dong, "
        "`*_ppm` parts per million. Text is NFC.\n"
        "- **Lists**: `limit` and `cursor`; follow `next_cursor` until it is null. With `Accept: text/csv` or a "
        "workbook's media type a list gives everything that the filters leave.\n"
        "- **Writing**: send `If-Match` with the ETag that you read, and a fresh `Idempotency-Key` with every POST "
        "that makes something; repeating it has no second effect.\n"
        "- **Errors** are problem+json (RFC 9457): decide by `code`, show `title` and `detail`, which follow "
        "`Accept-Language` (vi, en). `errors` names every wrong field. Where `retryable` is true, the same request "
        "may succeed later. Unknown fields and parameters are refused."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "contact": {"name": "The Incubator project"},
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "An opaque token, of a login or of a service. It is never a part of an address.",
}
TAGS = {
    "Service": "Whether the service works, and what its error codes mean.",
    "Account": "Logging in and out, and who you are.",
    "Accounts": "Accounts, their grants and passwords.",
    "Tokens": "Service tokens for frontends and other programs.",
    "Audit": "Who did what and when.",
    "Vocabularies": "Every code with its labels in Vietnamese and English.",
    "Localities": "Provinces, communes and villages, of today and of earlier.",
    "People": "Persons, their consents and citizen ids: the only place of names.",
    "Households": "Who lives together since when, and of which poverty class they are.",
    "Calls": "Calls for ideas and their rubrics.",
    "Ideas": "Ideas from the first draft to the decision.",
    "Reviews": "Who reviews which idea, and what they found.",
    "Panels": "Panels and their decisions.",
    "Projects": "What an accepted idea becomes.",
    "Mentors": "Who advises projects, on what, where and how much.",
    "Programmes": "The series that sessions belong to, such as Startup Coffee.",
    "Consultations": "What was advised, logged in one call from a phone.",
    "Action items": "Who does what by when.",
    "Sessions": "Meetings of mentors and projects: planned, reported, with their minutes and participants.",
    "Events": "Conferences, classes and other activities, and who takes part in them.",
    "Registrations": "Who has a seat or waits for one, and their tickets.",
    "Devices": "Phones at the doors of events: enrolled by a code, revoked with a click.",
    "Check-in": "What phones send and take along: scans, head-counts, and what they are.",
    "Calendar": "Sessions and events as calendars to subscribe to, and personal feeds.",
    "Lenders": "The banks and funds whose loans pass through the Youth Union.",
    "Loan programmes": "What lenders offer, with limits and the rates of each day.",
    "Credit groups": "Groups of households of one village that borrow together, and who belongs to them when.",
    "Loan applications": "What households ask for, from the draft to the decision of the lender.",
    "Loans": "What was granted, paid out and paid back, and when what is due.",
    "Entry requests": "Write-offs, adjustments and their reversals, which another account approves.",
    "Entry batches": "Rows of the bank, entered into the ledgers of many loans together.",
    "Reconciliation": "What lenders' statements say, and what became of each difference from the ledger.",
    "Statistics": "Figures about everything.",
}
"""The groups of operations in the order of the pages, which is the order of the work."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*])")


def tags_of(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
    used = {tag for endpoint in endpoints for tag in endpoint.tags}
    if strange := used - TAGS.keys():
        raise LookupError(f"say in {__name__} what these tags mean: {sorted(strange)}")
    return [{"name": tag, "description": text} for tag, text in TAGS.items() if tag in used]


def summary_of(endpoint: Endpoint) -> str:
    """The handler's own summary, or the first sentence of its docstring."""
    return str(endpoint.handler.summary or _sentences(endpoint)[0].rstrip("."))


def description_of(endpoint: Endpoint) -> str:
    """The rest of the docstring, and who may call the operation."""
    told = _sentences(endpoint)[0 if endpoint.handler.summary else 1 :]
    return "\n\n".join(filter(None, [" ".join(told), _callers(endpoint)]))


def _sentences(endpoint: Endpoint) -> list[str]:
    text = " ".join((endpoint.handler.fn.__doc__ or "").split())
    if not text:
        raise LookupError(f"{endpoint.operation_id} has no docstring")
    return _SENTENCE_END.split(text)


def _callers(endpoint: Endpoint) -> str:
    if endpoint.is_public:
        return "Open to everybody, without a token."
    holders = {holder for permission in endpoint.permissions for holder in HOLDERS[permission]}
    if not holders or holders.issuperset([*Role, *Scope]):
        return "Open to everybody who is logged in."
    roles = ", ".join(f"`{role}`" for role in Role if role in holders)
    scopes = ", ".join(f"`{scope}`" for scope in Scope if scope in holders)
    named = [f"roles {roles}" if roles else "", f"tokens with the scope {scopes}" if scopes else ""]
    return f"For {'; '.join(filter(None, named))}."
