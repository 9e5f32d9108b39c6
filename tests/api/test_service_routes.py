"""What belongs to the service itself: health, metrics, its document and pages, and its error codes."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from incubator import migrations
from incubator.api.docs_ui import MEDIA_TYPES
from incubator.api.schema_version import revisions
from incubator.errors import ERRORS
from tests.factories import World

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROMETHEUS = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


def test_the_head_found_without_alembic_is_that_of_alembic() -> None:
    assert revisions().head == migrations.head()


async def test_a_process_with_a_migrated_database_is_healthy_and_ready(world: World) -> None:
    healthy, ready = await world.http.get("/healthz"), await world.http.get("/readyz")
    assert (healthy.status_code, healthy.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert ready.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("version", "status"), [("1000_foundation", 503), ("9990_of_a_later_release", 200)])
async def test_a_database_behind_this_program_is_not_ready_but_one_ahead_is(
    world: World, version: str, status: int
) -> None:
    async with world.database.begin() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    answer = await world.http.get("/readyz")
    assert answer.status_code == status
    assert (await world.http.get("/healthz")).status_code == 200


async def test_a_server_that_was_told_to_stop_is_not_ready(world: World, tmp_path: Path) -> None:
    state = world.service.litestar.state
    state.drain_file = tmp_path / "draining"
    try:
        assert (await world.http.get("/readyz")).status_code == 200
        state.drain_file.touch()
        answer = await world.http.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "draining")
        assert "retry-after" in answer.headers
    finally:
        state.drain_file = None


async def test_metrics_count_requests_by_route(world: World) -> None:
    await world.http.get("/healthz")
    answer = await world.http.get("/metrics", headers={"accept": PROMETHEUS})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["content-type"].count("charset") == 1
    assert re.search(r'incubator_requests_total\{method="GET",route="/healthz",status="200"\} \d', answer.text)


async def test_the_document_is_served_with_an_etag(world: World) -> None:
    answer = await world.http.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    again = await world.http.get("/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_pages_ask_this_host_alone_and_carry_no_inline_code(world: World) -> None:
    page = await world.http.get("/docs", headers={"accept": BROWSER})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    asked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert sorted(asked) == sorted(f"/docs/{name}" for name in MEDIA_TYPES)
    assert re.findall(r"<script(?! src)|<style|style=", page.text) == []
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "://" not in policy


@pytest.mark.parametrize("name", MEDIA_TYPES)
async def test_every_file_of_the_pages_is_served(world: World, name: str) -> None:
    answer = await world.http.get(f"/docs/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(MEDIA_TYPES[name])
    assert len(answer.content) > 100
    again = await world.http.get(f"/docs/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["swagger-editor.js", "index.css", "%2e%2e%2fcore.py", "nothing"])
async def test_no_other_file_is_served(world: World, name: str) -> None:
    assert (await world.http.get(f"/docs/{name}")).status_code == 404


@pytest.mark.parametrize("code", ERRORS)
async def test_the_type_of_a_problem_leads_to_what_its_code_means(world: World, code: str) -> None:
    answer = await world.http.get(f"/errors/{code}")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["code"], told["status"]) == (code, ERRORS[code].status)
    assert told["title"]["en"]
    assert told["title"]["vi"]


async def test_an_unknown_code_is_not_found(world: World) -> None:
    assert (await world.http.get("/errors/nothing_of_ours")).status_code == 404


async def test_the_service_answers_head_and_refuses_what_it_cannot_give(world: World) -> None:
    head = await world.http.head("/docs")
    assert (head.status_code, head.content) == (200, b"")
    refused = await world.http.get("/docs", headers={"accept": "application/pdf"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
