"""Service tokens: made, used, rolled, revoked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.accounts.conftest import Trail, bearer
from tests.factories import BAC_HA, Caller, World


async def created(admin: Caller, **more: Any) -> dict[str, Any]:
    answer = await admin.post("/v1/tokens", {"name": "Cổng nộp ý tưởng", "scopes": ["ideas:submit"], **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def code_of(http: httpx.AsyncClient, text: str) -> str:
    answer = await http.get("/v1/me", headers=bearer(text))
    return "ok" if answer.status_code == 200 else str(answer.json()["code"])


async def test_a_token_shows_its_secret_once_and_opens_its_scopes(
    world: World, http: httpx.AsyncClient, trail: Trail
) -> None:
    admin = await world.make.account("admin")
    body = {"name": "Kiosk", "scopes": ["ideas:submit", "stats:read"], "locality_code": BAC_HA, "sensitive": True}
    key = {"idempotency-key": str(uuid4())}
    answer = await admin.post("/v1/tokens", body, headers=key)
    token = answer.json()
    assert (answer.status_code, token["locality"]["code"], token["expires_at"]) == (201, BAC_HA, None)
    assert token["token"].startswith("inc_service_")
    assert (await admin.post("/v1/tokens", body, headers=key)).json() == {**token, "token": None}
    me = (await http.get("/v1/me", headers=bearer(token["token"]))).json()
    assert (me["scopes"], me["sensitive"]) == (["ideas:submit", "stats:read"], True)
    assert "ideas:enter" in me["permissions"]
    denied = await http.get("/v1/people", headers=bearer(token["token"]))
    assert (denied.status_code, denied.json()["code"]) == (403, "insufficient_scope")
    assert denied.json()["detail"] == "This needs one of these scopes: people:read."
    assert (await trail()).count("create_token") == 1


async def test_a_token_is_told_of_no_scope_where_none_helps(world: World) -> None:
    token = await world.make.token("stats:read")
    for path in ("/v1/accounts", "/v1/mentors", "/v1/stats/mentoring?group_by=mentor"):
        denied = await token.get(path)
        assert (denied.status_code, denied.json()["code"]) == (403, "forbidden")


async def test_a_token_expires(world: World, http: httpx.AsyncClient) -> None:
    admin = await world.make.account("admin")
    token = await created(admin, expires_at="2025-11-30T04:00:00Z")
    assert await code_of(http, token["token"]) == "ok"
    world.clock.now += timedelta(hours=1)
    assert await code_of(http, token["token"]) == "token_expired"
    past = await admin.post("/v1/tokens", {"name": "x", "scopes": ["stats:read"], "expires_at": "2025-11-30T04:00:00Z"})
    assert (past.status_code, past.json()["rule"]) == (422, "expiry_in_the_past")


async def test_a_rolled_token_has_a_new_secret_and_the_same_rights(world: World, http: httpx.AsyncClient) -> None:
    admin = await world.make.account("admin")
    token = await created(admin)
    rolled = await admin.post(f"/v1/tokens/{token['id']}/roll")
    assert (rolled.status_code, rolled.json()["id"]) == (200, token["id"])
    assert await code_of(http, token["token"]) == "unauthenticated"
    assert await code_of(http, rolled.json()["token"]) == "ok"


async def test_a_revoked_token_is_out_for_good(world: World, http: httpx.AsyncClient) -> None:
    admin = await world.make.account("admin")
    token = await created(admin)
    path = f"/v1/tokens/{token['id']}"
    assert (await admin.request("DELETE", path)).status_code == 428
    match = {"if-match": (await admin.get(path)).headers["etag"]}
    assert (await admin.request("DELETE", path, headers=match)).status_code == 204
    assert (await admin.request("DELETE", path, headers=match)).status_code == 412
    assert await code_of(http, token["token"]) == "token_revoked"
    assert (await admin.post(f"{path}/roll")).json()["rule"] == "token_already_revoked"
    assert (await admin.get("/v1/tokens", params={"live": "true"})).json()["items"] == []
    listed = (await admin.get("/v1/tokens", params={"live": "false", "scope": "ideas:submit"})).json()["items"]
    assert [row["id"] for row in listed] == [token["id"]]
    assert "token" not in listed[0]


async def test_a_session_is_no_service_token(world: World) -> None:
    admin = await world.make.account("admin")
    assert (await admin.get("/v1/tokens")).json()["items"] == []
    me = await admin.get("/v1/me")
    assert (await admin.get(f"/v1/tokens/{me.json()['id']}")).status_code == 404


async def test_wrong_scopes_are_named(world: World) -> None:
    admin = await world.make.account("admin")
    twice = await admin.post("/v1/tokens", {"name": "x", "scopes": ["stats:read", "stats:read"]})
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (400, "/scopes/1")
    for scopes in ([], ["stats:write"]):
        assert (await admin.post("/v1/tokens", {"name": "x", "scopes": scopes})).status_code == 400
