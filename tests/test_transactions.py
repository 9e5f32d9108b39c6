"""One request is one transaction: all of its effects are there before it says so, or none is.

Whether anything was stored is read off the whole database: a fingerprint of every table, before and after.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import event

from tests.factories import BAC_HA, Caller, World
from tests.permission_table import SOME_ID, TABLE

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
COUNTED_APART = {"throttle"}
"""What must outlive a refusal: the attempts to log in and to guess a tracking code."""

FAIL = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a mistake' USING ERRCODE = '{}'; END $$
"""
A_MISTAKE = FAIL.format("XX000")
AT_COMMIT = """
    CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail()
"""
AT_ONCE = "CREATE TRIGGER fail AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fail()"
"""Every write leaves an audit row, so a trigger there meets them all; by then the rest of the write is done."""

IDLE = """
    SELECT pid, state, query FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'incubator' AND pid <> pg_backend_pid()
"""


class Office:
    """The people of an office with an idea under review, and an operator who looks at the database beside them."""

    def __init__(self, world: World, operator: asyncpg.Connection) -> None:
        self.world = world
        self.operator = operator
        self.admin: Caller
        self.staff: Caller
        self.approver: Caller
        self.idea: dict[str, Any]
        self.panel: dict[str, Any]

    async def open(self) -> None:
        make = self.world.make
        self.admin, self.approver = await make.account("admin"), await make.account("approver")
        self.staff = await make.account("staff", sensitive=True)
        self.idea = await make.reviewed_idea(self.staff)
        self.panel = await make.panel(self.staff)

    async def fingerprint(self) -> dict[str, str]:
        """Every table, all of it, by its name."""
        tables = [row[0] for row in await self.operator.fetch(TABLES) if row[0] not in COUNTED_APART]
        every = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        return {table: await self.operator.fetchval(every.format(f'"{table}"')) for table in tables}

    async def writes(self) -> dict[str, httpx.Response]:
        """One of each kind of write, all of which succeed as long as nothing is wrong with the database."""
        idea, panel = self.idea, self.panel
        tag = {"if-match": f'"{idea["version"]}"', "idempotency-key": "move"}
        item = {"idea_id": idea["id"], "version": idea["version"], "outcome": "rejected", "message": "Chưa đạt"}
        person = {"full_name": "Vàng Seo Pao", "birth_year": 1990, "locality_code": BAC_HA, "ethnicity": "hmong"}
        asked = {"action": "reopen_review", "reason": "Chấm lại"}
        note = {"body": "Đã xem", "audience": "internal"}
        staff, path = self.staff, f"/v1/ideas/{idea['id']}"
        return {
            "enter": await staff.post("/v1/ideas", self.world.make.idea_body(), headers={"idempotency-key": "enter"}),
            "bulk": await self.approver.post(f"/v1/panels/{panel['id']}/decisions", {"items": [item]}),
            "move": await staff.post(f"{path}/transitions", asked, headers=tag),
            "comment": await staff.post(f"{path}/comments", note),
            "person": await staff.post("/v1/people", person, headers={"idempotency-key": "person"}),
            "account": await self.admin.post("/v1/accounts", {"username": "moi"}),
            "token": await self.admin.post("/v1/tokens", {"name": "cong", "scopes": ["ideas:read"]}),
            "patch": await self.admin.patch(
                f"/v1/accounts/{staff.id}", {"status": "disabled"}, headers={"if-match": "*"}
            ),
        }


@pytest.fixture
async def office(committed: World) -> AsyncIterator[Office]:
    operator = await asyncpg.connect(committed.service.litestar.state.settings.database_url, timeout=10)
    office = Office(committed, operator)
    await office.open()
    yield office
    await operator.close()


@pytest.mark.parametrize("when", [AT_COMMIT, AT_ONCE], ids=["at commit", "before"])
async def test_what_fails_is_no_success_and_stores_nothing(office: Office, when: str) -> None:
    await office.operator.execute(A_MISTAKE)
    await office.operator.execute(when)
    before = await office.fingerprint()
    for name, answer in (await office.writes()).items():
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error"), name
        assert "a mistake" not in answer.text
    assert _changed(before, await office.fingerprint()) == set()
    await office.operator.execute("DROP TRIGGER fail ON audit_entry")
    answers = await office.writes()
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 300} == {
        "move": 412
    }, "what failed before succeeds with the same keys"
    assert not [name for name, answer in answers.items() if "idempotency-replayed" in answer.headers]


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("23503", 409, "referenced"), ("23505", 409, "duplicate"), ("23514", 422, "business_rule_failed")],
)
async def test_what_the_commit_finds_is_said_in_our_words(office: Office, state: str, status: int, code: str) -> None:
    await office.operator.execute(FAIL.format(state))
    await office.operator.execute(AT_COMMIT)
    answer = await office.staff.post("/v1/ideas", office.world.make.idea_body())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "a mistake" not in answer.text


