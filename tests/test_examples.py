"""The README's tour and the example client, against a service that is really served with the demonstration data."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from incubator.cli import COMMANDS
from incubator.embedded import EmbeddedServer

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PATIENCE = 240.0

CSV = """\
id;title;description;created_at;retired_at
1;Homestay  tường đất;"<p>Nhà trình tường<br>của người Hà Nhì.</p>

<ul><li>ăn &amp; ở</li><li>dẫn đường</li></ul>";01/02/2024;
2;Chợ phiên trực tuyến;;2024-02-29;
3;"Gạo nếp
Khẩu Nậm Xít";Văn bản thường, 3 < 5;31/12/2024;2025-01-01
4;Ngày [/lạ];Không có ngày này.;30/02/2024;
5;LONG;Tên quá dài.;01/02/2024;
1;Trùng mã;Một mã, hai dòng.;01/02/2024;
""".replace("LONG", "x" * 201)


class Served(msgspec.Struct, frozen=True):
    """A served instance: its address and the data directory with its logins."""

    url: str
    data_dir: Path

    def log_in(self, username: str) -> httpx.Client:
        accounts = json.loads((self.data_dir / "demo-accounts.json").read_text())["accounts"]
        password = next(account["password"] for account in accounts if account["username"] == username)
        answer = httpx.post(f"{self.url}/v1/auth/login", json={"username": username, "password": password})
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {answer.json()['token']}"})

    def service_token(self, name: str) -> str:
        tokens = json.loads((self.data_dir / "demo-accounts.json").read_text())["tokens"]
        return str(next(token["token"] for token in tokens if token["name"] == name))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`incubator serve --demo` in a folder of its own that every user may reach; pytest's own are closed to others."""
    data_dir = Path("/tmp") / f"incubator-test-{os.getpid()}-{time.monotonic_ns()}"
    log = tmp_path_factory.mktemp("served") / "log"
    port = free_port()
    command = [sys.executable, "-m", "incubator", "serve", "--demo", "--data-dir", str(data_dir), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=output, stderr=output)
    try:
        wait_until_served(f"http://127.0.0.1:{port}", process, log)
        yield Served(f"http://127.0.0.1:{port}", data_dir)
    finally:
        process.terminate()
        process.wait(60)
        EmbeddedServer.start(data_dir).stop()
        shutil.rmtree(data_dir, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without settings that a developer may have made."""
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("INCUBATOR_")}
    return {**kept, **more}


def wait_until_served(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"nothing was served: {log.read_text()[-4000:]}")


def test_the_tour_of_the_readme_works_as_printed(served: Served) -> None:
    done = subprocess.run(
        ["sh", "-eu", "-c", tour()],
        cwd=ROOT,
        env=clean_environment(INCUBATOR_URL=served.url, INCUBATOR_DATA_DIR=str(served.data_dir)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"status": "received"' in done.stdout
    said = [line for line in done.stdout.splitlines() if re.fullmatch(r"[a-z_]+|[0-9.]+", line)]
    assert said == [
        "screening", "in_review", "80.0", "75.0", "review_closed", "done", "accepted", "active", "2", "0.75",
        "commune_certified", "bank_approved", "disbursing", "active", "55000000", "7000000", "0", "2", "10000000",
        "55000000", "7000000", "settled", "35001",
        "published", "waitlisted", "cancelled", "confirmed", "2", "2", "62", "60", "500000",
    ]  # fmt: skip
    assert done.stdout.count("idempotency-replayed: true") == 2
    assert '"lacks": [' in done.stdout
    assert "BEGIN:VCALENDAR" in done.stdout
    assert re.search(r",consulted_all_needed,project,1,", done.stdout)
    assert "'median': 77.5" in done.stdout
    assert len(re.findall("project_founded", done.stdout)) == 2
    assert "{'status': 'accepted', 'n': " in done.stdout


def tour() -> str:
    """The commands of the README's tour, in their order."""
    text = (ROOT / "README.md").read_text()
    section = text.partition("\n## A tour\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    return "\n".join(blocks)


@pytest.fixture
def call(served: Served) -> str:
    """The code of a new call of 2024 that takes leaders without a birth year."""
    code = f"proposals_{uuid4().hex}"
    terms = {"opens_on": "2024-01-01", "closes_on": "2024-12-31", "birth_year_optional": True}
    with served.log_in("staff-1") as staff:
        assert staff.post("/v1/calls", json={"code": code, "title": code, **terms}).status_code == 201
    return code


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """Six rows, three of them wrong. The name is new in every test, because rows are remembered by it."""
    path = tmp_path / f"{uuid4().hex}.csv"
    path.write_text(CSV)
    return path


def submit(served: Served, path: Path, call: str, token: str) -> "subprocess.CompletedProcess[str]":
    """Run the example as its user does."""
    options = {
        "--delimiter": ";", "--url": served.url, "--call": call, "--leader-name": "Ly Gơ Suy",
        "--locality-code": "02701", "--consent-on": "2024-01-01", "--consent-form": "paper", "--sector": "tourism",
    }  # fmt: skip
    arguments = [word for option in options.items() for word in option]
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "submit_csv.py"), str(path), *arguments],
        env=clean_environment(INCUBATOR_TOKEN=token, COLUMNS="200"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def counts(done: "subprocess.CompletedProcess[str]") -> list[int]:
    """The last table of the report: sent, replayed, refused, rows."""
    rows = re.findall(r"^│ +(\d+) +│ +(\d+) +│ +(\d+) +│ +(\d+) +│$", done.stdout, re.MULTILINE)
    assert rows, done.stdout + done.stderr
    return [int(number) for number in rows[-1]]


def token_of(client: httpx.Client) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


def ideas_of(client: httpx.Client, call: str) -> list[dict[str, Any]]:
    """The ideas of a call in the order in which they came, whole."""
    call_id = client.get("/v1/calls", params={"code": call}).json()["items"][0]["id"]
    rows = client.get("/v1/ideas", params={"call_id": call_id}).json()["items"]
    return [client.get(f"/v1/ideas/{row['id']}").json() for row in reversed(rows)]


def test_a_file_that_is_sent_twice_is_entered_once(served: Served, csv_file: Path, call: str) -> None:
    with served.log_in("staff-1") as staff:
        first = submit(served, csv_file, call, token_of(staff))
        second = submit(served, csv_file, call, token_of(staff))
        ideas = ideas_of(staff, call)
    assert (counts(first), first.returncode) == ([3, 0, 3, 6], 1)
    assert (counts(second), second.returncode) == ([0, 3, 3, 6], 1)
    assert [idea["title"] for idea in ideas] == ["Homestay tường đất", "Chợ phiên trực tuyến", "Gạo nếp Khẩu Nậm Xít"]
    assert [idea["received_on"] for idea in ideas] == ["2024-02-01", "2024-02-29", "2024-12-31"]
    assert [idea["summary"] for idea in ideas] == [
        "Nhà trình tường\ncủa người Hà Nhì.\n\n- ăn & ở\n- dẫn đường",
        "Chợ phiên trực tuyến",
        "Văn bản thường, 3 < 5",
    ]
    assert len({idea["leader"]["person_id"] for idea in ideas}) == 1


def test_what_was_refused_is_named_and_goes_through_once_it_is_corrected(
    served: Served, csv_file: Path, call: str
) -> None:
    with served.log_in("staff-1") as staff:
        first = submit(served, csv_file, call, token_of(staff))
        assert "Ngày [/lạ]" in first.stdout
        for reason in ("'30/02/2024' is no day", "the title has 201 characters", "the id occurs twice"):
            assert reason in first.stdout
        corrected = CSV.replace("30/02/2024", "01/03/2024").replace("x" * 201, "Tên").replace("1;Trùng", "6;Trùng")
        csv_file.write_text(corrected)
        second = submit(served, csv_file, call, token_of(staff))
    assert (counts(second), second.returncode) == ([3, 3, 0, 6], 0)


def test_a_row_that_changed_after_it_was_sent_is_refused(served: Served, csv_file: Path, call: str) -> None:
    with served.log_in("staff-1") as staff:
        submit(served, csv_file, call, token_of(staff))
        csv_file.write_text(CSV.replace("Chợ phiên", "Phiên chợ"))
        second = submit(served, csv_file, call, token_of(staff))
    assert counts(second) == [0, 2, 4, 6]
    assert "idempotency_key_reused" in second.stdout


def test_a_frontends_token_may_not_add_people_and_sends_the_leader_with_each_idea(
    served: Served, csv_file: Path, call: str
) -> None:
    done = submit(served, csv_file, call, served.service_token("website"))
    assert counts(done) == [3, 0, 3, 6]
    assert "a person of its own" in done.stdout


def test_a_wrong_token_stops_at_once(served: Served, csv_file: Path, call: str) -> None:
    done = submit(served, csv_file, call, "inc_service_" + "x" * 43)
    assert done.returncode == 2
    assert "unauthenticated" in done.stdout


@pytest.fixture
def submit_csv(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The example as a module; it lies beside the one that it imports, as for the user who runs it."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return import_module("submit_csv")


def test_the_client_tries_again_under_the_same_key_while_that_may_help(submit_csv: Any) -> None:
    keys = []
    problem = {"content-type": "application/problem+json"}
    refusals = iter(
        [
            httpx.Response(503, headers={"retry-after": "1"}),
            httpx.Response(
                409, headers=problem, json={"code": "idempotency_in_progress", "detail": "", "retryable": True}
            ),
            httpx.Response(201, json={"id": "1"}),
        ]
    )

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return next(refusals)

    started = time.monotonic()
    service = submit_csv.Service(httpx.Client(base_url="http://test", transport=httpx.MockTransport(answer)), "token")
    assert service.post("/v1/ideas", {}, uuid4()).status_code == 201
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert time.monotonic() - started > 1.5


def test_the_client_does_not_repeat_what_was_refused_for_good(submit_csv: Any) -> None:
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(400, headers={"content-type": "application/problem+json"}, json={"retryable": False})

    service = submit_csv.Service(httpx.Client(base_url="http://test", transport=httpx.MockTransport(answer)), "token")
    assert service.post("/v1/ideas", {}, uuid4()).status_code == 400
    assert len(calls) == 1


def test_the_readme_names_every_setting_and_every_command() -> None:
    text = (ROOT / "README.md").read_text()
    settings = re.findall(r'"((?:INCUBATOR|DATABASE)_[A-Z_]+)"', (ROOT / "incubator" / "settings.py").read_text())
    assert len(settings) > 5
    assert [name for name in settings if f"| `{name}` |" not in text] == []
    assert [name for name in COMMANDS if f"| `incubator {name} " not in text] == []
