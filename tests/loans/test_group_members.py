"""Households that join and leave a credit group: of its village, one group at a time, sixty at most."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert, select, text

from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.errors import DomainError
from incubator.loans.groups.models import MOST_MEMBERS, GroupMember, Period, check_seats
from incubator.people.households.models import Household
from tests.factories import SA_PA, Caller, World
from tests.loans.stage import SINCE, LoanStage, set_loans

TODAY = "2025-11-30"
NOBODYS = "018f93c8-2f40-7000-8000-000000000000"


async def join(loans: LoanStage, household_id: Any, group_id: Any = None, **more: Any) -> httpx.Response:
    path = f"/v1/credit-groups/{group_id or loans.group}/members"
    return await loans.plain.post(path, {"household_id": str(household_id), **more})


async def joined(loans: LoanStage, household_id: Any, **more: Any) -> dict[str, Any]:
    answer = await join(loans, household_id, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def edit(loans: LoanStage, member: dict[str, Any], **patch: Any) -> httpx.Response:
    path = f"/v1/credit-groups/{member['group_id']}/members/{member['id']}"
    return await loans.staff.patch(path, patch, headers={"if-match": f'"{member["version"]}"'})


async def members(caller: Caller, group_id: Any, query: str = "") -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/credit-groups/{group_id}/members{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def fill(loans: LoanStage, group_id: UUID, number: int) -> None:
    """So many more households, in few statements."""
    place = {"locality_id": loans.commune_id, "province_id": loans.province_id}
    by = {"entered_by_kind": "system", "entered_by_id": NOBODY}
    async with loans.world.database.begin() as session:
        homes = insert(Household).values([{**place, **by, "version": 1}] * number).returning(Household.id)
        ids = (await session.scalars(homes)).all()
        rows = [{"group_id": group_id, "household_id": id_, "from_on": SINCE, "version": 1} for id_ in ids]
        await session.execute(insert(GroupMember), rows)


async def test_a_household_joins_and_leaves(loans: LoanStage) -> None:
    home = await loans.home(village_id=loans.village_id)
    member = await joined(loans, home)
    assert (member["household_id"], member["from_on"], member["to_on"]) == (str(home), TODAY, None)
    assert member["head_name"].startswith("Sùng Thị Mỷ")
    left = (await edit(loans, member, to_on=TODAY)).json()
    assert (left["to_on"], left["version"]) == (TODAY, 2)
    assert (await edit(loans, member, to_on=None)).status_code == 412
    back = (await edit(loans, left, to_on=None, from_on="2025-11-01")).json()
    assert (back["from_on"], back["to_on"]) == ("2025-11-01", None)
    path = f"/v1/credit-groups/{member['group_id']}/members/{member['id']}"
    assert (await loans.staff.patch(path, {"to_on": TODAY})).status_code == 428


async def test_joining_and_leaving_are_in_the_trail(loans: LoanStage) -> None:
    home = await loans.home(village_id=loans.village_id)
    await edit(loans, await joined(loans, home, from_on="2025-11-01"), to_on=TODAY)
    async with loans.world.database.begin() as session:
        trail = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.subject_id == loans.group)
        told = [tuple(row) for row in await session.execute(trail.order_by(AuditEntry.id))]
    days = {"from_on": "2025-11-01", "to_on": TODAY, "leader_released": False}
    assert told == [
        ("join", {"household_id": str(home)}),
        ("edit_membership", {"household_id": str(home), **days}),
    ]


async def test_who_is_in_a_group_is_listed(loans: LoanStage) -> None:
    past = await loans.home(village_id=loans.village_id)
    await joined(loans, past, from_on="2020-01-01", to_on="2020-12-31")
    everybody = await members(loans.officer, loans.group)
    assert [row["household_id"] for row in everybody] == [str(past), *map(str, reversed(loans.households))]
    assert len(await members(loans.officer, loans.group, f"?on={TODAY}")) == 5
    assert len(await members(loans.officer, loans.group, "?on=2020-12-31")) == 6
    assert [row["to_on"] for row in await members(loans.officer, loans.group, f"?household_id={past}")] == [
        "2020-12-31"
    ]
    page = await loans.officer.get(f"/v1/credit-groups/{loans.group}/members?limit=4&count=exact")
    assert (len(page.json()["items"]), page.json()["total"]) == (4, 6)
    elsewhere = await loans.world.make.account("approver", SA_PA)
    assert (await elsewhere.get(f"/v1/credit-groups/{loans.group}/members")).status_code == 404


async def test_a_household_without_a_head_has_no_name(loans: LoanStage) -> None:
    assert (await joined(loans, await loans.home(head=False, village_id=loans.village_id)))["head_name"] is None


async def test_a_group_is_one_of_its_village(loans: LoanStage) -> None:
    neighbour = await loans.home(village_id=await loans.village())
    far = await loans.home(SA_PA)
    for home in (neighbour, far):
        refused = await join(loans, home)
        assert (refused.status_code, refused.json()["rule"]) == (422, "household_elsewhere")
    assert (await join(loans, await loans.home())).status_code == 201


async def test_a_household_that_is_not_seen_is_not_there(loans: LoanStage) -> None:
    caller = await loans.world.make.account("staff", "02839")
    path = f"/v1/credit-groups/{loans.group}/members"
    for home in (NOBODYS, str(await loans.home(SA_PA))):
        refused = await caller.post(path, {"household_id": home})
        assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("not_found", "/household_id")]
    assert (await join(loans, NOBODYS, group_id=NOBODYS)).status_code == 404
    assert (await loans.officer.post(path, {"household_id": NOBODYS})).status_code == 403


async def test_a_household_belongs_to_one_group_at_a_time(loans: LoanStage) -> None:
    other = await loans.circle(name="Tổ khác")
    refused = await join(loans, loans.household, other)
    assert refused.status_code == 409, refused.text
    (error,) = refused.json()["errors"]
    assert (error["code"], error["pointer"]) == ("duplicate", "/household_id")
    assert error["params"] == {"since": "2019-01-01", "group_id": str(loans.group), "group_name": "Tổ vay vốn Nậm"}
    assert (await join(loans, loans.household)).status_code == 409
    (member,) = await members(loans.staff, loans.group, f"?household_id={loans.household}")
    await edit(loans, member, to_on="2025-10-31")
    assert (await join(loans, loans.household, other, from_on="2025-10-31")).status_code == 409
    assert (await join(loans, loans.household, other, from_on="2025-11-01")).status_code == 201
    left = (await members(loans.staff, loans.group, f"?household_id={loans.household}"))[0]
    assert (await edit(loans, left, to_on=None)).status_code == 409
    assert (await edit(loans, left, to_on="2025-10-30")).status_code == 200


async def test_a_group_that_is_not_seen_is_not_named(loans: LoanStage) -> None:
    """The household moved; the group of its old commune is none of the business of the new one."""
    home = await loans.home(SA_PA)
    await loans.joined(loans.group, home)
    async with loans.world.database.begin() as session:
        sa_pa = (await session.get_one(Household, home)).locality_id
    village = await loans.village(SA_PA)
    group = await loans.circle(village_id=village, locality_id=sa_pa)
    caller = await loans.world.make.account("staff", SA_PA)
    refused = await caller.post(f"/v1/credit-groups/{group}/members", {"household_id": str(home)})
    assert refused.json()["errors"][0]["params"] == {"since": "2019-01-01"}


@pytest.mark.parametrize(
    ("days", "pointer"),
    [
        ({"from_on": "2025-12-01"}, "/from_on"),
        ({"from_on": "2018-12-31"}, "/from_on"),
        ({"from_on": "0001-01-01"}, "/from_on"),
        ({"from_on": "2025-11-02", "to_on": "2025-11-01"}, "/to_on"),
        ({"from_on": "2025-11-02", "to_on": "9999-12-31"}, "/to_on"),
    ],
)
async def test_days_are_those_that_came(loans: LoanStage, days: dict[str, str], pointer: str) -> None:
    home = await loans.home(village_id=loans.village_id)
    member = await joined(loans, await loans.home(village_id=loans.village_id))
    for refused in (await join(loans, home, **days), await edit(loans, member, **days)):
        assert refused.status_code == 400, refused.text
        assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("out_of_range", pointer)]


async def test_sixty_are_the_most(loans: LoanStage) -> None:
    await fill(loans, loans.group, MOST_MEMBERS - 6)
    last = await joined(loans, await loans.home(village_id=loans.village_id), from_on="2025-11-01")
    home = await loans.home(village_id=loans.village_id)
    for days in ({}, {"from_on": "2025-10-01"}, {"from_on": "2025-10-01", "to_on": "2025-11-01"}):
        refused = await join(loans, home, **days)
        assert (refused.status_code, refused.json()["rule"]) == (422, "group_full")
    assert "61" in refused.json()["detail"]
    early = await joined(loans, home, from_on="2025-10-01", to_on="2025-10-31")
    assert (await edit(loans, early, to_on=None)).json()["rule"] == "group_full"
    assert (await edit(loans, last, to_on="2025-11-05")).status_code == 200
    assert (await join(loans, await loans.home(village_id=loans.village_id))).status_code == 201


def test_seats_are_counted_on_the_fullest_day() -> None:
    """Against counting day by day."""
    first = date(2025, 1, 1)
    taken = [Period(first + timedelta(n % 7), first + timedelta(n % 7 + n % 5)) for n in range(150)]
    fullest = {day: sum(one.holds(first + timedelta(day)) for one in taken) for day in range(12)}
    assert max(fullest.values()) > MOST_MEMBERS > min(fullest.values())
    for start in range(12):
        for end in range(start, 12):
            period = Period(first + timedelta(start), first + timedelta(end))
            fits = max(fullest[day] for day in range(start, end + 1)) < MOST_MEMBERS
            try:
                check_seats(taken, period)
                assert fits, period
            except DomainError:
                assert not fits, period


async def test_with_its_household_goes_who_led_the_group(loans: LoanStage) -> None:
    (member,) = await members(loans.staff, loans.group, f"?household_id={loans.household}")
    other = await members(loans.staff, loans.group, f"?household_id={loans.households[1]}")
    await edit(loans, other[0], to_on=TODAY)
    assert (await loans.staff.get(f"/v1/credit-groups/{loans.group}")).json()["leader"] is not None
    await edit(loans, member, to_on=TODAY)
    group = (await loans.staff.get(f"/v1/credit-groups/{loans.group}")).json()
    assert (group["leader"], group["version"]) == (None, 2)


async def test_two_households_that_come_for_the_last_seat_get_it_once(committed: World) -> None:
    loans = await set_loans(committed)
    await fill(loans, loans.group, MOST_MEMBERS - 6)
    homes = [await loans.home(village_id=loans.village_id) for _ in range(8)]
    answers = await asyncio.gather(*(join(loans, home) for home in homes))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    assert {answer.json()["rule"] for answer in answers if answer.status_code == 422} == {"group_full"}
    group = (await loans.staff.get(f"/v1/credit-groups/{loans.group}")).json()
    assert group["members_n"] == MOST_MEMBERS


async def test_a_household_that_joins_many_groups_at_once_joins_one(committed: World) -> None:
    loans = await set_loans(committed)
    home = await loans.home(village_id=loans.village_id)
    groups = [await loans.circle() for _ in range(8)]
    answers = await asyncio.gather(*(join(loans, home, group) for group in groups))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    async with committed.database.begin() as session:
        rows = (await session.scalars(select(GroupMember).where(GroupMember.household_id == home))).all()
    assert len(rows) == 1


async def test_a_membership_is_not_reopened_while_the_household_joins_another_group(committed: World) -> None:
    loans = await set_loans(committed)
    for _ in range(6):
        home = await loans.home(village_id=loans.village_id)
        left = await joined(loans, home, from_on="2025-01-01", to_on="2025-06-30")
        answers = await asyncio.gather(edit(loans, left, to_on=None), join(loans, home, await loans.circle()))
        assert sorted(answer.status_code for answer in answers) in ([200, 409], [201, 409])
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate"}


async def test_where_only_the_database_sees_the_other_group_it_refuses(committed: World) -> None:
    """The other membership is written, but its transaction has not ended when the days are compared."""
    loans = await set_loans(committed)
    home, other = await loans.home(village_id=loans.village_id), await loans.circle()
    left = await joined(loans, home, from_on="2025-01-01", to_on="2025-06-30")
    async with committed.database.begin() as session:
        session.add(GroupMember(group_id=other, household_id=home, from_on=date(2025, 8, 1), to_on=None))
        await session.flush()
        reopened = asyncio.create_task(edit(loans, left, to_on=None))
        while not await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert not reopened.done(), reopened.result().text
            await asyncio.sleep(0.01)
    answer = await reopened
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")


async def test_nobody_joins_a_group_while_it_is_dissolved(committed: World) -> None:
    loans = await set_loans(committed)
    group = await loans.circle()
    home = await loans.home(village_id=loans.village_id)
    path, tag = f"/v1/credit-groups/{group}", {"if-match": '"1"'}
    ended, came = await asyncio.gather(
        loans.staff.patch(path, {"dissolved_on": TODAY}, headers=tag), join(loans, home, group)
    )
    assert sorted([ended.status_code, came.status_code]) in ([200, 422], [201, 422])
