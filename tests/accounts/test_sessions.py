"""Logging in, staying in, changing the password, logging out."""

from datetime import timedelta
from typing import Any

import httpx

from incubator.accounts.sessions.actions import sweep_sessions
from incubator.actor import Role, Scope
from tests.accounts.conftest import AddAccount, AddToken, LogIn, Trail, bearer
from tests.factories import LAO_CAI, World


async def try_to_log_in(http: httpx.AsyncClient, username: str, password: str, **headers: str) -> httpx.Response:
    return await http.post("/v1/auth/login", json={"username": username, "password": password}, headers=headers)


async def test_a_login_gives_a_token_that_says_who_one_is(http: httpx.AsyncClient, add_account: AddAccount) -> None:
    _, password = await add_account("Lan", Role.commune_staff, locality_code=LAO_CAI, sensitive=True)
    answer = await try_to_log_in(http, "LAN", password)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expires_at"] == "2025-11-30T15:00:00Z"
    assert answer.json()["account"]["username"] == "lan"
    me = (await http.get("/v1/me", headers=bearer(answer.json()["token"]))).json()
    assert (me["kind"], me["name"], me["scopes"]) == ("account", "lan", [])
    assert [(g["role"], g["locality"]["code"], g["sensitive"]) for g in me["grants"]] == [
        ("commune_staff", LAO_CAI, True)
    ]
    assert "ideas:enter" in me["permissions"]
    assert "accounts:manage" not in me["permissions"]


async def test_a_service_token_says_its_scopes_and_place(http: httpx.AsyncClient, add_token: AddToken) -> None:
    token = await add_token(Scope.ideas_submit, Scope.stats_read, locality_code=LAO_CAI)
    me = (await http.get("/v1/me", headers=bearer(token))).json()
    assert (me["kind"], me["name"], me["grants"]) == ("token", "Kiosk", [])
    assert me["scopes"] == ["ideas:submit", "stats:read"]
    assert me["locality"]["code"] == LAO_CAI
    assert me["expires_at"] is None


