"""What an idea may say, at entry and afterwards: nothing that submission asks for can be lost later."""

from typing import Any

from tests.factories import BAC_HA, Y_TY, Caller, Make


def pointers(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.text
    return {error["pointer"] for error in answer.json()["errors"]}


async def edit(caller: Caller, idea: dict[str, Any], **changes: Any) -> Any:
    return await caller.patch(f"/v1/ideas/{idea['id']}", changes, headers={"if-match": f'"{idea["version"]}"'})


async def test_every_wrong_field_of_an_entry_is_named_at_once(make: Make) -> None:
    officer = await make.account("commune_staff", BAC_HA)
    body = {"title": "x", "leader": {"birth_year": 2000}, "received_on": "2999-01-01", "locality_code": Y_TY}
    body["team"] = [{"person_id": "01900000-0000-7000-8000-000000000000"}]
    assert pointers(await officer.post("/v1/ideas", body)) == {
        "/leader/full_name", "/received_on", "/locality_code", "/team/0/person_id", "/summary", "/sector", "/consent",
    }  # fmt: skip


async def test_an_edit_cannot_take_back_what_submission_asked_for(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    assert pointers(await edit(staff, idea, sector=None, summary=None)) == {"/sector", "/summary"}
    stranger = {"full_name": "Lý Thị Mẩy", "birth_year": 1999}
    assert pointers(await edit(staff, idea, leader=stranger)) == {"/consent"}
    too_old = {"full_name": "Lý Văn Già", "birth_year": 1950}
    consent = {"given_on": "2025-11-02", "form": "paper"}
    refused = await edit(staff, idea, leader=too_old, consent=consent)
    assert refused.json()["rule"] == "age_out_of_limits"
    assert (await make.read(staff, idea))["content_number"] == 1
    changed = await edit(staff, idea, leader=stranger, consent=consent)
    assert changed.status_code == 200, changed.text
    assert changed.json()["leader"]["full_name"] == "Lý Thị Mẩy"


async def test_needs_are_merged_field_by_field(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff, needs={"market": "chợ phiên", "capital": "vay vốn"})
    changed = (await edit(staff, idea, needs={"digital": "gian hàng", "capital": None})).json()
    assert changed["needs"] == {"capital": None, "market": "chợ phiên", "digital": "gian hàng"}


async def test_an_empty_patch_makes_no_version(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    assert (await edit(staff, idea)).json() == idea


async def test_a_draft_can_be_corrected_and_completed_by_the_token_that_owns_it(make: Make) -> None:
    website = await make.token("ideas:submit")
    body = make.idea_body(status="draft", received_on="2025-11-02")
    del body["consent"]
    draft = (await website.post("/v1/ideas", body)).json()
    assert pointers(await website.move(draft, "submit")) == {"/consent"}
    consent = {"given_on": "2025-11-03", "form": "digital"}
    fixed = await edit(website, draft, consent=consent, received_on="2025-11-03", channel="zalo")
    assert fixed.json()["version"] > draft["version"]
    submitted = await make.moved(website, fixed.json(), "submit")
    assert (submitted["received_on"], submitted["channel"]) == ("2025-11-03", "zalo")
    late = await edit(website, submitted, received_on="2025-11-04")
    assert late.json()["errors"][0]["code"] == "immutable"


async def test_each_edit_of_a_draft_makes_the_tag_of_the_one_before_stale(make: Make) -> None:
    staff = await make.account("staff")
    draft = await make.idea(staff, status="draft")
    assert (await edit(staff, draft, summary="Một")).status_code == 200
    assert (await edit(staff, draft, summary="Hai")).status_code == 412


async def test_a_corrected_commune_leaves_the_old_name_behind(make: Make) -> None:
    staff = await make.account("staff")
    body = make.idea_body(locality_name={"name": "Minh Quán", "district": "Trấn Yên"}, received_on="2025-05-01")
    del body["locality_code"]
    idea = (await staff.post("/v1/ideas", body)).json()
    assert idea["recorded_locality"]["name"] == "Minh Quán"
    moved = (await edit(staff, idea, locality_code=BAC_HA)).json()
    assert (moved["locality"]["code"], moved["recorded_locality"]) == (BAC_HA, None)


async def test_an_answer_may_move_the_idea_to_another_commune(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    idea = await make.moved(staff, idea, "request_info", question="Ở xã nào?", due_on="2025-12-20")
    assert pointers(await staff.move(idea, "provide_info", changes={})) == {"/changes"}
    idea = await make.moved(staff, idea, "provide_info", changes={"locality_code": Y_TY})
    assert (idea["locality"]["code"], idea["content_number"]) == (Y_TY, 2)


async def test_a_draft_that_was_withdrawn_is_not_reconsidered_and_not_public(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    draft = await make.idea(staff, status="draft")
    gone = await make.moved(staff, draft, "withdraw", reason_code="other")
    refused = await approver.move(gone, "reconsider", reason="Xem lại")
    assert refused.json()["rule"] == "never_submitted"
    assert (await staff.get(f"/v1/public/ideas/{draft['tracking_code']}")).status_code == 404


async def test_the_question_stands_again_after_a_withdrawal_was_voided(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    idea = await make.moved(staff, idea, "request_info", question="Bán cho ai?", due_on="2025-12-20")
    idea = await make.moved(staff, idea, "withdraw", reason_code="other")
    idea = await make.moved(staff, idea, "void", reason="Nhầm hồ sơ")
    assert (idea["status"], idea["info_request"]) == (
        "needs_info", {"question": "Bán cho ai?", "due_on": "2025-12-20"},
    )  # fmt: skip


async def test_a_panel_of_one_call_does_not_decide_an_idea_of_another(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    call = {"code": "contest-2025", "title": "Cuộc thi 2025", "opens_on": "2025-01-01"}
    other = (await staff.post("/v1/calls", call)).json()
    idea, panel = await make.reviewed_idea(staff), await make.panel(staff, call_id=other["id"])
    refused = await approver.move(idea, "decide", panel_id=panel["id"], outcome="accepted")
    assert refused.json()["rule"] == "panel_of_another_call"


async def test_a_tracking_code_is_read_as_people_write_it(make: Make) -> None:
    staff = await make.account("staff")
    code = (await make.idea(staff))["tracking_code"]
    written = f"{code[:4]}-{code[4:8]} {code[8:]}".lower().replace("1", "l").replace("0", "o")
    assert (await staff.get(f"/v1/public/ideas/{written}")).json()["tracking_code"] == code


async def test_staff_see_which_program_made_a_move(make: Make) -> None:
    staff, website = await make.account("staff"), await make.token("ideas:submit")
    idea = await make.idea(website)
    [submit] = (await staff.get(f"/v1/ideas/{idea['id']}/transitions")).json()["items"]
    assert submit["actor"] == website.username


async def test_a_weak_tag_and_a_star_are_known_too(make: Make) -> None:
    staff = await make.account("staff")
    path = f"/v1/ideas/{(await make.idea(staff))['id']}"
    etag = (await staff.get(path)).headers["etag"]
    for known in (etag, f"W/{etag}", "*", f'"x", {etag}'):
        assert (await staff.get(path, headers={"if-none-match": known})).status_code == 304
    assert (await staff.get(path, headers={"if-none-match": '"x"'})).status_code == 200


async def test_voiding_in_a_draft_is_refused_and_a_withdrawn_draft_comes_back(make: Make) -> None:
    staff = await make.account("staff")
    draft = await make.idea(staff, status="draft")
    assert (await staff.move(draft, "void", reason="Nhầm")).status_code == 409
    gone = await make.moved(staff, draft, "withdraw", reason_code="other")
    back = await make.moved(staff, gone, "void", reason="Nhầm")
    assert (back["status"], back["moved_on"]) == ("draft", draft["received_on"])


async def test_an_unpublished_decision_is_voided_and_not_reconsidered(make: Make) -> None:
    staff, approver = await make.account("staff"), await make.account("approver")
    idea, panel = await make.reviewed_idea(staff), await make.panel(staff)
    secret = {"outcome": "rejected", "publish_at": "2026-06-01T00:00:00Z", "message": "Chưa đạt"}
    idea = await make.moved(approver, idea, "decide", panel_id=panel["id"], **secret)
    refused = await approver.move(idea, "reconsider", reason="Xem lại")
    assert refused.json()["rule"] == "not_published_yet"
    assert (await make.moved(approver, idea, "void", reason="Xem lại"))["status"] == "review_closed"


async def test_the_leader_is_not_in_the_team_as_well(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    refused = await edit(staff, idea, team=[{"person_id": idea["leader"]["person_id"]}])
    assert pointers(refused) == {"/team/0/person_id"}


async def test_an_edit_and_an_answer_name_every_wrong_field_where_it_stands(make: Make) -> None:
    staff = await make.account("staff")
    idea = await make.idea(staff)
    wrong = {"channel": "zalo", "locality_code": "99999", "leader": {"birth_year": 2000}}
    assert pointers(await edit(staff, idea, **wrong)) == {"/channel", "/locality_code", "/leader/full_name"}
    idea = await make.moved(staff, idea, "start_screening")
    idea = await make.moved(staff, idea, "request_info", question="Ở đâu?", due_on="2025-12-20")
    assert pointers(await staff.move(idea, "provide_info", changes=wrong)) == {
        "/changes/channel", "/changes/locality_code", "/changes/leader/full_name",
    }  # fmt: skip


async def test_a_panel_enters_nobody_in_a_foreign_commune(make: Make) -> None:
    staff = await make.account("staff", BAC_HA)
    body = {
        "minutes_number": "7/BB", "held_on": "2025-11-20", "quorum": 1,
        "locality_code": Y_TY, "members": [{"full_name": "Lê Thị Hoa"}],
    }  # fmt: skip
    assert pointers(await staff.post("/v1/panels", body)) == {"/locality_code"}


async def test_a_reviewer_who_turns_out_to_stand_behind_the_idea_reads_nothing_of_it(make: Make) -> None:
    staff, admin = await make.account("staff"), await make.account("admin")
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    [reviewer, _] = await make.reviewers(staff, idea)
    assert (await reviewer.get(f"/v1/ideas/{idea['id']}")).status_code == 200
    account = await admin.get(f"/v1/accounts/{reviewer.id}")
    link = {"person_id": idea["leader"]["person_id"]}
    linked = await admin.patch(f"/v1/accounts/{reviewer.id}", link, headers={"if-match": account.headers["etag"]})
    assert linked.status_code == 200, linked.text
    assert (await reviewer.get(f"/v1/ideas/{idea['id']}")).status_code == 404


async def test_who_is_no_reviewer_any_more_is_not_asked_about_the_next_version(make: Make) -> None:
    staff, admin = await make.account("staff"), await make.account("admin")
    idea = await make.moved(staff, await make.idea(staff), "start_screening")
    reviewers = await make.reviewers(staff, idea, 3)
    idea = await make.moved(staff, await make.read(staff, idea), "pass_screening")
    await make.review(reviewers[0], idea)
    account = (await admin.get(f"/v1/accounts/{reviewers[0].id}")).json()
    path = f"/v1/accounts/{reviewers[0].id}/grants/{account['grants'][0]['id']}"
    revoked = await admin.request("DELETE", path, headers={"if-match": f'"{account["version"]}"'})
    assert revoked.status_code == 204
    idea = await make.moved(staff, idea, "request_info", question="Bán cho ai?", due_on="2025-12-20")
    await make.moved(staff, idea, "provide_info", changes={"summary": "Bán ở chợ phiên."})
    items = (await staff.get(f"/v1/ideas/{idea['id']}/reviews")).json()["items"]
    asked = {item["reviewer"]["id"] for item in items if item["state"] == "to_do"}
    assert asked == {str(reviewer.id) for reviewer in reviewers[1:]}
