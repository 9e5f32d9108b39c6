"""An idea from the form to the decision, over HTTP."""

from tests.factories import BAC_HA, Y_TY, Make, World


async def test_an_idea_is_entered_and_read_with_its_tracking_code(make: Make) -> None:
    officer = await make.account("commune_staff", BAC_HA)
    answer = await officer.post("/v1/ideas", make.idea_body(is_proxy=True, channel="paper"))
    assert answer.status_code == 201, answer.text
    idea = answer.json()
    assert answer.headers["location"] == f"/v1/ideas/{idea['id']}"
    assert len(idea["tracking_code"]) == 12
    assert idea["status"] == "submitted"
    assert (await officer.get(f"/v1/ideas/{idea['id']}")).json() == idea


async def test_the_whole_way_to_an_accepted_idea(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    idea = await make.accepted_idea(staff, approver)
    assert idea["status"] == "accepted"
    assert idea["decision"]["outcome"] == "accepted"
    history = (await staff.get(f"/v1/ideas/{idea['id']}/transitions")).json()["items"]
    assert [row["action"] for row in history] == [
        "submit", "start_screening", "pass_screening", "close_review", "decide",
    ]  # fmt: skip


async def test_a_sibling_commune_does_not_see_an_idea(make: Make, world: World) -> None:
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    idea = await make.idea(here)
    assert (await here.get(f"/v1/ideas/{idea['id']}")).status_code == 200
    assert (await there.get(f"/v1/ideas/{idea['id']}")).status_code == 404
    assert (await there.get("/v1/ideas")).json()["items"] == []