async def test_a_wrong_password_and_an_unknown_name_look_the_same(
    http: httpx.AsyncClient, add_account: AddAccount, trail: Trail
) -> None:
    await add_account("lan")
    wrong = await try_to_log_in(http, "lan", "wrong password")
    unknown = await try_to_log_in(http, "nobody", "wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["code"] == unknown.json()["code"] == "unauthenticated"
    assert (await trail())[-2:] == ["login_denied", "login_denied"]


async def test_the_eleventh_attempt_is_throttled_until_the_window_ends(
    http: httpx.AsyncClient, add_account: AddAccount, world: World, trail: Trail
) -> None:
    _, password = await add_account("lan")
    for _ in range(10):
        assert (await try_to_log_in(http, "lan", "wrong password")).status_code == 401
    world.clock.now += timedelta(minutes=5)
    for _ in range(2):
        refused = await try_to_log_in(http, "lan", password)  # the right one: a throttled guess learns nothing
        assert (refused.status_code, refused.json()["code"]) == (429, "login_throttled")
        assert refused.headers["retry-after"] == "600"
    assert (await trail()).count("login_throttled") == 1
    assert (await try_to_log_in(http, "other", "wrong password")).status_code == 401
    world.clock.now += timedelta(minutes=10)
    assert (await try_to_log_in(http, "lan", password)).status_code == 200


async def test_a_right_password_forgets_the_attempts_of_its_own(
    http: httpx.AsyncClient, add_account: AddAccount
) -> None:
    _, password = await add_account("lan")
    for _ in range(3):
        for _ in range(9):
            assert (await try_to_log_in(http, "lan", "wrong password")).status_code == 401
        assert (await try_to_log_in(http, "lan", password)).status_code == 200


async def test_an_untrusted_peer_cannot_choose_its_address(http: httpx.AsyncClient, add_account: AddAccount) -> None:
    await add_account("lan")
    answers = [
        await try_to_log_in(http, "lan", "wrong password", **{"x-forwarded-for": f"192.0.2.{i}"}) for i in range(11)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_one_name_is_throttled_over_all_addresses(world: World, add_account: AddAccount) -> None:
    await add_account("lan")
    codes = []
    for i in range(101):
        transport = httpx.ASGITransport(world.service, client=(f"192.0.2.{i % 20}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as elsewhere:
            codes.append((await try_to_log_in(elsewhere, "lan", "wrong password")).status_code)
    assert codes == [401] * 100 + [429]


async def test_a_session_lasts_twelve_hours_and_use_extends_it(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn, world: World
) -> None:
    headers = await log_in(*await add_account("lan"))
    world.clock.now += timedelta(minutes=4)
    assert (await http.get("/v1/me", headers=headers)).json()["expires_at"] == "2025-11-30T15:00:00Z"
    world.clock.now += timedelta(minutes=2)
    assert (await http.get("/v1/me", headers=headers)).json()["expires_at"] == "2025-11-30T15:06:00Z"
    world.clock.now += timedelta(hours=12)
    expired = await http.get("/v1/me", headers=headers)
    assert (expired.status_code, expired.json()["code"]) == (401, "token_expired")


async def test_a_session_ends_thirty_days_after_its_login(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn, world: World
) -> None:
    headers = await log_in(*await add_account("lan"))
    for _ in range(71):
        world.clock.now += timedelta(hours=10)
        assert (await http.get("/v1/me", headers=headers)).status_code == 200
    assert (await http.get("/v1/me", headers=headers)).json()["expires_at"] == "2025-12-30T03:00:00Z"
    world.clock.now += timedelta(hours=10)
    assert (await http.get("/v1/me", headers=headers)).json()["code"] == "token_expired"


async def test_a_malformed_or_unknown_token_is_unauthenticated(http: httpx.AsyncClient) -> None:
    for token in ("x", "inc_session_short", f"inc_session_{'A' * 43}", "inc_service_" + "é" * 43):
        answer = await http.get("/v1/me", headers={"authorization": f"Bearer {token}".encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), token
        assert answer.headers["www-authenticate"]


async def test_logging_out_ends_this_session_only(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn, trail: Trail
) -> None:
    known = await add_account("lan")
    here, there = await log_in(*known), await log_in(*known)
    assert (await http.post("/v1/auth/logout", headers=here)).status_code == 204
    assert (await http.get("/v1/me", headers=here)).json()["code"] == "token_revoked"
    assert (await http.get("/v1/me", headers=there)).status_code == 200
    assert (await trail())[-1] == "log_out"


async def test_a_service_token_has_no_session_and_no_password(http: httpx.AsyncClient, add_token: AddToken) -> None:
    headers = bearer(await add_token(Scope.stats_read))
    assert (await http.post("/v1/auth/logout", headers=headers)).status_code == 403
    change = {"current_password": "x", "new_password": "long enough"}
    assert (await http.post("/v1/auth/password", headers=headers, json=change)).status_code == 403


async def test_changing_the_password_ends_the_other_sessions(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn, trail: Trail
) -> None:
    known = await add_account("lan")
    here, there = await log_in(*known), await log_in(*known)
    change = {"current_password": known[1], "new_password": "mận tam hoa"}
    assert (await http.post("/v1/auth/password", headers=here, json=change)).status_code == 204
    assert (await http.get("/v1/me", headers=here)).status_code == 200
    assert (await http.get("/v1/me", headers=there)).json()["code"] == "token_revoked"
    assert (await try_to_log_in(http, *known)).status_code == 401
    await log_in("lan", "mận tam hoa")
    assert "change_password" in await trail()


async def test_a_new_password_is_long_new_and_not_the_username(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn, trail: Trail
) -> None:
    username, password = await add_account("nguyen.thi.lan")
    headers = await log_in(username, password)

    async def change(current: str, new: str) -> dict[str, Any]:
        body = {"current_password": current, "new_password": new}
        answer = await http.post("/v1/auth/password", headers=headers, json=body)
        return {"status": answer.status_code, **(answer.json() if answer.content else {})}

    assert (await change(password, "short"))["errors"][0]["code"] == "too_short"
    assert (await change("not the password", "long enough"))["rule"] == "current_password_wrong"
    assert (await trail())[-1] == "password_denied"
    assert (await change(password, "Nguyen.Thi.Lan"))["rule"] == "password_equals_username"
    assert (await change(password, password))["rule"] == "password_unchanged"
    assert (await change(password, "long enough"))["status"] == 204


async def test_a_stolen_session_does_not_guess_the_password(
    http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn
) -> None:
    headers = await log_in(*await add_account("lan"))
    guess = {"current_password": "wrong password", "new_password": "long enough"}
    answers = [await http.post("/v1/auth/password", headers=headers, json=guess) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_sessions_that_ended_a_month_ago_are_swept(
    world: World, http: httpx.AsyncClient, add_account: AddAccount, add_token: AddToken, log_in: LogIn
) -> None:
    headers = await log_in(*await add_account("lan"))
    service = bearer(await add_token(Scope.stats_read))

    async def sweep(**later: int) -> str:
        world.clock.now += timedelta(**later)
        async with world.database.begin() as session:
            await sweep_sessions(session, now=world.clock.now)
        return str((await http.get("/v1/me", headers=headers)).json()["code"])

    assert await sweep(days=30) == "token_expired"
    assert await sweep(days=1) == "unauthenticated"
    assert (await http.get("/v1/me", headers=service)).status_code == 200
