"""The service says of the demonstration's events what the tables say."""

import gzip
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.demo.conftest import Demo, service
from tests.demo.test_events import NOW, OWN_FIGURES

YEAR = {"from": "2025-01-01", "to": "2025-12-01"}


async def test_the_figures_of_attendance(demo: Demo) -> None:
    async with service(demo) as http:
        token = next(one["token"] for one in demo.secrets["tokens"] if one["scopes"] == ["stats:read"])
        figure = await _figure(http, token, group_by="kind")
        modes = await _figure(http, token, group_by="mode", kind="conference")
    kinds = {group["key"]["kind"]: group for group in figure["groups"]}
    activities = [group for kind, group in kinds.items() if kind not in OWN_FIGURES]
    assert sum(group["events"] for group in activities) == 800
    assert sum(group["attendances"] for group in activities) == 50_000
    assert (kinds["conference"]["events"], kinds["conference"]["attendances"]) == (1, 2_300)
    assert {group["key"]["mode"]: group["attendances"] for group in modes["groups"]} == {
        "in_person": 900, "online": 1_400,
    }  # fmt: skip
    classes = kinds["digital_skills_class"]
    assert (classes["events"], classes["attendances"], classes["unique_max"]) == (23, 10_500, 10_500)
    totals = figure["totals"]
    assert 0 < totals["provisional_sessions"] < 60
    assert 40_000 < totals["named"] + totals["anonymous"] == totals["attendances"]
    assert 50_000 < totals["no_show_ppm"] < 200_000
    assert 950_000 < totals["coverage_ppm"] < 1_000_000
    assert totals["unique_min"] < totals["unique_max"]


@pytest.mark.parametrize("as_of", [{"as_of": "2025-11-30"}, {}], ids=["the last day", "today"])
async def test_the_headlines(demo: Demo, as_of: dict[str, str]) -> None:
    """What lies ahead of the last day is in none of them, so they are the same today."""
    async with service(demo) as http:
        token = next(one["token"] for one in demo.secrets["tokens"] if one["scopes"] == ["stats:read"])
        answer = await http.get("/v1/stats/overview", params=as_of, headers=_bearer(token))
    told = {figure["code"]: figure["n"] for figure in answer.json()["figures"]}
    headlines = {
        "activities": 800, "activity_attendances": 50_000, "conference_attendances": 2_300,
        "digital_skills_classes": 23, "people_trained": 10_500,
    }  # fmt: skip
    assert headlines.items() <= told.items()


async def test_a_phone_gets_the_manifest_of_the_conference(demo: Demo) -> None:
    """All 2,300 members, in a file that a phone in the mountains can load."""
    event_id = await demo.value("SELECT id FROM event WHERE kind = 'conference'")
    hall = await demo.value("SELECT id FROM event_site WHERE event_id = $1 AND mode = 'in_person'", event_id)
    async with service(demo, now=NOW) as http:
        staff = await _staff(demo, http)
        phone = {
            "name": "Máy tính bảng cửa chính", "profile": "scan", "site_ids": [str(hall)],
            "expires_at": (NOW + timedelta(days=10)).isoformat(),
        }  # fmt: skip
        added = await http.post(f"/v1/events/{event_id}/devices", json=phone, headers=staff)
        code = {"code": added.json()["enrolment_code"], "client_nonce": str(uuid4())}
        enrolled = await http.post("/v1/devices/enrolments", json=code)
        manifest = await http.get(f"/v1/events/{event_id}/check-in-manifest", headers=_bearer(enrolled.json()["token"]))
    assert len(manifest.json()["rows"]) == 2_300
    assert len(gzip.compress(manifest.content)) < 100_000


async def test_everything_of_an_event_can_be_read(demo: Demo) -> None:
    """Each list of the event of which there is most."""
    event_id = await demo.value("SELECT event_id FROM check_in_review GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
    counted = await demo.value("SELECT event_id FROM headcount WHERE replaces_id IS NOT NULL LIMIT 1")
    led = await demo.value("SELECT event_id FROM event_team_member WHERE part = 'lead' LIMIT 1")
    survivor = await demo.value("SELECT survivor_id FROM person_merge LIMIT 1")
    lists = ("registrations", "attendances", "devices", "check-in-reviews", "transitions")
    paths = [f"/v1/events/{event_id}/{name}" for name in lists]
    paths += [f"/v1/events/{counted}/headcounts", f"/v1/events/{led}/team", f"/v1/people/{survivor}/merges"]
    async with service(demo, now=NOW) as http:
        staff = await _staff(demo, http)
        for path in [*paths, "/v1/people/duplicates", "/v1/events"]:
            answer = await http.get(path, headers=staff)
            assert answer.status_code == 200, path
            assert answer.json()["items"], path
        assert (await http.get(f"/v1/events/{event_id}", headers=staff)).status_code == 200


async def _staff(demo: Demo, http: httpx.AsyncClient) -> dict[str, str]:
    staff = next(account for account in demo.secrets["accounts"] if account["username"] == "staff-1")
    login = await http.post("/v1/auth/login", json={name: staff[name] for name in ("username", "password")})
    return _bearer(login.json()["token"])


async def _figure(http: httpx.AsyncClient, token: str, **params: str) -> dict[str, Any]:
    answer = await http.get("/v1/stats/attendance", params={**YEAR, **params}, headers=_bearer(token))
    assert answer.status_code == 200
    return dict(answer.json())


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
