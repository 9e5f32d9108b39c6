"""People over HTTP: entering, seeing, changing."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.accounts.models import RoleGrant
from incubator.actor import NOBODY
from incubator.audit import AuditEntry
from incubator.people.places import add_places, add_viewer, move_places, remove_viewer
from tests.factories import LAO_CAI, LONG_AGO, Caller, Make
from tests.people.conftest import Places

PAO = {"full_name": "Giàng A Páo", "birth_year": 1998, "sex": "male", "ethnicity": "H'Mông", "phone": "0912 345 678"}


async def add(client: Caller, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/v1/people", PAO | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def names(client: Caller, **params: Any) -> list[str]:
    answer = await client.get("/v1/people", params=params)
    assert answer.status_code == 200, answer.text
    return [item["full_name"] for item in answer.json()["items"]]


async def audited(session: AsyncSession, person: dict[str, Any]) -> list[str]:
    rows = await session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == person["id"]).order_by(AuditEntry.id)
    )
    return list(rows)


async def test_who_enters_a_person_sees_all_of_it(staff: Caller, places: Places) -> None:
    answer = await staff.post("/v1/people", PAO | {"locality_code": places.here.code})
    assert answer.status_code == 201
    person = answer.json()
    assert answer.headers["location"] == f"/v1/people/{person['id']}"
    assert person | {"id": "", "created_at": ""} == {
        "id": "", "version": 1, "full_name": "Giàng A Páo", "birth_date": None, "birth_year": 1998, "sex": "male",
        "ethnicity": "hmong", "sensitive_hidden": False, "phone": "+84912345678", "locality_code": places.here.code,
        "locality_name": places.here.name, "province_code": "15", "province_name": person["province_name"],
        "created_at": "", "merged_into_id": None, "possible_duplicates": 0,
    }  # fmt: skip


async def test_every_wrong_field_of_a_person_is_named(make: Make, places: Places) -> None:
    officer = await make.account("commune_staff", places.here.code)
    wrong = {"full_name": "…", "birth_year": 2030, "ethnicity": "x", "phone": "1", "locality_code": places.sibling.code}
    answer = await officer.post("/v1/people", wrong)
    assert answer.status_code == 400
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("/full_name", "bad_format"), ("/birth_year", "out_of_range"), ("/ethnicity", "not_in_enum"),
        ("/phone", "bad_format"), ("/locality_code", "not_found"),
    }  # fmt: skip


async def test_an_officer_enters_people_in_the_own_commune_only(make: Make, places: Places) -> None:
    officer = await make.account("commune_staff", places.here.code)
    await add(officer, locality_code=places.here.code)
    for code, expected in ((places.sibling.code, "not_found"), (None, "required"), ("15999", "not_found")):
        answer = await officer.post("/v1/people", {"full_name": "A", "locality_code": code})
        assert answer.status_code == 400
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/locality_code", expected)]


async def test_ethnicity_is_shown_by_a_sensitive_grant_and_the_reading_is_recorded(
    make: Make, places: Places, session: AsyncSession
) -> None:
    plain = await make.account("staff", None)
    sensitive = await make.account("staff", LAO_CAI, sensitive=True)
    person = await add(plain, locality_code=places.here.code)
    hidden = (await plain.get(f"/v1/people/{person['id']}")).json()
    assert (hidden["ethnicity"], hidden["sensitive_hidden"]) == (None, True)
    assert await audited(session, person) == ["add_person"]
    shown = (await sensitive.get(f"/v1/people/{person['id']}")).json()
    assert (shown["ethnicity"], shown["sensitive_hidden"]) == ("hmong", False)
    assert await audited(session, person) == ["add_person", "read_sensitive"]


async def test_a_sensitive_grant_elsewhere_opens_nothing_here(
    places: Places, staff: Caller, session: AsyncSession
) -> None:
    session.add(
        RoleGrant(
            account_id=staff.id, role="commune_staff", locality_id=places.sibling.id, sensitive=True,
            granted_by=NOBODY, granted_at=LONG_AGO,
        )
    )  # fmt: skip
    await session.commit()
    here = await add(staff, locality_code=places.here.code)
    there = await add(staff, locality_code=places.sibling.code)
    assert (await staff.get(f"/v1/people/{here['id']}")).json()["sensitive_hidden"] is True
    assert (await staff.get(f"/v1/people/{there['id']}")).json()["sensitive_hidden"] is False


async def test_a_person_of_another_commune_is_like_no_person(make: Make, places: Places, staff: Caller) -> None:
    person = await add(staff, locality_code=places.here.code)
    own = await make.account("commune_staff", places.here.code)
    sibling = await make.account("commune_staff", places.sibling.code)
    assert (await own.get(f"/v1/people/{person['id']}")).status_code == 200
    assert await names(own) == ["Giàng A Páo"]
    bodies = []
    for person_id in (person["id"], str(uuid4())):
        for answer in (
            await sibling.get(f"/v1/people/{person_id}"),
            await sibling.get(f"/v1/people/{person_id}/consents"),
            await sibling.patch(f"/v1/people/{person_id}", {}, headers={"if-match": '"1"'}),
        ):
            assert answer.status_code == 404
            bodies.append(
                {**answer.json(), "request_id": "", "instance": answer.json()["instance"].replace(person_id, "")}
            )
    assert bodies[:3] == bodies[3:]
    assert await names(sibling) == []
    assert await names(sibling, q="pao") == []
    assert "Páo" not in (await sibling.get("/v1/people", headers={"accept": "text/csv"})).text


async def test_a_person_is_seen_through_another_place_and_belongs_to_the_own_one(
    make: Make, places: Places, staff: Caller, session: AsyncSession
) -> None:
    person = await add(staff, locality_code=places.here.code)
    officer = await make.account("commune_staff", places.sibling.code)
    province = await make.account("staff", places.other_province_code)
    source = uuid4()
    assert await names(officer) == []
    await add_places(
        session, [person["id"]] * 2, locality_id=places.sibling.id, province_id=places.province_id,
        source="idea", source_id=source,
    )  # fmt: skip
    await session.commit()
    assert await names(officer) == ["Giàng A Páo"]
    assert await names(province) == []
    change = await officer.patch(f"/v1/people/{person['id']}", {"sex": None}, headers={"if-match": '"1"'})
    assert change.status_code == 403
    assert places.elsewhere.parent_id is not None
    await move_places(session, source, locality_id=places.elsewhere.id, province_id=places.elsewhere.parent_id)
    await session.commit()
    assert await names(officer) == []
    assert await names(province) == ["Giàng A Páo"]


async def test_a_mentor_sees_the_people_of_own_projects(
    make: Make, places: Places, staff: Caller, session: AsyncSession
) -> None:
    person = await add(staff, locality_code=places.here.code)
    mentor, source = await make.account("mentor", None), uuid4()
    assert await names(mentor) == []
    assert (await mentor.get(f"/v1/people/{person['id']}")).status_code == 404
    await add_viewer(session, [person["id"]], mentor.id, source="project", source_id=source)
    await session.commit()
    assert await names(mentor) == ["Giàng A Páo"]
    assert (await mentor.get(f"/v1/people/{person['id']}")).json()["sensitive_hidden"] is True
    assert (await mentor.post("/v1/people", PAO)).status_code == 403
    await remove_viewer(session, mentor.id, source_id=source)
    await session.commit()
    assert await names(mentor) == []


@pytest.mark.parametrize("role", ["admin", "reviewer", "analyst"])
async def test_other_roles_see_no_people(make: Make, role: str) -> None:
    client = await make.account(role, None)
    assert (await client.get("/v1/people")).status_code == 403
    assert (await client.get(f"/v1/people/{uuid4()}")).status_code == 403


async def test_a_token_reads_people_with_its_scope_only(make: Make, places: Places, staff: Caller) -> None:
    await add(staff, locality_code=places.here.code)
    assert await names(await make.token("people:read", locality=places.here.code)) == ["Giàng A Páo"]
    assert await names(await make.token("people:read", locality=places.sibling.code)) == []
    assert (await (await make.token("ideas:submit", "ideas:read")).get("/v1/people")).status_code == 403
    assert (await (await make.token("people:read")).post("/v1/people", PAO)).status_code == 403


async def test_names_are_found_without_marks(staff: Caller, places: Places) -> None:
    await add(staff, full_name="Đặng Thị Hoà", phone=None)
    await add(staff, full_name="Lý H'Mông Đỏ", birth_year=2001, locality_code=places.here.code)
    assert await names(staff, q="dang") == ["Đặng Thị Hoà"]
    assert await names(staff, q="ĐẶNG ho") == ["Đặng Thị Hoà"]
    assert await names(staff, q="hmong") == ["Lý H'Mông Đỏ"]
    assert await names(staff, q="h'mông ly") == ["Lý H'Mông Đỏ"]
    assert await names(staff, q="--- '") == []
    assert await names(staff, birth_year=2001) == ["Lý H'Mông Đỏ"]
    assert await names(staff, phone="+84 912345678", q="l") == ["Lý H'Mông Đỏ"]
    assert await names(staff, locality_code=places.here.code) == ["Lý H'Mông Đỏ"]
    assert await names(staff, locality_code="15", birth_year=1998) == []
    assert await names(staff) == ["Lý H'Mông Đỏ", "Đặng Thị Hoà"]


async def test_a_filter_that_names_nothing_is_refused(staff: Caller) -> None:
    answer = await staff.get("/v1/people", params={"phone": "abc", "locality_code": "15999"})
    assert answer.status_code == 400
    assert {(e["parameter"], e["code"]) for e in answer.json()["errors"]} == {
        ("phone", "bad_format"),
        ("locality_code", "not_found"),
    }
    assert (await staff.get("/v1/people", params={"name": "x"})).json()["code"] == "unknown_parameter"


async def test_a_walk_meets_everybody_once(staff: Caller, places: Places) -> None:
    for number in range(5):
        await add(staff, full_name=f"Người {number}", locality_code=places.here.code)
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2, "count": "exact", "locality_code": places.here.code}
    while True:
        page = (await staff.get("/v1/people", params=params)).json()
        seen += [item["full_name"] for item in page["items"]]
        assert page["total"] == 5
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == [f"Người {number}" for number in (4, 3, 2, 1, 0)]


async def test_lists_and_exports_show_nothing_sensitive(make: Make, places: Places) -> None:
    sensitive = await make.account("staff", None, sensitive=True)
    await add(sensitive, locality_code=places.here.code)
    table = await sensitive.get("/v1/people", headers={"accept": "text/csv"})
    header = "id,full_name,birth_year,sex,phone,locality_code,locality_name,merged_into_id"
    assert table.text.lstrip("\ufeff").splitlines()[0] == header
    assert "hmong" not in table.text
    assert "ethnicity" not in (await sensitive.get("/v1/people")).text


async def test_a_patch_changes_what_it_names(make: Make, places: Places, session: AsyncSession, staff: Caller) -> None:
    person = await add(staff, locality_code=places.here.code)
    path = f"/v1/people/{person['id']}"
    assert (await staff.patch(path, {"sex": None})).status_code == 428
    change = {"sex": None, "birth_date": "1999-02-01", "locality_code": places.sibling.code, "phone": "0987 654 321"}
    changed = await staff.patch(path, change, headers={"if-match": '"1"'})
    assert changed.status_code == 200, changed.text
    expected = {
        "version": 2, "sex": None, "birth_date": "1999-02-01", "birth_year": 1999, "phone": "+84987654321",
        "locality_code": places.sibling.code, "locality_name": places.sibling.name, "ethnicity": None,
        "sensitive_hidden": True,
    }  # fmt: skip
    assert changed.json() == person | expected
    assert (await staff.patch(path, {}, headers={"if-match": '"1"'})).status_code == 412
    entered = await staff.patch(path, {"ethnicity": "Giáy"}, headers={"if-match": changed.headers["etag"]})
    assert (entered.json()["ethnicity"], entered.json()["version"]) == ("giay", 3)
    assert await audited(session, person) == ["add_person", "edit_person", "edit_person"]


async def test_a_patch_that_changes_nothing_keeps_the_version(staff: Caller, session: AsyncSession) -> None:
    person = await add(staff)
    answer = await staff.patch(f"/v1/people/{person['id']}", {"sex": "male"}, headers={"if-match": "*"})
    assert answer.json()["version"] == 1
    assert await audited(session, person) == ["add_person"]


async def test_a_patch_names_every_wrong_field(staff: Caller) -> None:
    person = await add(staff, birth_date="1998-05-05")
    patch = {"birth_year": 1997, "phone": "1", "ethnicity": "?", "locality_code": "15999"}
    answer = await staff.patch(f"/v1/people/{person['id']}", patch, headers={"if-match": "*"})
    assert answer.status_code == 400
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/birth_year", "/phone", "/ethnicity", "/locality_code"}
    null_name = await staff.patch(f"/v1/people/{person['id']}", {"full_name": None}, headers={"if-match": "*"})
    assert null_name.json()["errors"][0]["code"] == "wrong_type"


async def test_an_officer_cannot_move_a_person_out_of_the_own_commune(make: Make, places: Places) -> None:
    officer = await make.account("commune_staff", places.here.code)
    person = await add(officer, locality_code=places.here.code)
    for code, expected in ((places.sibling.code, "not_found"), (None, "required")):
        answer = await officer.patch(f"/v1/people/{person['id']}", {"locality_code": code}, headers={"if-match": "*"})
        assert answer.json()["errors"][0]["code"] == expected


async def test_an_unchanged_person_is_304(staff: Caller) -> None:
    person = await add(staff)
    etag = (await staff.get(f"/v1/people/{person['id']}")).headers["etag"]
    assert etag.startswith('"1.')
    again = await staff.get(f"/v1/people/{person['id']}", headers={"if-none-match": etag})
    assert again.status_code == 304


async def test_the_same_key_enters_one_person(staff: Caller) -> None:
    answers = [await staff.post("/v1/people", PAO, headers={"idempotency-key": "k1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert await names(staff) == ["Giàng A Páo"]
