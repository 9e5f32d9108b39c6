"""The register of mentors: who is in it, who sees whom, and who may change it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from incubator.accounts.models import Account
from incubator.actor import Actor, Grant, Role
from incubator.errors import DomainError
from incubator.mentoring.mentors.actions import ensure_mentor, mentor_of_body
from incubator.mentoring.mentors.models import MentorReach
from tests.factories import BAC_HA, LAO_CAI, SA_PA, Caller, Make, World, locality_id
from tests.team import Team

TUYEN_QUANG = "08"
HA_GIANG_COMMUNE = "00715"
FORMER_COMMUNE = "02635"


def body(**more: Any) -> dict[str, Any]:
    """A mentor who is a new person of Sa Pa and reaches the whole province."""
    return {
        "person": {"full_name": "Đặng Thị Hoa", "birth_year": 1980},
        "locality_code": SA_PA,
        "reach": [LAO_CAI],
        **more,
    }


async def added(staff: Caller, **more: Any) -> dict[str, Any]:
    answer = await staff.post("/v1/mentors", body(**more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(caller: Caller, mentor: dict[str, Any], **patch: Any) -> httpx.Response:
    headers = {"if-match": f'"{mentor["version"]}"'}
    return await caller.patch(f"/v1/mentors/{mentor['id']}", patch, headers=headers)


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code in {400, 409}, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def listed(caller: Caller, query: str = "") -> list[str]:
    """The ids of the mentors whom the caller finds, in order."""
    answer = await caller.get(f"/v1/mentors{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def test_a_mentor_is_entered_with_expertise_and_reach(make: Make) -> None:
    staff = await make.account("staff")
    answer = await staff.post(
        "/v1/mentors",
        body(
            organisation=" Hợp tác xã  Chè ",
            platforms=["capital", "market"],
            sectors=["tea"],
            languages=["vi", "hmn"],
            capacity=5,
            reach=[LAO_CAI, BAC_HA],
        ),
    )
    assert answer.status_code == 201, answer.text
    mentor = answer.json()
    assert answer.headers["location"] == f"/v1/mentors/{mentor['id']}"
    assert mentor["organisation"] == "Hợp tác xã Chè"
    assert (mentor["full_name"], mentor["status"], mentor["projects"]) == ("Đặng Thị Hoa", "active", 0)
    assert [place["code"] for place in mentor["reach"]] == [BAC_HA, LAO_CAI]
    assert (mentor["platforms"], mentor["languages"], mentor["capacity"]) == (["capital", "market"], ["vi", "hmn"], 5)
    read = await staff.get(f"/v1/mentors/{mentor['id']}")
    assert (read.json(), read.headers["etag"]) == (mentor, answer.headers["etag"])
    person = (await staff.get(f"/v1/people/{mentor['person_id']}")).json()
    assert person["locality_code"] == SA_PA


async def test_a_person_and_an_account_stand_in_the_register_once(make: Make) -> None:
    staff, mentor = await make.account("staff"), await make.mentor(home=BAC_HA)
    person = {"person_id": str(mentor.person_id)}
    account_id = str(mentor.id)
    again = await staff.post("/v1/mentors", body(person=person, account_id=account_id))
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert faults(again) == {"/person/person_id": "duplicate", "/account_id": "duplicate"}


async def test_an_account_is_linked_that_mentors_and_is_the_persons(make: Make) -> None:
    staff, person_id = await make.account("staff"), await make.person(BAC_HA)
    own, free = await make.account("mentor", person_id=person_id), await make.account("mentor")
    other = await make.account("mentor", person_id=await make.person())
    person = {"person_id": str(person_id)}
    for account_id in ((await make.account("reviewer")).id, uuid4()):
        refused = await staff.post("/v1/mentors", body(person=person, account_id=str(account_id)))
        assert faults(refused) == {"/account_id": "not_found"}
    refused = await staff.post("/v1/mentors", body(person=person, account_id=str(other.id)))
    assert (refused.status_code, refused.json()["rule"]) == (422, "account_of_other_person")
    mentor = await added(staff, person=person, account_id=str(own.id))
    assert mentor["username"] == own.username
    relinked = await edit(staff, mentor, account_id=str(free.id))
    assert relinked.json()["username"] == free.username
    refused = await edit(staff, relinked.json(), account_id=str(other.id))
    assert (refused.status_code, refused.json()["rule"]) == (422, "account_of_other_person")
    taken = await edit(staff, await added(staff), account_id=str(free.id))
    assert faults(taken) == {"/account_id": "duplicate"}
    parted = await edit(staff, relinked.json(), account_id=None)
    assert (parted.json()["account_id"], parted.json()["username"]) == (None, None)


async def test_everything_wrong_with_a_mentor_is_said_at_once(make: Make) -> None:
    staff = await make.account("staff")
    wrong = body(
        person={"full_name": "Đặng Thị Hoa", "person_id": str(uuid4())},
        platforms=["market", "capital", "market"],
        reach=[LAO_CAI, LAO_CAI, TUYEN_QUANG, "99999", FORMER_COMMUNE],
        account_id=str(uuid4()),
        locality_code=None,
    )
    assert faults(await staff.post("/v1/mentors", wrong)) == {
        "/platforms/2": "duplicate", "/reach/1": "duplicate", "/reach/2": "not_found", "/reach/3": "not_found",
        "/reach/4": "not_found", "/account_id": "not_found", "/person/full_name": "unknown_field",
        "/person/person_id": "not_found",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("capacity", 51, "out_of_range"),
        ("capacity", 10**30, "out_of_range"),
        ("capacity", -1, "out_of_range"),
        ("languages", ["klingon"], "not_in_enum"),
        ("reach", [], "too_short"),
        ("reach", ["15-001"], "bad_format"),
        ("organisation", "   ", "too_short"),
        ("organisation", "a\0b", "invalid_characters"),
    ],
)
async def test_bad_values_are_refused(make: Make, field: str, value: Any, code: str) -> None:
    staff = await make.account("staff")
    assert code in faults(await staff.post("/v1/mentors", body(**{field: value}))).values()
    assert code in faults(await edit(staff, await added(staff), **{field: value})).values()


async def test_a_person_who_is_new_needs_a_commune_of_the_actors(make: Make) -> None:
    staff = await make.account("staff")
    missing = {key: value for key, value in body().items() if key != "locality_code"}
    assert faults(await staff.post("/v1/mentors", missing)) == {"/locality_code": "required"}
    outside = await staff.post("/v1/mentors", body(locality_code=HA_GIANG_COMMUNE))
    assert faults(outside) == {"/locality_code": "not_found"}
    known = {**missing, "person": {"person_id": str(await make.person(SA_PA))}}
    assert (await staff.post("/v1/mentors", known)).status_code == 201


async def test_twenty_entries_of_one_person_at_once_make_one(committed: World) -> None:
    make = committed.make
    staff, person_id = await make.account("staff"), await make.person(BAC_HA)
    wanted = body(person={"person_id": str(person_id)})
    answers = await asyncio.gather(*(staff.post("/v1/mentors", wanted) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate"}


async def test_a_mentor_is_seen_where_they_can_go(make: Make) -> None:
    province, commune, elsewhere = (
        await make.mentor(),
        await make.mentor(reach=(BAC_HA,)),
        await make.mentor(reach=(TUYEN_QUANG,)),
    )
    ids = [str(mentor.mentor_id) for mentor in (commune, province)]
    assert await listed(await make.account("staff")) == ids
    assert await listed(await make.account("approver")) == ids
    assert await listed(await make.account("staff", BAC_HA)) == ids
    assert await listed(await make.account("staff", SA_PA)) == ids[1:]
    assert await listed(await make.account("staff", TUYEN_QUANG)) == [str(elsewhere.mentor_id)]
    assert await listed(await make.account("staff", None)) == [str(elsewhere.mentor_id), *ids]
    in_sa_pa = await make.account("staff", SA_PA)
    assert (await in_sa_pa.get(f"/v1/mentors/{commune.mentor_id}")).status_code == 404
    assert (await in_sa_pa.get(f"/v1/mentors/{province.mentor_id}")).status_code == 200


async def test_a_mentor_sees_oneself_and_nobody_else(make: Make) -> None:
    me, other = await make.mentor(), await make.mentor()
    assert await listed(me) == [str(me.mentor_id)]
    assert (await me.get(f"/v1/mentors/{other.mentor_id}")).status_code == 404
    assert (await me.get("/v1/mentors/load")).status_code == 403
    assert await listed(await make.account("mentor")) == []


async def test_what_is_seen_tells_no_telephone_number(make: Make) -> None:
    staff = await make.account("staff")
    mentor = await added(staff, person={"full_name": "Đặng Thị Hoa", "phone": "0912345678"})
    assert "912345678" not in (await staff.get(f"/v1/mentors/{mentor['id']}")).text


async def test_mentors_are_found_by_what_they_offer(make: Make) -> None:
    staff = await make.account("staff")
    tea = await added(staff, platforms=["market"], sectors=["tea"], languages=["hmn"], reach=[BAC_HA])
    tourism = await added(staff, person={"full_name": "Giàng A Páo"}, platforms=["digital"], capacity=0)
    both = [tourism["id"], tea["id"]]
    assert await listed(staff, "?platform=market") == [tea["id"]]
    assert await listed(staff, "?sector=tea") == [tea["id"]]
    assert await listed(staff, "?language=hmn") == [tea["id"]]
    assert await listed(staff, f"?locality_code={BAC_HA}") == both
    assert await listed(staff, f"?locality_code={SA_PA}") == [tourism["id"]]
    assert await listed(staff, f"?locality_code={LAO_CAI}") == both
    assert await listed(staff, "?has_room=true") == [tea["id"]]
    assert await listed(staff, "?has_room=false") == [tourism["id"]]
    assert await listed(staff, "?q=giang") == [tourism["id"]]
    assert await listed(staff, "?status=paused") == []
    assert await listed(staff, "?status=paused&status=active") == both
    unknown = await staff.get(f"/v1/mentors?locality_code={FORMER_COMMUNE}")
    assert (unknown.status_code, unknown.json()["errors"][0]["parameter"]) == (400, "locality_code")


async def test_the_load_counts_running_projects_and_orders_the_list(team: Team, make: Make) -> None:
    busy, idle, busier = await make.mentor(), await make.mentor(), await make.mentor()
    first, second = await team.project(), await team.project()
    for mentor, project in ((busy, first), (busier, first), (busier, second)):
        await team.assign(project, mentor)
    loaded = [(str(one.mentor_id), load) for one, load in ((busier, 2), (busy, 1), (idle, 0))]
    assert await load_of(team.staff) == loaded
    assert await load_of(team.staff, limit=1) == loaded
    await team.move(second, "close", reason_code="other")
    assert dict(await load_of(team.staff))[str(busier.mentor_id)] == 1
    forged = await team.staff.get("/v1/mentors/load?cursor=WyJ4Iiw5OTk5OTk5OTk5OTk5OTk5OTksInkiXQ")
    assert (forged.status_code, forged.json()["code"]) == (400, "invalid_cursor")


async def test_the_register_is_exported_as_a_table(make: Make) -> None:
    staff = await make.account("staff")
    await added(staff, platforms=["market", "digital"])
    for path in ("/v1/mentors", "/v1/mentors/load"):
        table = await staff.get(path, headers={"accept": "text/csv"})
        head, row, *_ = table.text.lstrip("\ufeff").splitlines()
        assert head.startswith("id,version,person_id,full_name,account_id,username,organisation,status,platforms")
        assert 'Đặng Thị Hoa,,,,active,"[""market"",""digital""]"' in row


async def test_a_patch_changes_what_it_names_by_the_version_seen(make: Make) -> None:
    staff = await make.account("staff")
    mentor = await added(staff, organisation="Tỉnh đoàn", sectors=["tea"])
    assert (await staff.patch(f"/v1/mentors/{mentor['id']}", {"capacity": 1})).status_code == 428
    changed = await edit(staff, mentor, capacity=1, organisation=None, languages=["vi"])
    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert (now["capacity"], now["organisation"], now["languages"]) == (1, None, ["vi"])
    assert (now["sectors"], now["version"]) == (["tea"], 2)
    assert (await edit(staff, mentor, capacity=2)).status_code == 412
    repeated = await edit(staff, now, sectors=["tea", "tea"])
    assert faults(repeated) == {"/sectors/1": "duplicate"}


async def test_a_status_moves_along_its_table(make: Make) -> None:
    staff = await make.account("staff")
    mentor = await added(staff)
    for status in ("paused", "paused", "retired", "active", "retired"):
        answer = await edit(staff, mentor, status=status)
        assert answer.status_code == 200, answer.text
        mentor = answer.json()
        assert mentor["status"] == status
    refused = await edit(staff, mentor, status="paused")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    assert refused.json()["allowed_actions"] == ["active"]


async def test_reach_is_replaced_and_makes_a_version(make: Make) -> None:
    staff = await make.account("staff")
    mentor = await added(staff, reach=[BAC_HA, SA_PA])
    same = await edit(staff, mentor, reach=[SA_PA, BAC_HA])
    assert same.json()["version"] == 1
    moved = await edit(staff, mentor, reach=[SA_PA, LAO_CAI])
    assert (moved.json()["version"], [place["code"] for place in moved.json()["reach"]]) == (2, [SA_PA, LAO_CAI])
    assert faults(await edit(staff, moved.json(), reach=[LAO_CAI, TUYEN_QUANG])) == {"/reach/1": "not_found"}


async def test_reach_outside_ones_localities_stays_as_it_is(make: Make) -> None:
    staff, mentor = await make.account("staff"), await make.mentor(reach=(LAO_CAI, TUYEN_QUANG))
    row = (await staff.get(f"/v1/mentors/{mentor.mentor_id}")).json()
    refused = await edit(staff, row, reach=[BAC_HA])
    assert (refused.status_code, refused.json()["rule"]) == (422, "reach_elsewhere")
    kept = await edit(staff, row, reach=[BAC_HA, TUYEN_QUANG])
    assert kept.status_code == 200, kept.text
    assert [place["code"] for place in kept.json()["reach"]] == [BAC_HA, TUYEN_QUANG]


async def test_only_staff_of_a_place_that_is_reached_edit(make: Make) -> None:
    staff, mentor = await make.account("staff"), await make.mentor()
    row = (await staff.get(f"/v1/mentors/{mentor.mentor_id}")).json()
    for caller in (mentor, await make.account("approver"), await make.account("staff", BAC_HA)):
        assert (await edit(caller, row, capacity=1)).status_code == 403
    assert (await edit(await make.account("staff", TUYEN_QUANG), row, capacity=1)).status_code == 404
    assert (await edit(await make.account("staff", None), row, capacity=1)).status_code == 200


async def test_an_account_that_logs_becomes_a_mentor_once(make: Make, world: World) -> None:
    person_id = await make.person(BAC_HA)
    account = await make.account("mentor", BAC_HA, person_id=person_id)
    async with world.database.begin() as session:
        made = await ensure_mentor(session, mentoring(account))
        assert (made.person_id, made.languages, made.status, made.capacity) == (person_id, ["vi"], "active", 3)
        assert (await ensure_mentor(session, mentoring(account))).id == made.id
        reach = (await session.scalars(select(MentorReach).where(MentorReach.mentor_id == made.id))).all()
    assert await listed(account) == [str(made.id)]
    assert await listed(await make.account("staff", BAC_HA)) == [str(made.id)]
    assert len(reach) == 1


async def test_a_grant_for_the_whole_country_reaches_every_province(make: Make, world: World) -> None:
    account = await make.account("mentor", None, person_id=await make.person())
    async with world.database.begin() as session:
        await ensure_mentor(session, mentoring(account))
    mentor_id = (await account.get("/v1/mentors")).json()["items"][0]["id"]
    reach = (await account.get(f"/v1/mentors/{mentor_id}")).json()["reach"]
    assert len(reach) == 34
    assert {place["kind"] for place in reach} == {"province", "city"}


async def test_an_account_without_a_person_is_no_mentor(make: Make, world: World) -> None:
    account = await make.account("mentor")
    async with world.database.sessions() as session:
        with pytest.raises(DomainError) as refusal:
            await ensure_mentor(session, mentoring(account), pointer="/mentor_id")
    assert refusal.value.params["rule"] == "mentor_without_person"
    assert refusal.value.errors[0].pointer == "/mentor_id"


async def test_who_was_entered_before_having_an_account_takes_the_entry_over(make: Make, world: World) -> None:
    staff, person_id = await make.account("staff"), await make.person(BAC_HA)
    entered = await added(staff, person={"person_id": str(person_id)}, capacity=9)
    first = await make.account("mentor", person_id=person_id)
    second = await make.account("mentor", person_id=person_id)
    async with world.database.begin() as session:
        mentor = await ensure_mentor(session, mentoring(first))
        assert (str(mentor.id), mentor.capacity, mentor.account_id) == (entered["id"], 9, first.id)
        with pytest.raises(DomainError) as refusal:
            await ensure_mentor(session, mentoring(second))
    assert refusal.value.params["rule"] == "mentor_has_other_account"


async def test_ten_first_requests_of_a_mentor_make_one_entry(committed: World) -> None:
    make = committed.make
    account = await make.account("mentor", person_id=await make.person())

    async def log() -> UUID:
        async with committed.database.begin() as session:
            return (await ensure_mentor(session, mentoring(account))).id

    assert len(set(await asyncio.gather(*(log() for _ in range(10))))) == 1


async def test_staff_name_a_mentor_and_mentors_are_themselves(make: Make, world: World) -> None:
    staff, me, other = await make.account("staff"), await make.mentor(), await make.mentor(reach=(TUYEN_QUANG,))
    async with world.database.sessions() as session:
        province = await locality_id(session, LAO_CAI)
        grant = Grant(holds=Role.staff, locality_id=province, level="province", sensitive=False)
        by_staff = Actor(kind="account", id=staff.id, name=staff.username, grants=(grant,))
        assert (await mentor_of_body(session, mentoring(me), None)).id == me.mentor_id
        assert (await mentor_of_body(session, mentoring(me), me.mentor_id)).id == me.mentor_id
        assert (await mentor_of_body(session, by_staff, me.mentor_id)).id == me.mentor_id
        assert await refusal_of(mentor_of_body(session, mentoring(me), other.mentor_id)) == ("forbidden", [])
        assert await refusal_of(mentor_of_body(session, by_staff, None)) == (
            "validation_failed", [("required", "/mentor_id")]
        )  # fmt: skip
        assert await refusal_of(mentor_of_body(session, by_staff, other.mentor_id, pointer="/who")) == (
            "validation_failed", [("not_found", "/who")]
        )  # fmt: skip


async def test_a_disabled_account_is_not_linked(make: Make, world: World) -> None:
    staff, account = await make.account("staff"), await make.account("mentor")
    async with world.database.begin() as session:
        disabled = {"status": "disabled", "disabled_at": world.clock.now}
        await session.execute(update(Account).where(Account.id == account.id).values(**disabled))
    refused = await staff.post("/v1/mentors", body(account_id=str(account.id)))
    assert faults(refused) == {"/account_id": "not_found"}


async def load_of(staff: Caller, *, limit: int = 50) -> list[tuple[str, int]]:
    """The whole walk, page by page."""
    found, cursor = [], ""
    while True:
        page = (await staff.get(f"/v1/mentors/load?limit={limit}{cursor}")).json()
        found += [(row["id"], row["projects"]) for row in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def mentoring(account: Caller) -> Actor:
    """The account as an action knows it; where it mentors is read from its grants."""
    held = Grant(holds=Role.mentor, locality_id=None, level="country", sensitive=False)
    return Actor(kind="account", id=account.id, name=account.username, grants=(held,))


async def refusal_of(act: Any) -> tuple[str, list[tuple[str, str | None]]]:
    with pytest.raises(DomainError) as refusal:
        await act
    return refusal.value.code, [(error.code, error.pointer) for error in refusal.value.errors]
