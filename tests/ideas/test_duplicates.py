"""Ideas that may be the same one: found with the reason, told to who may see both, and resolved by a person."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import delete, select, update

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.ideas.duplicates.models import MOST_CANDIDATES, IdeaDuplicate, IdeaEvidence, evidence_of, words_of
from incubator.ideas.models import Idea, IdeaMember, new_tracking_code, search_key
from incubator.people.duplicates.models import PersonDuplicate
from incubator.people.models import Person
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Y_TY, Caller, Make, World, locality_id

FAR_COMMUNE = "00004"
TITLE = "Mận Tam Hoa sấy dẻo"
OTHER_TITLE = "Mận Tam Hoa tươi"
STRANGE_TITLE = "Nuôi cá hồi nước lạnh"
SAME, MAYBE, EQUAL, SIMILAR = IdeaEvidence


class Pairs:
    """What staff does with the pairs of ideas."""

    def __init__(self, make: Make, staff: Caller) -> None:
        self.make = make
        self.staff = staff

    async def idea(self, title: str, leader: Any = None, **more: Any) -> dict[str, Any]:
        """An idea of somebody new, or of that person."""
        who = {} if leader is None else {"leader": {"person_id": leader["leader"]["person_id"]}}
        return await self.make.idea(self.staff, title=title, **who, **more)

    async def screened(self, title: str, leader: Any = None, **more: Any) -> dict[str, Any]:
        """The same with reviewers, ready to pass the screening."""
        idea = await self.make.moved(self.staff, await self.idea(title, leader, **more), "start_screening")
        await self.make.reviewers(self.staff, idea)
        return await self.make.read(self.staff, idea)

    async def of(self, idea: dict[str, Any], caller: Caller | None = None, query: str = "") -> list[dict[str, Any]]:
        answer = await (caller or self.staff).get(f"/v1/ideas/{idea['id']}/duplicates{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def codes(self, idea: dict[str, Any], caller: Caller | None = None) -> dict[str, list[str]]:
        """The evidence of each pair by the other idea's tracking code."""
        return {pair["other_tracking_code"]: pair["evidence"] for pair in await self.of(idea, caller)}

    async def search(self, idea: dict[str, Any], caller: Caller | None = None) -> httpx.Response:
        return await (caller or self.staff).post(f"/v1/ideas/{idea['id']}/duplicate-searches")

    async def resolve(
        self, idea: dict[str, Any], pair: dict[str, Any], action: str = "not_duplicate", **data: Any
    ) -> httpx.Response:
        path = f"/v1/ideas/{idea['id']}/duplicates/{pair['id']}/resolution"
        headers = {"if-match": f'"{pair["version"]}"'}
        return await self.staff.post(path, {"action": action, **data}, headers=headers)

    async def edit(self, idea: dict[str, Any], **changes: Any) -> dict[str, Any]:
        headers = {"if-match": f'"{idea["version"]}"'}
        answer = await self.staff.patch(f"/v1/ideas/{idea['id']}", changes, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
async def pairs(make: Make) -> Pairs:
    return Pairs(make, await make.account("staff"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (TITLE, "mận tam hoa SẤY DẺO!", EQUAL),
        (TITLE, "Sấy dẻo mận Tam Hoa", EQUAL),
        (TITLE, OTHER_TITLE, SIMILAR),
        ("Trà Shan", "Chế biến trà Shan tuyết cổ thụ Suối Giàng", SIMILAR),
        ("Mận", "Mận sấy", SIMILAR),
        ("Nuôi ong", "Nuôi cá hồi", None),
        (TITLE, STRANGE_TITLE, None),
        ("!!!", "???", None),
        ("!!!", TITLE, None),
    ],
)
def test_titles_are_compared_by_their_words(one: str, other: str, expected: IdeaEvidence | None) -> None:
    words, others = (words_of(search_key(title, new_tracking_code())) for title in (one, other))
    for leader in (SAME, MAYBE):
        told = evidence_of(leader, words, others, same_province=False)
        assert told == evidence_of(leader, others, words, same_province=True)
        assert told == ([leader, expected] if expected else [])
    assert evidence_of(None, words, others, same_province=True) == ([EQUAL] if expected is EQUAL else [])
    assert evidence_of(None, words, others, same_province=False) == []


async def test_an_equal_title_is_found_when_an_idea_is_submitted(pairs: Pairs) -> None:
    first = await pairs.idea(TITLE, locality_code=Y_TY)
    await pairs.idea(OTHER_TITLE)
    second = await pairs.idea(TITLE.upper())
    (pair,) = await pairs.of(second)
    assert pair == pair | {
        "version": 1, "status": "open", "evidence": ["same_title"], "note": None, "resolved_at": None,
        "resolved_by_id": None, "other_id": first["id"], "other_tracking_code": first["tracking_code"],
        "other_title": TITLE, "other_status": "submitted", "other_leader_id": first["leader"]["person_id"],
        "other_leader_name": first["leader"]["full_name"], "other_locality_code": Y_TY,
        "other_locality_name": "Y Tý", "other_received_on": "2025-11-01",
    }  # fmt: skip
    assert [one["other_id"] for one in await pairs.of(first)] == [second["id"]]
    answer = await pairs.staff.get(f"/v1/ideas/{second['id']}/duplicates/{pair['id']}")
    assert (answer.json(), answer.headers["etag"].startswith('"1.')) == (pair, True)


async def test_a_leader_with_two_ideas_needs_titles_that_are_alike(pairs: Pairs) -> None:
    first = await pairs.idea(TITLE)
    assert await pairs.of(await pairs.idea(STRANGE_TITLE, first)) == []
    second = await pairs.idea(OTHER_TITLE, first)
    assert await pairs.codes(second) == {first["tracking_code"]: ["same_leader", "similar_title"]}
    third = await pairs.idea(TITLE, first)
    assert await pairs.codes(third) == {
        first["tracking_code"]: ["same_leader", "same_title"],
        second["tracking_code"]: ["same_leader", "similar_title"],
    }


@pytest.mark.parametrize("status", ["open", "merged", "not_duplicate"])
async def test_leaders_who_may_be_one_person_count_as_long_as_nobody_denies_it(
    world: World, pairs: Pairs, status: str
) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(OTHER_TITLE)
    assert await pairs.of(second) == []
    low, high = sorted(UUID(idea["leader"]["person_id"]) for idea in (first, second))
    resolved = None if status == "open" else world.clock.now
    async with world.database.begin() as session:
        names = ["name_birth_year"]
        session.add(
            PersonDuplicate(
                low_id=low, high_id=high, evidence=names, is_strong=False, status=status, resolved_at=resolved
            )
        )
    answer = await pairs.search(second)
    assert answer.status_code == 200, answer.text
    found = {pair["other_tracking_code"]: pair["evidence"] for pair in answer.json()["items"]}
    expected = {} if status == "not_duplicate" else {first["tracking_code"]: ["leader_may_be_same", "similar_title"]}
    assert found == await pairs.codes(second) == expected


async def test_a_leader_who_was_entered_twice_is_noticed_at_once_and_by_a_search(world: World, pairs: Pairs) -> None:
    leader = {"full_name": "Phu Suy Thó", "birth_year": 1999, "sex": "male"}
    first = await pairs.make.idea(pairs.staff, title=TITLE, leader=leader)
    second = await pairs.make.idea(pairs.staff, title=OTHER_TITLE, leader=leader)
    expected = {first["tracking_code"]: ["leader_may_be_same", "similar_title"]}
    assert await pairs.codes(second) == expected
    async with world.database.begin() as session:
        for kind in (IdeaDuplicate, PersonDuplicate):
            await session.execute(delete(kind))
    assert await pairs.of(second) == []
    await pairs.search(second)
    assert await pairs.codes(second) == expected


async def test_a_merged_leader_is_the_one_who_survives(world: World, pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(OTHER_TITLE)
    survivor, absorbed = (UUID(idea["leader"]["person_id"]) for idea in (first, second))
    async with world.database.begin() as session:
        await session.execute(update(Person).where(Person.id == absorbed).values(survivor_id=survivor))
    for idea, other in ((first, second), (second, first)):
        await pairs.search(idea)
        assert await pairs.codes(idea) == {other["tracking_code"]: ["same_leader", "similar_title"]}


async def test_an_equal_title_elsewhere_in_the_country_is_a_coincidence(make: Make) -> None:
    pairs = Pairs(make, await make.account("staff", None))
    first = await pairs.idea(TITLE)
    far = await pairs.idea(TITLE, locality_code=FAR_COMMUNE)
    assert await pairs.of(far) == []
    moved = await pairs.idea(TITLE, first, locality_code=FAR_COMMUNE)
    assert await pairs.codes(moved) == {
        first["tracking_code"]: ["same_leader", "same_title"], far["tracking_code"]: ["same_title"],
    }  # fmt: skip


async def test_drafts_and_what_was_closed_long_ago_are_left_alone(world: World, pairs: Pairs) -> None:
    draft = await pairs.idea(TITLE, status="draft")
    thrown_away = await pairs.idea(TITLE, status="draft")
    await pairs.make.moved(pairs.staff, thrown_away, "withdraw", reason_code="other")
    recent = await pairs.make.moved(pairs.staff, await pairs.idea(TITLE), "withdraw", reason_code="other")
    assert await pairs.of(recent) == []
    old = await pairs.idea(TITLE)
    old = await pairs.make.moved(pairs.staff, old, "withdraw", reason_code="other", occurred_on="2025-11-01")
    assert await pairs.codes(old) == {recent["tracking_code"]: ["same_title"]}
    async with world.database.begin() as session:
        for idea, day in ((recent, "2024-11-30"), (old, "2024-11-29")):
            long_ago = update(Idea).where(Idea.id == UUID(idea["id"]))
            await session.execute(long_ago.values(moved_on=world.clock.now.fromisoformat(day).date()))
    assert await pairs.codes(await pairs.idea(TITLE)) == {recent["tracking_code"]: ["same_title"]}
    assert (await pairs.search(draft)).json() == {"items": []}
    submitted = await pairs.make.moved(pairs.staff, draft, "submit")
    assert recent["tracking_code"] in await pairs.codes(submitted)


async def test_a_new_version_and_another_leader_are_compared_anew(pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(STRANGE_TITLE)
    second = await pairs.edit(second, title=OTHER_TITLE)
    assert await pairs.of(second) == []
    second = await pairs.edit(second, leader={"person_id": first["leader"]["person_id"]})
    assert await pairs.codes(second) == {first["tracking_code"]: ["same_leader", "similar_title"]}
    await pairs.edit(second, title=TITLE)
    (pair,) = await pairs.of(first)
    assert (pair["evidence"], pair["version"]) == (["same_leader", "same_title"], 2)
    await pairs.search(second)
    assert (await pairs.of(first))[0]["version"] == 2, "nothing new, nothing written"


async def test_two_that_came_in_at_the_same_moment_are_found_when_one_is_taken_up(world: World, pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(TITLE)
    async with world.database.begin() as session:
        await session.delete((await session.scalars(select(IdeaDuplicate))).one())
    await pairs.make.moved(pairs.staff, first, "start_screening")
    assert await pairs.codes(second) == {first["tracking_code"]: ["same_title"]}


async def test_there_are_at_most_twenty_candidates_and_the_best_are_kept(pairs: Pairs) -> None:
    similar = await pairs.idea(OTHER_TITLE)
    for _ in range(MOST_CANDIDATES + 1):
        await pairs.idea(TITLE)
    last = await pairs.codes(await pairs.idea(TITLE, similar))
    assert len(last) == MOST_CANDIDATES
    assert last[similar["tracking_code"]] == ["same_leader", "similar_title"]


async def test_an_open_pair_whose_reasons_are_gone_is_taken_away(world: World, pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.screened(TITLE)
    third = await pairs.idea(TITLE)
    said = next(pair for pair in await pairs.of(second) if pair["other_id"] == third["id"])
    assert (await pairs.resolve(second, said)).status_code == 200
    assert len(await pairs.of(second, query="?status=open")) == 1
    second = await pairs.edit(await pairs.make.read(pairs.staff, second), title=STRANGE_TITLE)
    assert [pair["status"] for pair in await pairs.of(second)] == ["not_duplicate"]
    assert [pair["other_id"] for pair in await pairs.of(first)] == [third["id"]]
    await pairs.make.moved(pairs.staff, second, "pass_screening")


async def test_a_search_tells_the_reasons_of_today(world: World, pairs: Pairs) -> None:
    first = await pairs.idea(TITLE)
    second = await pairs.idea(TITLE, first)
    assert await pairs.codes(second) == {first["tracking_code"]: ["same_leader", "same_title"]}
    stranger = await pairs.idea(STRANGE_TITLE)
    async with world.database.begin() as session:
        row = update(IdeaMember).where(IdeaMember.idea_id == UUID(first["id"]), IdeaMember.position == 0)
        await session.execute(row.values(person_id=UUID(stranger["leader"]["person_id"])))
    assert (await pairs.search(second)).json()["items"][0]["evidence"] == ["same_title"]


async def test_the_screening_waits_until_somebody_says_that_they_differ(pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.screened(TITLE)
    refused = await pairs.staff.move(second, "pass_screening")
    assert (refused.status_code, refused.json()["rule"]) == (422, "open_duplicates")
    assert first["tracking_code"] in refused.json()["detail"]
    (pair,) = await pairs.of(second)
    answer = await pairs.resolve(second, pair, note="Hai nhóm khác nhau")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told == pair | {
        "version": 2, "status": "not_duplicate", "note": "Hai nhóm khác nhau",
        "resolved_at": "2025-11-30T03:00:00Z", "resolved_by_id": str(pairs.staff.id),
    }  # fmt: skip
    await pairs.search(second)
    assert await pairs.of(second) == [told], "what somebody said stands"
    assert await pairs.of(second, query="?status=open") == []
    await pairs.make.moved(pairs.staff, second, "pass_screening")


async def test_that_two_ideas_differ_can_be_taken_back(world: World, pairs: Pairs) -> None:
    await pairs.idea(TITLE)
    second = await pairs.screened(TITLE)
    (pair,) = await pairs.of(second)
    assert (await pairs.resolve(second, pair, "reopen")).json()["code"] == "invalid_transition"
    differs = (await pairs.resolve(second, pair)).json()
    assert (await pairs.resolve(second, pair)).json()["code"] == "version_conflict"
    assert (await pairs.resolve(second, differs)).json()["code"] == "invalid_transition"
    again = await pairs.resolve(second, differs, "reopen")
    assert again.json() == pair | {"version": 3}
    assert (await pairs.staff.move(second, "pass_screening")).json()["rule"] == "open_duplicates"
    async with world.database.begin() as session:
        done = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(pair["id"])).order_by(AuditEntry.id)
        assert (await session.scalars(done)).all() == ["not_duplicate", "reopen"]


@pytest.mark.parametrize("direction", ["later into earlier", "earlier into later"])
async def test_a_merger_resolves_the_pair_and_closes_the_others_of_the_merged_idea(
    pairs: Pairs, direction: str
) -> None:
    one, third, other = await pairs.screened(TITLE), await pairs.idea(TITLE), await pairs.screened(TITLE)
    merged, target = (other, one) if direction == "later into earlier" else (one, other)
    merged = await pairs.make.moved(pairs.staff, merged, "merge_into", target_id=target["id"])
    told = {pair["other_id"]: pair for pair in await pairs.of(merged)}
    assert {told[idea["id"]]["status"] for idea in (target, third)} == {"merged"}
    assert told[target["id"]]["resolved_by_id"] == str(pairs.staff.id)
    (left,) = await pairs.of(target, query="?status=open")
    assert left["other_id"] == third["id"]
    assert (await pairs.resolve(merged, told[target["id"]], "reopen")).json()["code"] == "invalid_transition"
    refused = await pairs.staff.move(target, "pass_screening")
    assert refused.json()["detail"].count(third["tracking_code"]) == 1
    assert merged["tracking_code"] not in refused.json()["detail"]
    assert (await pairs.search(merged)).json() == {"items": []}
    await pairs.resolve(target, left)
    await pairs.make.moved(pairs.staff, target, "pass_screening")


async def test_a_pair_that_was_said_to_differ_may_be_merged_all_the_same(pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(TITLE)
    await pairs.resolve(second, (await pairs.of(second))[0], note="Khác nhau")
    await pairs.make.moved(pairs.staff, second, "merge_into", target_id=first["id"])
    (pair,) = await pairs.of(first)
    assert (pair["status"], pair["other_status"], pair["note"]) == ("merged", "merged", "Khác nhau")


@pytest.mark.parametrize("closing", ["withdraw", "screen_out"])
async def test_an_idea_that_was_closed_meanwhile_holds_nothing_up(pairs: Pairs, closing: str) -> None:
    first, second = await pairs.screened(TITLE), await pairs.screened(TITLE)
    because = {"reason_code": "other"} | ({"message": "Trùng"} if closing == "screen_out" else {})
    assert (await pairs.staff.move(second, "pass_screening")).json()["rule"] == "open_duplicates"
    await pairs.make.moved(pairs.staff, first, closing, **because)
    assert [pair["status"] for pair in await pairs.of(second)] == ["open"]
    await pairs.make.moved(pairs.staff, second, "pass_screening")


async def test_an_idea_that_is_reconsidered_is_compared_again(pairs: Pairs) -> None:
    approver = await pairs.make.account("approver")
    first = await pairs.make.moved(pairs.staff, await pairs.idea(TITLE), "withdraw", reason_code="other")
    second = await pairs.idea(STRANGE_TITLE)
    second = await pairs.edit(second, title=TITLE)
    await pairs.resolve(second, (await pairs.of(second))[0])
    third = await pairs.make.moved(pairs.staff, await pairs.idea(TITLE), "withdraw", reason_code="other")
    third = await pairs.edit(await pairs.make.moved(approver, third, "reconsider", reason="Xét lại"), summary="Mới")
    assert set(await pairs.codes(third)) == {first["tracking_code"], second["tracking_code"]}


async def test_who_does_not_see_the_other_idea_learns_nothing_of_it(make: Make) -> None:
    pairs = Pairs(make, await make.account("staff"))
    here, there = await make.account("commune_staff", BAC_HA), await make.account("commune_staff", Y_TY)
    idea, elsewhere = await pairs.screened(TITLE), await pairs.screened(TITLE, locality_code=Y_TY)
    neighbour = await pairs.idea(TITLE)
    assert set(await pairs.codes(idea, here)) == {neighbour["tracking_code"]}
    assert await pairs.of(elsewhere, there) == []
    for query in ("?count=exact", "?status=open&count=exact"):
        counted = await here.get(f"/v1/ideas/{idea['id']}/duplicates{query}")
        assert counted.json()["total"] == 1
    hidden, shown = sorted(await pairs.of(idea), key=lambda pair: pair["other_id"] == neighbour["id"])
    paths = [f"/v1/ideas/{idea['id']}/duplicates/{pair_id}" for pair_id in (hidden["id"], uuid4(), shown["id"])]
    assert [(await here.get(path)).status_code for path in paths] == [404, 404, 200]
    assert (await there.get(f"/v1/ideas/{idea['id']}/duplicates")).status_code == 404
    await pairs.resolve(idea, shown, note="Chỉ nội bộ")
    (told,) = await pairs.of(idea, here)
    assert (told["status"], told["note"], told["resolved_by_id"]) == ("not_duplicate", None, None)


async def test_staff_of_one_province_is_not_held_up_by_an_idea_of_another(make: Make) -> None:
    country, province = Pairs(make, await make.account("staff", None)), Pairs(make, await make.account("staff"))
    first = await country.idea(TITLE, locality_code=FAR_COMMUNE)
    second = await country.screened(TITLE, first)
    (pair,) = await country.of(second)
    assert await province.of(second) == []
    assert (await province.search(second)).json() == {"items": []}
    assert (await province.resolve(second, pair)).status_code == 404
    refused = await country.staff.move(second, "pass_screening")
    assert refused.json()["rule"] == "open_duplicates"
    await make.moved(province.staff, second, "pass_screening")


async def test_a_decision_that_is_not_public_yet_is_not_told_by_a_pair(make: Make) -> None:
    pairs, approver = Pairs(make, await make.account("staff")), await make.account("approver")
    officer = await make.account("commune_staff", BAC_HA)
    first = await make.reviewed_idea(pairs.staff, title=TITLE)
    panel = await make.panel(pairs.staff)
    decided: dict[str, Any] = {"panel_id": panel["id"], "outcome": "accepted", "message": "Chúc mừng!"}
    await make.moved(approver, first, "decide", publish_at="2025-12-20T00:00:00Z", **decided)
    second = await pairs.idea(TITLE)
    for caller, status in ((pairs.staff, "accepted"), (approver, "accepted"), (officer, "review_closed")):
        assert [pair["other_status"] for pair in await pairs.of(second, caller)] == [status]


async def test_reviewers_mentors_and_tokens_are_told_of_no_pair(make: Make) -> None:
    pairs = Pairs(make, await make.account("staff"))
    website = await make.token("ideas:submit", "ideas:read")
    await pairs.idea(TITLE)
    mine = await make.idea(website, title=TITLE)
    idea = await make.moved(pairs.staff, mine, "start_screening")
    (reviewer,) = await make.reviewers(pairs.staff, idea, 1)
    (pair,) = await pairs.of(idea)
    for caller in (website, reviewer, await make.account("mentor")):
        for path in ("", f"/{pair['id']}"):
            assert (await caller.get(f"/v1/ideas/{idea['id']}/duplicates{path}")).status_code == 403
        assert (await pairs.search(idea, caller)).status_code == 403


async def test_who_sees_an_idea_only_as_its_reviewer_sees_no_pair_of_it(world: World, make: Make) -> None:
    pairs = Pairs(make, await make.account("staff"))
    await pairs.idea(TITLE)
    idea = await make.moved(pairs.staff, await pairs.idea(TITLE), "start_screening")
    (reviewer,) = await make.reviewers(pairs.staff, idea, 1)
    async with world.database.begin() as session:
        place = await locality_id(session, Y_TY)
        session.add(
            RoleGrant(
                account_id=reviewer.id, role="commune_staff", locality_id=place, sensitive=False,
                granted_by=NOBODY, granted_at=LONG_AGO,
            )
        )  # fmt: skip
    assert await pairs.of(idea, reviewer) == []
    (pair,) = await pairs.of(idea)
    assert (await reviewer.get(f"/v1/ideas/{idea['id']}/duplicates/{pair['id']}")).status_code == 404


async def test_pairs_are_exported_as_a_table(pairs: Pairs) -> None:
    await pairs.idea(TITLE)
    second = await pairs.idea(TITLE)
    answer = await pairs.staff.get(f"/v1/ideas/{second['id']}/duplicates", headers={"accept": "text/csv"})
    head, row = answer.text.splitlines()
    assert head.startswith("\ufeffid,version,status,evidence")
    assert '["same_title"]' in row.replace('""', '"')


async def test_a_search_is_done_once_for_a_key(world: World, pairs: Pairs) -> None:
    first, second = await pairs.idea(TITLE), await pairs.idea(TITLE)
    path, headers = f"/v1/ideas/{second['id']}/duplicate-searches", {"idempotency-key": str(uuid4())}
    answers = [await pairs.staff.post(path, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert [pair["other_id"] for pair in answers[0].json()["items"]] == [first["id"]]
    async with world.database.begin() as session:
        searched = select(AuditEntry.id).where(AuditEntry.action == "search_duplicates")
        assert len((await session.scalars(searched)).all()) == 1


async def test_both_of_a_pair_may_be_worked_on_at_once(committed: World) -> None:
    """Neither search waits for the other's idea, though each writes a row that refers to both."""
    make = committed.make
    pairs = Pairs(make, await make.account("staff", LAO_CAI))
    ideas = [await pairs.idea(TITLE) for _ in range(4)]
    async with committed.database.begin() as session:
        for pair in await session.scalars(select(IdeaDuplicate)):
            await session.delete(pair)
    answers = await asyncio.gather(*(pairs.search(idea) for idea in ideas * 3))
    assert [answer.status_code for answer in answers] == [200] * 12
    assert [len(await pairs.of(idea)) for idea in ideas] == [3] * 4
