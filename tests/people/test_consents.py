"""Consent: given, withdrawn, never edited."""

from typing import Any

import httpx
import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.people.actions import has_consent
from incubator.people.models import Consent
from tests.factories import Caller, Make
from tests.people.conftest import Places
from tests.people.test_people import add

GIVEN = {"action": "give", "given_on": "2025-03-01", "form": "paper"}
WITHDRAWN = {"action": "withdraw", "withdrawn_on": "2025-09-01", "form": "digital"}


async def post(client: Caller, person: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"/v1/people/{person['id']}/consents", body)


async def test_a_consent_is_given_and_withdrawn_by_rows(staff: Caller, session: AsyncSession) -> None:
    person = await add(staff)
    assert (await post(staff, person, WITHDRAWN)).json()["rule"] == "no_consent_to_withdraw"
    given = await post(staff, person, GIVEN)
    assert given.status_code == 201, given.text
    assert (given.json()["action"], given.json()["occurred_on"], given.json()["purpose"]) == (
        "give",
        "2025-03-01",
        "programme",
    )
    assert await has_consent(session, person["id"])
    assert not await has_consent(session, person["id"], "publicity")
    early = WITHDRAWN | {"withdrawn_on": "2025-02-01"}
    assert (await post(staff, person, early)).json()["rule"] == "no_consent_to_withdraw"
    assert (await post(staff, person, WITHDRAWN)).status_code == 201
    assert not await has_consent(session, person["id"])
    assert (await post(staff, person, WITHDRAWN)).status_code == 422
    rows = (await staff.get(f"/v1/people/{person['id']}/consents")).json()["items"]
    assert [row["action"] for row in rows] == ["withdraw", "give"]


@pytest.mark.parametrize("day", ["2025-12-01", "1899-12-31"])
async def test_a_consent_has_a_possible_day(staff: Caller, day: str) -> None:
    person = await add(staff)
    answer = await post(staff, person, GIVEN | {"given_on": day})
    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/given_on", "out_of_range")]


async def test_a_consent_needs_its_fields(staff: Caller) -> None:
    person = await add(staff)
    for body, pointer in (({}, "/action"), ({"action": "give", "form": "paper"}, "/given_on")):
        answer = await post(staff, person, body)
        assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_an_officer_takes_consent_of_people_of_the_own_commune(make: Make, places: Places, staff: Caller) -> None:
    person = await add(staff, locality_code=places.here.code)
    own = await make.account("commune_staff", places.here.code)
    sibling = await make.account("commune_staff", places.sibling.code)
    assert (await post(own, person, GIVEN)).status_code == 201
    assert (await post(sibling, person, GIVEN)).status_code == 404
    assert (await post(await make.account("approver", None), person, GIVEN)).status_code == 403


async def test_a_recorded_consent_cannot_be_deleted(staff: Caller, session: AsyncSession) -> None:
    await post(staff, await add(staff), GIVEN)
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(delete(Consent))
