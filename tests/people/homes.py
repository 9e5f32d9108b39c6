"""Households over HTTP, as tests of people and of reviewers make them."""

from typing import Any

import httpx

from tests.factories import BAC_HA, NUMBERS, Caller


def home_body(**more: Any) -> dict[str, Any]:
    head = {"full_name": f"Vàng A Sủng {next(NUMBERS)}", "birth_year": 1995, "sex": "male"}
    return {"head": head, "locality_code": BAC_HA, "from_on": "2019-05-01", **more}


async def add_home(caller: Caller, **more: Any) -> dict[str, Any]:
    """A household in Bắc Hà since May 2019."""
    return made(await caller.post("/v1/households", home_body(**more)))


async def add_housemate(caller: Caller, home: dict[str, Any], person_id: Any, **more: Any) -> dict[str, Any]:
    """Somebody who is there already comes to live in the household."""
    body = {"person": {"person_id": str(person_id)}, "relation": "other", "from_on": "2020-01-01", **more}
    return made(await caller.post(f"/v1/households/{home['id']}/members", body))


async def change_member(caller: Caller, home: dict[str, Any], member: dict[str, Any], **patch: Any) -> httpx.Response:
    path = f"/v1/households/{home['id']}/members/{member['id']}"
    return await caller.patch(path, patch, headers={"if-match": f'"{member["version"]}"'})


def head_of(home: dict[str, Any]) -> str:
    return str(next(member["person_id"] for member in home["members"] if member["relation"] == "head"))


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def faults(answer: httpx.Response, status: int = 400) -> list[tuple[str, str]]:
    """Where what is wrong, in the order of the answer."""
    assert answer.status_code == status, answer.text
    return [(error.get("pointer") or error.get("parameter"), error["code"]) for error in answer.json()["errors"]]