async def test_an_export_whose_audit_row_fails_sends_nothing(office: Office) -> None:
    await office.operator.execute(A_MISTAKE)
    await office.operator.execute(AT_COMMIT)
    for path in ("/v1/ideas", "/v1/people", "/v1/projects"):
        answer = await office.staff.get(path, headers={"accept": "text/csv"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


async def test_a_refused_request_leaves_nothing(office: Office) -> None:
    idea, staff, make = office.idea, office.staff, office.world.make
    path, elsewhere = f"/v1/ideas/{idea['id']}", await make.account("commune_staff", "02701")
    post = partial(staff.post, headers={"idempotency-key": "k", "if-match": "*"})
    refusals = {
        400: lambda: post("/v1/ideas", {"title": "Thiếu hết"}),
        404: lambda: elsewhere.post(f"{path}/comments", {"body": "Xin chào"}, headers={"idempotency-key": "k"}),
        403: lambda: post(f"{path}/transitions", {"action": "reconsider", "reason": "Xem lại"}),
        409: lambda: post(f"{path}/transitions", {"action": "start_screening"}),
        412: lambda: staff.patch(path, {"title": "Khác"}, headers={"if-match": '"1"'}),
        422: lambda: post("/v1/ideas", make.idea_body(leader={"full_name": "Cụ Sín", "birth_year": 1940})),
        428: lambda: staff.patch(path, {"title": "Khác"}),
        415: lambda: staff.request("POST", "/v1/ideas", content=b"{}", headers={"content-type": "text/plain"}),
    }
    before = await office.fingerprint()
    for status, refused in refusals.items():
        answer = await refused()
        assert answer.status_code == status, answer.text
        assert _changed(before, await office.fingerprint()) == set(), status
    assert (await post("/v1/ideas", make.idea_body())).status_code == 201, "a refusal frees its key"


async def test_a_refused_item_of_a_bulk_leaves_nothing_and_its_neighbour_stays(office: Office) -> None:
    other = await office.world.make.reviewed_idea(office.staff, share=0.2)
    decision = {"outcome": "accepted", "message": "Chúc mừng!"}
    items = [{"idea_id": idea["id"], "version": idea["version"], **decision} for idea in (office.idea, other)]
    answer = await office.approver.post(f"/v1/panels/{office.panel['id']}/decisions", {"items": items})
    assert [item["status"] for item in answer.json()["items"]] == ["done", "failed"], answer.text
    left = "SELECT count(*) FROM idea_transition WHERE action = 'decide' AND idea_id = $1::uuid"
    assert [await office.operator.fetchval(left, idea["id"]) for idea in (office.idea, other)] == [1, 0]
    assert await office.operator.fetchval("SELECT status FROM idea WHERE id = $1::uuid", other["id"]) == "review_closed"


async def test_nobody_decides_what_they_entered(office: Office) -> None:
    make = office.world.make
    both = await make.account("approver")
    await office.operator.execute("UPDATE idea SET entered_by_id = $1 WHERE id = $2::uuid", both.id, office.idea["id"])
    before = await office.fingerprint()
    answer = await both.move(
        office.idea, "decide", panel_id=office.panel["id"], outcome="accepted", message="Chúc mừng!"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "self_approval")
    assert _changed(before, await office.fingerprint()) == set()


async def test_everything_that_a_request_stores_commits_together(office: Office) -> None:
    """`xmin` is the transaction that wrote a row."""
    body = {"action": "reopen_review", "reason": "Chấm lại"}
    tag = {"if-match": f'"{office.idea["version"]}"', "idempotency-key": "together"}
    answer = await office.staff.post(f"/v1/ideas/{office.idea['id']}/transitions", body, headers=tag)
    assert answer.status_code == 200, answer.text
    written = await office.operator.fetch(
        """
        SELECT 'idea', xmin::text FROM idea WHERE id = $1::uuid
        UNION ALL (SELECT 'history', xmin::text FROM idea_transition WHERE idea_id = $1::uuid ORDER BY id DESC LIMIT 1)
        UNION ALL (SELECT 'audit', xmin::text FROM audit_entry WHERE subject_id = $1::uuid ORDER BY id DESC LIMIT 1)
        UNION ALL SELECT 'key', xmin::text FROM idempotency_key WHERE key = 'together'
        """,
        office.idea["id"],
    )
    assert [row[0] for row in written] == ["idea", "history", "audit", "key"]
    assert len({row[1] for row in written}) == 1


@pytest.mark.parametrize("media", ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
async def test_an_export_is_in_the_trail_before_its_first_byte(office: Office, media: str) -> None:
    entries = await _seen_at_start(office, "/v1/ideas", "export", accept=media)
    assert [(row["subject_type"], row["actor_id"]) for row in entries] == [("ideas", office.staff.id)]


async def test_a_sensitive_read_is_in_the_trail_before_its_answer(office: Office) -> None:
    person = {"full_name": "Vàng Seo Pao", "birth_year": 1990, "locality_code": BAC_HA, "ethnicity": "hmong"}
    added = (await office.staff.post("/v1/people", person)).json()
    entries = await _seen_at_start(office, f"/v1/people/{added['id']}", "read_sensitive")
    assert [str(row["subject_id"]) for row in entries] == [added["id"]]


LEAVES_A_TRACE = (
    "/v1/bank-balances",
    "/v1/entry-requests",
    "/v1/households",
    "/v1/loan-applications",
    "/v1/loans",
    "/v1/reconciliations",
)


async def test_a_get_opens_no_transaction(office: Office) -> None:
    """But for figures, which bring their own time limit, and what leaves a trace: a person with sensitive fields,
    somebody's household or loans, the names of a check-in manifest, and an attempt at a tracking code or at the secret
    of a calendar feed."""
    begun: list[object] = []
    event.listen(office.world.database.engine.sync_engine, "begin", begun.append)
    paths = [
        _with_ids(row.path, office.idea["id"] if "{idea_id}" in row.path else str(uuid4()))
        for row in TABLE
        if row.method == "GET" and "staff" in row.may.split() and not row.path.startswith(("/v1/stats", "/v1/public"))
        if row.path not in {"/v1/people/{person_id}", "/openapi.json", "/docs/{file_name}"}
        if not row.path.startswith(LEAVES_A_TRACE)
        if not any(part in row.path for part in ("{secret}", "citizen-id", "check-in-manifest"))
    ]
    assert len(paths) > 50
    for path in paths:
        answer = await office.staff.get(path)
        assert answer.status_code in {200, 400, 404}, answer.text
        backends = await office.operator.fetch(IDLE)
        assert {row["state"] for row in backends} <= {"idle"}, path
    assert begun == []
    last = [row["query"] for row in await office.operator.fetch(IDLE) if row["query"].startswith("SELECT")]
    assert last, "the reads ran on connections that did nothing after them"


async def test_a_figure_leaves_no_transaction_open(office: Office) -> None:
    assert (await office.staff.get("/v1/stats/funnel")).status_code == 200
    assert {row["state"] for row in await office.operator.fetch(IDLE)} <= {"idle"}


async def _now(value: Any) -> Any:
    return value


def _changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table, print_ in after.items() if print_ != before[table]}


def _with_ids(path: str, id_: str) -> str:
    return "/".join(id_ if part.startswith("{") else part for part in path.split("/")).replace(SOME_ID, id_)


async def _seen_at_start(office: Office, path: str, action: str, accept: str = "*/*") -> list[asyncpg.Record]:
    """The rows of the trail that another connection sees when the answer begins."""
    seen: list[list[asyncpg.Record]] = []
    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        """The request has no body, and the client stays to the end."""
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
            seen.append(await office.operator.fetch("SELECT * FROM audit_entry WHERE action = $1", action))
        elif not message.get("more_body"):
            ended.set()

    headers = {"host": "test", "authorization": f"Bearer {office.staff.token}", "accept": accept}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "client": ("test", 1),
        "server": ("test", 80), "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await office.world.service(scope, receive, send)
    return seen[0]
