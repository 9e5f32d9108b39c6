"""What administrators do with accounts and grants."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.queries import require_account_with
from incubator.actor import Permission, Role
from incubator.errors import DomainError
from tests.accounts.conftest import AddAccount, LogIn, Trail
from tests.factories import BAC_HA, LAO_CAI, Caller, World


def match(account: dict[str, Any]) -> dict[str, str]:
    return {"if-match": f'"{account["version"]}"'}


async def created(admin: Caller, username: str = "lan", **more: Any) -> dict[str, Any]:
    answer = await admin.post("/v1/accounts", {"username": username, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def read(admin: Caller, account: dict[str, Any]) -> dict[str, Any]:
    return dict((await admin.get(f"/v1/accounts/{account['id']}")).json())


async def test_a_new_account_logs_in_with_the_password_that_is_shown_once(
    world: World, http: httpx.AsyncClient, log_in: LogIn, trail: Trail
) -> None:
    admin = await world.make.account("admin")
    grants = [{"role": "commune_staff", "locality_code": BAC_HA}, {"role": "reviewer", "sensitive": True}]
    body, key = {"username": "Lan.Anh", "grants": grants}, {"idempotency-key": str(uuid4())}
    answer = await admin.post("/v1/accounts", body, headers=key)
    account = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/accounts/{account['id']}"
    assert [(g["role"], g["locality"] and g["locality"]["code"], g["sensitive"]) for g in account["grants"]] == [
        ("commune_staff", BAC_HA, False),
        ("reviewer", None, True),
    ]
    headers = await log_in("lan.anh", account["password"])
    assert (await http.get("/v1/accounts", headers=headers)).json()["code"] == "forbidden"
    replay = await admin.post("/v1/accounts", body, headers=key)
    assert replay.headers["idempotency-replayed"] == "true"
    assert replay.json() == {**account, "password": None}
    assert "password" not in await read(admin, account)
    assert (await trail()).count("create_account") == 1


async def test_a_username_is_taken_in_any_case(world: World) -> None:
    admin = await world.make.account("admin")
    await created(admin, "lan")
    answer = await admin.post("/v1/accounts", {"username": "LAN\n"})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert answer.json()["errors"][0]["pointer"] == "/username"


@pytest.mark.parametrize("username", ["a", "lần", "lan anh", "-lan", "l" * 64])
async def test_a_username_has_a_plain_form(world: World, username: str) -> None:
    admin = await world.make.account("admin")
    answer = await admin.post("/v1/accounts", {"username": username})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/username")


async def test_a_grant_names_a_province_or_commune_of_today(world: World) -> None:
    admin, staff = await world.make.account("admin"), await world.make.account("staff")
    village = (await staff.post("/v1/localities", {"commune_code": BAC_HA, "name": "Thôn Bản Phố"})).json()
    account = await created(admin)
    path = f"/v1/accounts/{account['id']}/grants"
    unknown = await admin.post(path, {"role": "staff", "locality_code": "99999"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "/locality_code")
    in_village = await admin.post(path, {"role": "staff", "locality_code": village["code"]})
    assert in_village.json()["rule"] == "grant_on_province_or_commune"
    of_admin = await admin.post(path, {"role": "admin", "locality_code": LAO_CAI})
    assert of_admin.json()["rule"] == "admin_is_country_wide"


async def test_wrong_grants_of_a_new_account_are_named_by_their_place(world: World) -> None:
    admin = await world.make.account("admin")
    grants = [{"role": "staff"}, {"role": "staff", "locality_code": "99999"}]
    answer = await admin.post("/v1/accounts", {"username": "lan", "grants": grants})
    assert answer.json()["errors"][0]["pointer"] == "/grants/1/locality_code"
    answer = await admin.post("/v1/accounts", {"username": "lan", "grants": [grants[0], grants[0]]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/grants/1")


async def test_a_grant_comes_and_goes_at_once(world: World, http: httpx.AsyncClient, log_in: LogIn) -> None:
    admin = await world.make.account("admin")
    account = await created(admin)
    headers = await log_in("lan", account["password"])
    assert (await http.get("/v1/audit", headers=headers)).status_code == 403
    grant = await admin.post(f"/v1/accounts/{account['id']}/grants", {"role": "approver"})
    assert grant.status_code == 201
    assert (await http.get("/v1/audit", headers=headers)).status_code == 200
    path = f"/v1/accounts/{account['id']}/grants/{grant.json()['id']}"
    assert (await admin.request("DELETE", path)).status_code == 428
    assert (await admin.request("DELETE", path, headers=match(account))).status_code == 412
    now = await read(admin, account)
    assert (await admin.request("DELETE", path, headers=match(now))).status_code == 204
    assert (await http.get("/v1/audit", headers=headers)).status_code == 403
    assert (await read(admin, account))["grants"] == []
    assert (await admin.request("DELETE", path, headers=match(now))).status_code == 404


async def test_the_same_grant_is_given_once_and_again_after_it_was_revoked(world: World) -> None:
    admin = await world.make.account("admin")
    account = await created(admin, grants=[{"role": "staff"}])
    path = f"/v1/accounts/{account['id']}/grants"
    assert (await admin.post(path, {"role": "staff", "sensitive": True})).json()["code"] == "duplicate"
    assert (await admin.post(path, {"role": "staff", "locality_code": LAO_CAI})).status_code == 201
    now = await read(admin, account)
    gone = await admin.request("DELETE", f"{path}/{account['grants'][0]['id']}", headers=match(now))
    assert gone.status_code == 204
    assert (await admin.post(path, {"role": "staff", "sensitive": True})).status_code == 201


async def test_a_disabled_account_is_out_until_it_is_enabled(
    world: World, http: httpx.AsyncClient, log_in: LogIn, trail: Trail
) -> None:
    admin = await world.make.account("admin")
    account = await created(admin)
    headers, path = await log_in("lan", account["password"]), f"/v1/accounts/{account['id']}"
    assert (await admin.patch(path, {"status": "disabled"})).status_code == 428
    disabled = await admin.patch(path, {"status": "disabled"}, headers=match(account))
    assert (disabled.status_code, disabled.json()["status"]) == (200, "disabled")
    assert (await http.get("/v1/me", headers=headers)).json()["code"] == "token_revoked"
    refused = await http.post("/v1/auth/login", json={"username": "lan", "password": account["password"]})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    enabled = await admin.patch(path, {"status": "active"}, headers=match(disabled.json()))
    assert enabled.json()["disabled_at"] is None
    assert (await http.get("/v1/me", headers=headers)).json()["code"] == "token_revoked"
    await log_in("lan", account["password"])
    assert {"disable_account", "enable_account", "login_denied"} <= set(await trail())


async def test_disabling_tells_the_features_above_in_the_same_transaction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[UUID] = []

    async def hand_over(session: AsyncSession, account_id: UUID, now: Any) -> None:
        assert session.in_transaction()
        told.append(account_id)

    monkeypatch.setitem(world.service.litestar.state._state, "on_role_lost", {Role.staff: hand_over})
    admin = await world.make.account("admin")
    account = await created(admin)
    path = f"/v1/accounts/{account['id']}"
    disabled = await admin.patch(path, {"status": "disabled"}, headers=match(account))
    again = await admin.patch(path, {"status": "disabled"}, headers=match(disabled.json()))
    assert again.json()["version"] == disabled.json()["version"]
    assert told == [UUID(account["id"])]


async def test_an_account_is_linked_to_a_person_who_exists(world: World) -> None:
    admin, staff = await world.make.account("admin"), await world.make.account("staff")
    idea = await world.make.idea(staff)
    person_id = idea["leader"]["person_id"]
    account = await created(admin)
    path = f"/v1/accounts/{account['id']}"
    linked = await admin.patch(path, {"person_id": person_id}, headers=match(account))
    assert linked.json()["person_id"] == person_id
    wrong = await admin.patch(path, {"person_id": str(uuid4())}, headers=match(linked.json()))
    assert wrong.json()["errors"][0] == {
        "code": "not_found", "detail": "names nothing that exists", "pointer": "/person_id",
    }  # fmt: skip
    assert (await admin.patch(path, {"person_id": None}, headers=match(linked.json()))).json()["person_id"] is None


async def test_the_last_active_administrator_stays(world: World) -> None:
    admin = await world.make.account("admin")
    me = await read(admin, {"id": admin.id})
    path = f"/v1/accounts/{admin.id}"
    disable = await admin.patch(path, {"status": "disabled"}, headers=match(me))
    assert (disable.status_code, disable.json()["rule"]) == (422, "last_active_admin")
    revoke = await admin.request("DELETE", f"{path}/grants/{me['grants'][0]['id']}", headers=match(me))
    assert (revoke.status_code, revoke.json()["rule"]) == (422, "last_active_admin")
    other = await created(admin, grants=[{"role": "admin"}])
    disabled = await admin.patch(f"/v1/accounts/{other['id']}", {"status": "disabled"}, headers=match(other))
    assert disabled.status_code == 200
    assert (await admin.patch(path, {"status": "disabled"}, headers=match(me))).status_code == 422
    enabled = {"status": "active"}
    await admin.patch(f"/v1/accounts/{other['id']}", enabled, headers=match(disabled.json()))
    assert (await admin.patch(path, {"status": "disabled"}, headers=match(me))).status_code == 200


async def test_a_reset_password_must_be_changed_before_all_else(
    world: World, http: httpx.AsyncClient, add_account: AddAccount, log_in: LogIn
) -> None:
    admin = await world.make.account("admin")
    username, old = await add_account("lan")
    before = await log_in(username, old)
    account = (await admin.get("/v1/accounts", params={"username": "Lan"})).json()["items"][0]
    key = {"idempotency-key": str(uuid4())}
    reset = await admin.post(f"/v1/accounts/{account['id']}/password-reset", headers=key)
    assert reset.status_code == 200
    replay = await admin.post(f"/v1/accounts/{account['id']}/password-reset", headers=key)
    assert replay.json() == {**reset.json(), "password": None}
    assert (await http.get("/v1/me", headers=before)).json()["code"] == "token_revoked"
    password = reset.json()["password"]
    headers = await log_in(username, password)
    refused = await http.get("/v1/localities", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    assert (await http.get("/v1/me", headers=headers)).json()["must_change_password"] is True
    change = {"current_password": password, "new_password": "mận tam hoa"}
    assert (await http.post("/v1/auth/password", headers=headers, json=change)).status_code == 204
    assert (await http.get("/v1/localities", headers=headers)).status_code == 200


async def test_the_list_is_filtered_and_walked(world: World) -> None:
    admin = await world.make.account("admin")
    for n in range(3):
        await created(admin, f"lan-{n}", grants=[{"role": "mentor"}, {"role": "mentor", "locality_code": LAO_CAI}])
    first = (await admin.get("/v1/accounts", params={"role": "mentor", "limit": 2, "count": "exact"})).json()
    assert [row["username"] for row in first["items"]] == ["lan-2", "lan-1"]
    assert (first["total"], first["items"][0]["roles"]) == (3, ["mentor"])
    rest = await admin.get("/v1/accounts", params={"role": "mentor", "limit": 2, "cursor": first["next_cursor"]})
    assert [row["username"] for row in rest.json()["items"]] == ["lan-0"]
    assert (await admin.get("/v1/accounts", params={"status": "disabled"})).json()["items"] == []
    assert (await admin.get("/v1/accounts", params={"person_id": str(uuid4())})).json()["items"] == []
    table = await admin.get("/v1/accounts", headers={"accept": "text/csv"})
    assert table.text.splitlines()[0].startswith("\ufeffid,version,username")


@pytest.mark.parametrize("role", ["approver", "staff", "commune_staff", "reviewer", "mentor", "analyst"])
async def test_only_administrators_see_accounts_and_tokens(world: World, role: str) -> None:
    other = await world.make.account(role)
    for path in ("/v1/accounts", f"/v1/accounts/{other.id}", "/v1/tokens"):
        assert (await other.get(path)).json()["code"] == "forbidden"


async def test_somebody_without_the_permission_or_disabled_is_not_named_in_a_body(world: World) -> None:
    staff, mentor = await world.make.account("staff"), await world.make.account("mentor")

    async def require(account_id: UUID | None) -> None:
        async with world.database.begin() as session:
            await require_account_with(session, account_id, Permission.ideas_screen, pointer="/assignee_id")

    await require(staff.id)
    for account_id in (mentor.id, uuid4(), None):
        with pytest.raises(DomainError, match="validation_failed"):
            await require(account_id)


async def test_two_administrators_cannot_disable_each_other_at_once(committed: World) -> None:
    one, two = await committed.make.account("admin"), await committed.make.account("admin")
    answers = await asyncio.gather(
        one.patch(f"/v1/accounts/{two.id}", {"status": "disabled"}, headers={"if-match": '"1"'}),
        two.patch(f"/v1/accounts/{one.id}", {"status": "disabled"}, headers={"if-match": '"1"'}),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 422])


async def test_twenty_equal_grants_at_once_are_one(committed: World) -> None:
    admin, other = await committed.make.account("admin"), await committed.make.account("mentor")
    path = f"/v1/accounts/{other.id}/grants"
    answers = await asyncio.gather(*(admin.post(path, {"role": "staff"}) for _ in range(20)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(201) == 1
    assert set(codes) <= {201, 409}


async def test_with_the_last_grant_of_a_role_its_open_work_goes_back(world: World) -> None:
    admin, staff = await world.make.account("admin"), await world.make.account("staff")
    idea = await world.make.moved(staff, await world.make.idea(staff), "start_screening")
    [reviewer, _] = await world.make.reviewers(staff, idea)
    account = (await admin.get(f"/v1/accounts/{reviewer.id}")).json()
    path = f"/v1/accounts/{reviewer.id}/grants/{account['grants'][0]['id']}"
    assert (await admin.request("DELETE", path, headers=match(account))).status_code == 204
    left = (await staff.get(f"/v1/ideas/{idea['id']}/reviews")).json()["items"]
    assert [item["reviewer"]["username"] for item in left if item["reviewer"]["id"] == str(reviewer.id)] == []
    assert len(left) == 1
