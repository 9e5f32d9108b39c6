"""People who are entered twice, their pairs and merges, as the tests of both make them over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.factories import BAC_HA, NUMBERS, Caller

NUMBER, OTHER_NUMBER = "010098001234", "010098005678"


async def entered(caller: Caller, name: str | None = None, **more: Any) -> dict[str, Any]:
    """Somebody who was born in 1998 and lives in Bắc Hà, unless it is said otherwise."""
    body = {"full_name": name or f"Vàng Seo {_letters()}", "birth_year": 1998, "locality_code": BAC_HA, **more}
    answer = await caller.post("/v1/people", {key: value for key, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def numbered(caller: Caller, person: Mapping[str, Any], number: str) -> None:
    answer = await caller.put(f"/v1/people/{person['id']}/citizen-id", {"number": number}, headers={"if-match": "*"})
    assert answer.status_code == 200, answer.text


async def edited(caller: Caller, person: Mapping[str, Any], **patch: Any) -> dict[str, Any]:
    answer = await caller.patch(f"/v1/people/{person['id']}", patch, headers={"if-match": "*"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def read(caller: Caller, person: Mapping[str, Any]) -> dict[str, Any]:
    answer = await caller.get(f"/v1/people/{person['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def pairs(caller: Caller, **params: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/people/duplicates", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def pair_of(caller: Caller, person: Mapping[str, Any], **params: Any) -> dict[str, Any]:
    (pair,) = await pairs(caller, person_id=person["id"], **params)
    return pair


async def resolve(caller: Caller, pair: Mapping[str, Any], action: str, **more: Any) -> httpx.Response:
    return await caller.post(
        f"/v1/people/duplicates/{pair['id']}/resolution", {"action": action, **more},
        headers={"if-match": f'"{pair["version"]}"'},
    )  # fmt: skip


async def resolved(caller: Caller, pair: Mapping[str, Any], action: str, **more: Any) -> dict[str, Any]:
    answer = await resolve(caller, pair, action, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def merge(
    caller: Caller, survivor: Mapping[str, Any], absorbed: Mapping[str, Any], **more: Any
) -> httpx.Response:
    body = {"absorbed_id": absorbed["id"], "reason": "Cùng một người", **more}
    return await caller.post(f"/v1/people/{survivor['id']}/merges", body)


async def merged(
    caller: Caller, survivor: Mapping[str, Any], absorbed: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    answer = await merge(caller, survivor, absorbed, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def undo(caller: Caller, merge_: Mapping[str, Any]) -> httpx.Response:
    return await caller.post(f"/v1/people/merges/{merge_['id']}/undo", {"reason": "Gộp nhầm"})


async def undone(caller: Caller, merge_: Mapping[str, Any]) -> dict[str, Any]:
    answer = await undo(caller, merge_)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def broken(answer: httpx.Response) -> str:
    """The rule that was broken."""
    assert answer.status_code == 422, answer.text
    return str(answer.json()["rule"])


def _letters() -> str:
    """The next number in letters, so that no two of these have one name."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(next(NUMBERS)))
