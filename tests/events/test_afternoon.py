"""An afternoon at the doors, end to end over HTTP against a service that is really served.

Two phones are enrolled, take the manifest along, see people come and go without a line, lose an answer, send in the
wrong order, one of them with a clock that is three hours slow; heads are counted, attendance is closed, and the
figures say what happened.
"""

import asyncio
import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from incubator.days import civil_day
from tests.conftest import copy_of
from tests.factories import BAC_HA, LAO_CAI, Y_TY
from tests.test_examples import ROOT, clean_environment, free_port, wait_until_served

HOUR = timedelta(hours=1)
SLOW = -3 * HOUR
JSON = {"content-type": "application/json"}


class Service:
    """A served instance, and somebody who calls it."""

    def __init__(self, url: str, environment: dict[str, str], token: str | None = None) -> None:
        self.url = url
        self.environment = environment
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30)

    def with_token(self, token: str) -> "Service":
        return Service(self.url, self.environment, token)

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], version: int | None = None) -> Any:
        headers = {"idempotency-key": str(uuid4()), **({"if-match": f'"{version}"'} if version else {})}
        answer = await self.http.post(path, json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def log_in(self, username: str, password: str) -> "Service":
        token = (await self.post("/v1/auth/login", {"username": username, "password": password}))["token"]
        return self.with_token(token)


@pytest.fixture
async def service(server_url: str, template: str, tmp_path: Path) -> AsyncIterator[Service]:
    """`incubator serve` over a database of its own."""
    async with copy_of(server_url, template, "afternoon") as database_url:
        environment = clean_environment(DATABASE_URL=database_url, INCUBATOR_SECRET_KEY="test" * 16)
        port, log = free_port(), tmp_path / "log"
        command = [sys.executable, "-m", "incubator", "serve", "--port", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            await asyncio.to_thread(wait_until_served, f"http://127.0.0.1:{port}", process, log)
            yield Service(f"http://127.0.0.1:{port}", environment)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 60)


async def staff_of(service: Service) -> Service:
    """The first account is made at the server's shell; all others over HTTP."""
    command = [sys.executable, "-m", "incubator", "account", "create", "root", "--role", "admin"]
    made = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=service.environment, capture_output=True, text=True, check=True
    )
    password = re.search(r"Password: (\S+)", made.stdout)
    assert password is not None
    admin = await service.log_in("root", password[1])
    grants = [{"role": "staff", "locality_code": LAO_CAI}]
    staff = await admin.post("/v1/accounts", {"username": "thanh", "grants": grants})
    return await service.log_in("thanh", staff["password"])


