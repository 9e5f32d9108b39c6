"""The headline numbers of the demonstration, and who may log in to it."""

from collections import Counter
from datetime import date
from typing import Any

from incubator.accounts.models import token_hash
from incubator.accounts.passwords import HASHER
from incubator.actor import Role
from incubator.ideas.models import OPEN, IdeaStatus
from tests.demo.conftest import Demo, service

SCREENED_IN, REVIEWED, ACCEPTED, FOUNDED_IDEAS, PROJECTS = 673, 638, 230, 202, 199
CONSULTED, FULLY_CONSULTED, GRADUATED, BY_EXCEPTION = 160, 127, 26, 1
SESSIONS_HELD, CONSULTATIONS, MENTOR_HOURS = 406, 598, 880.88
BY_PLATFORM = {"capital": 232, "market": 204, "digital": 162}

REACHED = """
    SELECT count(DISTINCT idea_id) FROM idea_transition WHERE action = $1 AND ($2::text IS NULL OR to_status = $2)
"""


async def test_there_are_812_ideas_of_five_years_from_all_99_communes(demo: Demo) -> None:
    assert await demo.value("SELECT count(*) FROM idea") == 812
    years = await demo.rows(
        "SELECT extract(year FROM received_on)::int AS year, count(*) FROM idea GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in years] == [(2021, 96), (2022, 128), (2023, 160), (2024, 198), (2025, 230)]
    assert await demo.value("SELECT count(DISTINCT locality_id) FROM idea") == 99
    assert await demo.value("SELECT max(received_on) FROM idea") <= date(2025, 11, 30)


async def test_the_steps_of_the_funnel(demo: Demo) -> None:
    """For seed 57. A change of the story changes these: they are what the README and the figures show."""
    assert await demo.value(REACHED, "submit", None) == 812
    assert await demo.value(REACHED, "pass_screening", None) == SCREENED_IN
    assert await demo.value(REACHED, "close_review", None) == REVIEWED
    assert await demo.value(REACHED, "decide", "accepted") == ACCEPTED
    assert await demo.value("SELECT count(*) FROM project_idea") == FOUNDED_IDEAS
    assert await demo.value("SELECT count(*) FROM project") == PROJECTS


async def test_the_service_shows_the_same_funnel(demo: Demo) -> None:
    """Asked with the tokens of the file."""
    async with service(demo) as http:
        token = next(one["token"] for one in demo.secrets["tokens"] if one["scopes"] == ["stats:read"])
        period = {"mode": "throughput", "from": "2021-01-01", "to": "2025-12-01"}
        funnel = await http.get("/v1/stats/funnel", params=period, headers={"authorization": f"Bearer {token}"})
        steps = {step["code"]: step["n"] for step in funnel.json()["steps"]}
        expected = {
            "submitted": 812, "screened_in": SCREENED_IN, "reviewed": REVIEWED, "accepted": ACCEPTED,
            "project_founded": FOUNDED_IDEAS, "consulted_any": CONSULTED, "graduated": GRADUATED,
            "consulted_all_needed": FULLY_CONSULTED + BY_EXCEPTION,
        }  # fmt: skip
        assert expected.items() <= steps.items()
        reader = next(one["token"] for one in demo.secrets["tokens"] if "ideas:read" in one["scopes"])
        ideas = await http.get("/v1/ideas", params={"limit": 1}, headers={"authorization": f"Bearer {reader}"})
        assert ideas.json()["items"][0]["received_on"] >= "2025-11"


async def test_the_service_counts_the_mentoring(demo: Demo) -> None:
    """As of the last day of the data, whatever day it is."""
    async with service(demo) as http:
        token = next(one["token"] for one in demo.secrets["tokens"] if one["scopes"] == ["stats:read"])
        answer = await http.get(
            "/v1/stats/mentoring", params={"as_of": "2025-11-30"}, headers={"authorization": f"Bearer {token}"}
        )
        totals = answer.json()["totals"]
    assert totals["sessions_held"] == SESSIONS_HELD
    assert totals["consultations"] == CONSULTATIONS
    assert totals["mentor_hours"] == MENTOR_HOURS
    assert (totals["consulted_projects"], totals["fully_consulted_projects"]) == (CONSULTED, FULLY_CONSULTED)
    assert {row["platform"]: row["consultations"] for row in totals["by_platform"]} == BY_PLATFORM


async def test_mentors_come_with_and_without_a_login_to_five_programmes(demo: Demo) -> None:
    mentors = await demo.rows("SELECT account_id IS NOT NULL AS login, count(*) FROM mentor GROUP BY 1 ORDER BY 1")
    assert [row["count"] for row in mentors] == [8, 6]
    kinds = await demo.rows("SELECT kind, count(*) FROM programme GROUP BY 1")
    assert len(kinds) == 5
    assert await demo.value("SELECT min(starts_on) FROM programme") < date(2022, 1, 1)


async def test_every_kind_of_end_and_every_open_status_is_there(demo: Demo) -> None:
    counts = Counter({row[0]: row[1] for row in await demo.rows("SELECT status, count(*) FROM idea GROUP BY 1")})
    assert set(counts) == set(IdeaStatus) - {IdeaStatus.draft, IdeaStatus.merged}
    assert 0.25 <= counts["accepted"] / 812 <= 0.30
    assert sum(counts[status] for status in OPEN) >= 20


async def test_enough_projects_have_mentors_for_the_160_that_are_consulted(demo: Demo) -> None:
    assert await demo.value("SELECT count(DISTINCT project_id) FROM project_mentor") >= 160
    statuses = {row[0] for row in await demo.rows("SELECT DISTINCT status FROM project")}
    assert statuses == {"onboarding", "active", "paused", "closed", "graduated"}
    assert await demo.value("SELECT count(*) FROM project WHERE status = 'graduated'") == GRADUATED


async def test_some_things_are_unknown(demo: Demo) -> None:
    unknown = await demo.rows(
        "SELECT count(*) FILTER (WHERE sex IS NULL), count(*) FILTER (WHERE ethnicity IS NULL), "
        "count(*) FILTER (WHERE age IS NULL), count(*) FILTER (WHERE recorded_on > entered_on) FROM idea_entry"
    )
    assert all(1 <= number <= 400 for number in unknown[0])


async def test_there_is_a_login_for_each_role(demo: Demo) -> None:
    accounts = demo.secrets["accounts"]
    roles = Counter(account["role"] for account in accounts)
    assert set(roles) == set(Role)
    assert roles["approver"] == 2
    assert roles["reviewer"] >= 3
    assert roles["mentor"] >= 3
    officers = {account["locality_code"] for account in accounts if account["role"] == "commune_staff"}
    assert officers == {"02839", "02890"}
    assert {account["locality_code"] for account in accounts if account["role"] == "admin"} == {None}


async def test_the_file_is_private_and_its_secrets_fit(demo: Demo) -> None:
    assert demo.file_mode == 0o600
    assert set(demo.secrets) == {"accounts", "tokens"}
    for account in demo.secrets["accounts"][:3]:
        assert HASHER.verify(await _hash_of(demo, account), account["password"])
    for token in demo.secrets["tokens"]:
        scopes = await demo.value("SELECT scopes FROM token WHERE hash = $1", token_hash(token["token"]))
        assert scopes == token["scopes"]
    assert any("ideas:submit" in token["scopes"] for token in demo.secrets["tokens"])
    assert any(token["scopes"] == ["stats:read"] for token in demo.secrets["tokens"])


async def test_grants_are_where_the_file_says(demo: Demo) -> None:
    query = """
        SELECT a.username, g.role, l.code, g.sensitive, a.must_change_password
        FROM account a JOIN role_grant g ON g.account_id = a.id LEFT JOIN locality l ON l.id = g.locality_id
    """
    granted = {row["username"]: row for row in await demo.rows(query)}
    for account in demo.secrets["accounts"]:
        row = granted[account["username"]]
        assert (row["role"], row["code"]) == (account["role"], account["locality_code"])
        assert not row["must_change_password"]
    assert [name for name, row in granted.items() if row["sensitive"]] == ["approver-1", "staff-1"]


async def _hash_of(demo: Demo, account: dict[str, Any]) -> str:
    return str(await demo.value("SELECT password_hash FROM account WHERE username = $1", account["username"]))
