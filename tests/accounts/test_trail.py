"""Who sees what of the audit trail."""

import pytest

from tests.factories import BAC_HA, LAO_CAI, Y_TY, World


async def test_the_trail_tells_who_did_what(world: World) -> None:
    admin = await world.make.account("admin")
    account = (await admin.post("/v1/accounts", {"username": "lan", "grants": [{"role": "staff"}]})).json()
    of_subject = (await admin.get("/v1/audit", params={"subject_id": account["id"]})).json()["items"]
    assert [row["action"] for row in of_subject] == ["add_grant", "create_account"]
    assert {row["actor_id"] for row in of_subject} == {str(admin.id)}
    assert of_subject[0]["details"]["role"] == "staff"
    params = {"actor_id": str(admin.id), "action": "add_grant", "count": "exact"}
    assert (await admin.get("/v1/audit", params=params)).json()["total"] == 1
    assert (await admin.get("/v1/audit", params={"count": "exact"})).json()["total"] == 2
    assert (await admin.get("/v1/audit", params={"action": "no_such_action"})).json()["items"] == []


async def test_an_approver_of_a_territory_sees_what_was_done_from_there(world: World) -> None:
    make = world.make
    admin, approver = await make.account("admin"), await make.account("approver", LAO_CAI)
    of_commune = await make.account("approver", Y_TY)
    elsewhere = (await admin.post("/v1/tokens", {"name": "x", "scopes": ["stats:read"]})).json()
    here = await make.account("commune_staff", BAC_HA)
    await here.post("/v1/auth/logout")
    seen = (await approver.get("/v1/audit", params={"action": "log_out"})).json()["items"]
    assert [row["actor_id"] for row in seen] == [str(here.id)]
    assert (await approver.get("/v1/audit", params={"subject_id": elsewhere["id"]})).json()["items"] == []
    assert (await of_commune.get("/v1/audit", params={"action": "log_out"})).json()["items"] == []
    whole = await make.account("approver", None)
    assert len((await whole.get("/v1/audit", params={"subject_id": elsewhere["id"]})).json()["items"]) == 1


@pytest.mark.parametrize("role", ["staff", "commune_staff", "reviewer", "mentor", "analyst"])
async def test_others_do_not_see_the_trail(world: World, role: str) -> None:
    assert (await (await world.make.account(role)).get("/v1/audit")).json()["code"] == "forbidden"