class Phone:
    """A phone with its queue. It knows tickets by the manifest, and drops an item only when it hears what became of
    it."""

    def __init__(self, line: Service, own: dict[str, Any], clock: timedelta = timedelta()) -> None:
        self.line = line
        self.own = own
        self.clock = clock
        self.queue: dict[str, dict[str, Any]] = {}
        self.heard: Counter[tuple[str, str]] = Counter()
        self.warnings: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self._etag = ""

    @classmethod
    async def enrol(cls, service: Service, code: str, clock: timedelta = timedelta()) -> "Phone":
        own = await service.post("/v1/devices/enrolments", {"code": code, "client_nonce": str(uuid4())})
        return cls(service.with_token(own["token"]), own, clock)

    async def pull(self) -> int:
        """Take the manifest along, if there is a newer one."""
        path = f"/v1/events/{self.own['event']['id']}/check-in-manifest"
        answer = await self.line.http.get(path, headers={"accept-encoding": "gzip", "if-none-match": self._etag})
        if answer.status_code == 200:
            self._etag = answer.headers["etag"]
            self.names = {prefix: name for prefix, name, *_ in answer.json()["rows"]}
        return answer.status_code

    def knows(self, ticket: str) -> str | None:
        """Whose ticket it is, without a line."""
        return self.names.get(base64.urlsafe_b64encode(hashlib.sha256(ticket.encode()).digest()[:12]).decode())

    def scan(self, site: int, at: datetime, kind: str = "in", **who: Any) -> None:
        """Remember that somebody came or went, by this phone's own clock."""
        place = self.own["sites"][site]
        method = "walk_in" if "person" in who else "qr"
        item = {
            "client_scan_id": str(uuid4()), "session_id": place["session"]["id"], "site_id": place["id"],
            "kind": kind, "method": method, "scanned_at": (at + self.clock).isoformat(), **who,
        }  # fmt: skip
        self.queue[item["client_scan_id"]] = item

    def body(self, ids: list[str]) -> bytes:
        sent_at = (datetime.now(UTC) + self.clock).isoformat()
        return json.dumps({"sent_at": sent_at, "items": [self.queue[id_] for id_ in ids]}).encode()

    async def sync(self, ids: list[str] | None = None) -> dict[str, Any]:
        """Send some of the queue, or all of it."""
        headers = {**JSON, "content-encoding": "gzip"}
        content = gzip.compress(self.body(list(self.queue) if ids is None else ids))
        answer = await self.line.http.post("/v1/check-in/batches", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        for result in told["results"]:
            if result["status"] != "retry":
                self.queue.pop(result["client_scan_id"])
            self.heard[result["status"], result["code"]] += 1
            self.warnings.update(result["warnings"])
        return told

    async def lose_an_answer(self, ids: list[str]) -> None:
        """The batch goes out, and the line drops while the answer is on its way."""
        body, address = self.body(ids), urlsplit(self.line.url)
        head = (
            f"POST /v1/check-in/batches HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
            f"authorization: {self.line.http.headers['authorization']}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(head.encode() + body)
        await asyncio.wait_for(reader.readexactly(1), 30)
        writer.close()


async def open_event(staff: Service, starts_at: datetime) -> dict[str, Any]:
    """A published conference of two sessions: the first in a hall and at a bridge point, the second in the hall."""

    def site(label: str, **more: str) -> dict[str, Any]:
        return {"mode": "in_person", "label": label, **more}

    first, second, end = starts_at, starts_at + 2 * HOUR, starts_at + 4 * HOUR
    event = await staff.post(
        "/v1/events",
        {
            "kind": "conference", "title": "Đại hội", "organisers": ["Tỉnh đoàn"], "locality_code": BAC_HA,
            "starts_at": first.isoformat(), "ends_at": end.isoformat(), "modes": [{"mode": "in_person", "capacity": 4}],
            "sessions": [
                {"starts_at": first.isoformat(), "ends_at": second.isoformat(),
                 "sites": [site("Hội trường"), site("Điểm cầu", locality_code=Y_TY)]},
                {"starts_at": second.isoformat(), "ends_at": end.isoformat(), "sites": [site("Hội trường")]},
            ],
        },
    )  # fmt: skip
    return dict(await staff.post(f"/v1/events/{event['id']}/transitions", {"action": "publish"}, event["version"]))


async def register(staff: Service, event_id: str, names: list[str]) -> list[str]:
    """The tickets of these people."""
    items = [{"id": str(uuid4()), "mode": "in_person", "person": {"full_name": name}} for name in names]
    told = await staff.post(f"/v1/events/{event_id}/registrations/bulk", {"items": items})
    return [item["registration"]["ticket"] for item in told["items"]]


async def add_phone(staff: Service, event_id: str, name: str, site_ids: list[str], clock: timedelta) -> Phone:
    body = {"name": name, "profile": "scan_walk_in", "site_ids": site_ids}
    device = await staff.post(f"/v1/events/{event_id}/devices", body)
    return await Phone.enrol(staff, device["enrolment_code"], clock)


def walk_in(name: str, **more: Any) -> dict[str, Any]:
    return {"client_person_id": str(uuid4()), "full_name": name, **more}


async def test_an_afternoon_at_the_doors(service: Service) -> None:
    staff = await staff_of(service)
    starts_at = datetime.now(UTC).replace(microsecond=0) - 3 * HOUR
    event = await open_event(staff, starts_at)
    (first, second), path = event["sessions"], f"/v1/events/{event['id']}"
    label = {site["label"]: site["id"] for site in first["sites"]}
    tickets = await register(staff, event["id"], ["Sùng A Páo", "Lý Thị Mai", "Má A Dơ", "Thào Thị Mỷ", "Giàng A Sử"])
    hall = await add_phone(staff, event["id"], "Cửa hội trường", [label["Hội trường"], second["sites"][0]["id"]], SLOW)
    bridge = await add_phone(staff, event["id"], "Điểm cầu", [label["Điểm cầu"]], timedelta())

    assert [await hall.pull(), await bridge.pull(), await bridge.pull()] == [200, 200, 304]
    assert [hall.knows(ticket) for ticket in tickets[:2]] == ["Sùng A Páo", "Lý Thị Mai"]
    assert hall.knows("0" * 26) is None

    # Without a line: the hall sees four of five come, two walk-ins, and who leaves; the bridge point sees one ticket
    # that the hall has seen too, and one of nobody.
    came, later = starts_at + timedelta(minutes=5), starts_at + 2 * HOUR + timedelta(minutes=5)
    for ticket in (*tickets[:3], tickets[4]):
        hall.scan(0, came, token=ticket)
    guest = walk_in("Vàng Thị Dợ", birth_year=2001)
    for person in (guest, walk_in("Cư Seo Vảng")):
        hall.scan(0, came, person=person)
    hall.scan(0, starts_at + 2 * HOUR, kind="out", token=tickets[0])
    for who in ({"token": tickets[1]}, {"person": guest}):
        hall.scan(1, later, **who)
    bridge.scan(0, came - timedelta(minutes=2), token=tickets[2])
    bridge.scan(0, came, token="0" * 26)

    # The second session goes out first and its answer is lost; then everything, the last of it first.
    ids = list(hall.queue)
    await hall.lose_an_answer(ids[-2:])
    told = await hall.sync(ids[::-1])
    assert (told["clock"]["quality"], round(told["clock"]["skew_ms"] / 60_000)) == ("adjusted", 180)
    assert told["counts"] == {"accepted": 7, "replayed": 2, "rejected": 0, "retry": 0}
    await bridge.sync()
    assert (hall.queue, bridge.queue) == ({}, {})
    assert hall.heard == {
        ("accepted", "checked_in"): 6, ("accepted", "checked_out"): 1, ("replayed", "checked_in"): 2,
    }  # fmt: skip
    assert bridge.heard == {("accepted", "already_checked_in"): 1, ("rejected", "token_unknown"): 1}
    assert (hall.warnings["clock_adjusted"], hall.warnings["clock_suspect"]) == (9, 0)
    assert (hall.warnings["walk_in"], hall.warnings["waitlisted_admitted"]) == (3, 1)

    # Heads are counted in the hall, and an officer looks at what the phones could not place.
    report = {"client_report_id": str(uuid4()), "site_id": label["Hội trường"], "total": 8, "method": "count"}
    counted = await hall.line.post("/v1/check-in/headcounts", {**report, "counted_at": (came + SLOW).isoformat()})
    assert counted["is_current"]
    (unknown,) = (await staff.get(f"{path}/check-in-reviews", status="open"))["items"]
    assert (unknown["reason"], unknown["site_label"]) == ("token_unknown", "Điểm cầu")
    admitted = {"action": "admit", "person": {"full_name": "Phàn Thị Mẩy"}}
    await staff.post(f"/v1/check-in-reviews/{unknown['id']}/resolution", admitted, unknown["version"])

    people = {
        (row["session_number"], row["full_name"]): row for row in (await staff.get(f"{path}/attendances"))["items"]
    }
    assert len(people) == 9
    twice = people[1, "Má A Dơ"]
    assert (twice["site_label"], twice["first_in_at"]) == ("Điểm cầu", _wire(came - timedelta(minutes=2)))
    # An hour of the slow phone is right to the seconds that its batch was on its way.
    assert abs(datetime.fromisoformat(people[1, "Sùng A Páo"]["first_in_at"]) - came) < timedelta(seconds=10)

    # The attendance is closed; what comes after that waits for staff and moves no figure.
    event = await staff.get(path)
    event = await staff.post(f"{path}/transitions", {"action": "complete"}, event["version"])
    await staff.post(f"{path}/transitions", {"action": "close_attendance"}, event["version"])
    hall.scan(0, came, token=tickets[3])
    await hall.sync()
    assert hall.heard["rejected", "sync_window_closed"] == 1

    day = civil_day(starts_at)
    period = {"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat(), "event": event["id"]}
    figure = (await staff.get("/v1/stats/attendance", **period, final_only="true"))["totals"]
    # In the hall five are named and eight counted, at the bridge point two are named; in the second session two. Four
    # have a seat, of whom three came.
    expected = {
        "events": 1, "sessions": 2, "provisional_sessions": 0, "sites": 3, "sites_reported": 3,
        "attendances": 12, "named": 9, "anonymous": 3, "unique_min": 10, "unique_max": 10,
        "expected": 4, "shown": 3, "no_show_ppm": 250_000,
    }  # fmt: skip
    assert {name: figure[name] for name in expected} == expected


def _wire(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
