"""The log from a phone and the briefing, on the demonstration many times over, as one of its mentors."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console

from benchmarks.load import CONNECTIONS
from incubator.days import civil_day
from incubator.demo import load_demo

SCALE = 10
FEW, DOZENS = 100, 24
"""Households with loans and activities, which nothing here asks for."""

MENTOR = "mentor-1"


class Mentee(msgspec.Struct):
    """What the two servers are asked: a project with a history, and a log for each connection's own project."""

    token: dict[str, str]
    project_id: str
    logs: list[bytes]
    logs_by_hand: list[bytes]


async def tell(database_url: str) -> str:
    """Fill a migrated database with the demonstration; the password of its mentor."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        console = Console(quiet=True)
        await load_demo(
            database_url, scale=SCALE, seed=57, data_dir=data_dir, console=console, households=FEW, activities=DOZENS
        )
        accounts = msgspec.json.decode((data_dir / "demo-accounts.json").read_bytes())["accounts"]
    return next(str(account["password"]) for account in accounts if account["username"] == MENTOR)


async def meet(url: str, password: str) -> Mentee:
    """Log the mentor in and look for projects of theirs that run."""
    async with httpx.AsyncClient(base_url=f"{url}/v1") as client:
        login = await client.post("/auth/login", json={"username": MENTOR, "password": password})
        token = {"Authorization": f"Bearer {login.raise_for_status().json()['token']}"}
        projects = await _rows(client, token, "/projects", {"status": "active", "limit": CONNECTIONS + 100})
        told = await _rows(client, token, "/consultations", {"limit": 200})
        active = {project["id"] for project in projects}
        known = next(row for row in told if row["project_id"] in active and row["mentor_id"])
    ids = [project["id"] for project in projects[:CONNECTIONS]]
    by_hand = [_body({**_log(project_id), "mentor_id": known["mentor_id"]}) for project_id in ids]
    logs = [_body({**_log(project_id), "new_session": True}) for project_id in ids]
    return Mentee(token, known["project_id"], logs, by_hand)


async def _rows(
    client: httpx.AsyncClient, token: dict[str, str], path: str, params: dict[str, Any]
) -> list[dict[str, Any]]:
    answer = await client.get(path, params=params, headers=token)
    return list(answer.raise_for_status().json()["items"])


def _log(project_id: str) -> dict[str, Any]:
    due_on = (civil_day(datetime.now(UTC)) + timedelta(days=14)).isoformat()
    return {
        "project_id": project_id,
        "platforms": ["market", "digital"],
        "minutes": 45,
        "advice": "Đóng gói 100 g, gửi mẫu cho ba cửa hàng ở Sa Pa. " * 5,
        "actions": [{"what": what, "due_on": due_on} for what in ("Gửi mẫu cho ba cửa hàng", "Mở gian hàng")],
    }


def _body(log: dict[str, Any]) -> bytes:
    return msgspec.json.encode(log)
