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


async def test_before_publication_an_officer_learns_nothing_of_the_decision(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    officer = await make.account("commune_staff", BAC_HA)
    idea = await make.reviewed_idea(staff)
    before = await make.read(officer, idea)
    panel = await make.panel(staff, held_on="2025-11-30")
    idea = await make.moved(
        approver, idea, "decide", panel_id=panel["id"], outcome="rejected", publish_at="2025-12-05T00:00:00Z"
    )
    seen = await make.read(officer, idea)
    assert {**before, "version": 0} == {**seen, "version": 0}
    refused = await officer.move(seen, "withdraw", reason_code="other")
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("The status is review_closed")
    assert refused.json().get("allowed_actions", []) == []
    edited = await officer.patch(f"/v1/ideas/{idea['id']}", {"title": "X"}, headers={"if-match": "*"})
    assert edited.json()["detail"].startswith("The status is review_closed")
    assert (await make.read(staff, idea))["status"] == "rejected"
