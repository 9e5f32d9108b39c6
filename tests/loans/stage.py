"""What tests of loans stand on: a lender, a programme with its rates, a village with a credit group of five households,
and the callers. Everything is put in directly, and committed where the database of the test commits."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from incubator.actor import NOBODY
from incubator.loans.applications.models import ApplicationTransition, LoanApplication
from incubator.loans.groups.models import CreditGroup, GroupMember
from incubator.loans.ledger.models import LoanEntry
from incubator.loans.lenders.models import Lender
from incubator.loans.models import Loan, LoanRate
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.loans.schedules.models import Instalment, LoanSchedule
from incubator.localities.models import Locality
from incubator.people.households.models import Household, HouseholdClass, HouseholdMember
from incubator.people.models import Person
from tests.factories import BAC_HA, LAO_CAI, Caller, World, current_locality

TODAY = date(2025, 11, 30)
SINCE = date(2019, 1, 1)
NUMBERS = count(1)
BY_SYSTEM = {"recorded_by_kind": "system", "recorded_by_id": NOBODY}


class LoanStage:
    """Rows of loans, and who works with them. A keyword of a method replaces the column of its name.

    `household` is the first of the five `households` of `group`; `head` is its head. `staff`, `approver` and `officer`
    (of the commune Bắc Hà) see amounts, `plain` is staff who does not.
    """

    world: World
    staff: Caller
    approver: Caller
    officer: Caller
    plain: Caller
    commune_id: UUID
    province_id: UUID
    village_id: UUID
    lender: UUID
    programme: UUID
    group: UUID
    household: UUID
    head: UUID
    households: list[UUID]

    def __init__(self, world: World) -> None:
        self.world = world

    async def lending(self, code: str = "", **columns: Any) -> UUID:
        """A lender."""
        return await self._add(Lender(code=code or f"bank-{next(NUMBERS)}", name="Ngân hàng Chính sách", **columns))

    async def offer(self, *, rates: dict[date, int] | None = None, **columns: Any) -> UUID:
        """A programme with its rates in ppm from a day on."""
        values = {
            "lender_id": getattr(self, "lender", None), "code": f"programme-{next(NUMBERS)}", "name": "Hộ nghèo",
            "max_vnd": 100_000_000, "max_months": 120, "starts_on": SINCE,
        }  # fmt: skip
        programme_id = await self._add(LoanProgramme(**{**values, **columns}))
        for day, rate in ({SINCE: 66_000, date(2025, 12, 1): 62_400} if rates is None else rates).items():
            await self._add(
                LoanProgrammeRate(programme_id=programme_id, from_on=day, rate_ppm=rate, **BY_SYSTEM), keyless=True
            )
        return programme_id

    async def village(self, commune: str = BAC_HA) -> UUID:
        """A village that no other test has."""
        number = next(NUMBERS)
        async with self.world.database.begin() as session:
            parent = (await current_locality(session, commune)).id
        return await self._add(
            Locality(
                code=f"V-stage-{number}", level="village", kind="village", name=f"Thôn Nậm {number}",
                parent_id=parent, valid_from=date(2019, 1, 1), version=1,
            )
        )  # fmt: skip

    async def home(self, commune: str = BAC_HA, *, head: bool = True, **columns: Any) -> UUID:
        """A household, with a head since 2019 who is a new person."""
        async with self.world.database.begin() as session:
            place = await current_locality(session, commune)
            values = {"locality_id": place.id, "province_id": place.parent_id}
        by = {"entered_by_kind": "system", "entered_by_id": NOBODY}
        household_id = await self._add(Household(**{**values, **by, **columns}))
        if head:
            await self.living(household_id, "head")
        return household_id

    async def living(
        self, household_id: UUID, relation: str = "other", *, person_id: UUID | None = None, since: date = SINCE,
        until: date | None = None, **person: Any,
    ) -> UUID:  # fmt: skip
        """Somebody, a new person where none is named, who lives in the household: their id."""
        person_id = person_id or await self.person(**person)
        await self._add(
            HouseholdMember(
                household_id=household_id, person_id=person_id, relation=relation, from_on=since, to_on=until
            )
        )
        return person_id

    async def person(self, commune: str | None = BAC_HA, **columns: Any) -> UUID:
        async with self.world.database.begin() as session:
            place = await current_locality(session, commune) if commune else None
        values = {
            "full_name": f"Sùng Thị Mỷ {next(NUMBERS)}", "locality_id": place and place.id,
            "province_id": place and place.parent_id, "entered_by_kind": "system", "entered_by_id": NOBODY,
        }  # fmt: skip
        return await self._add(Person(**{**values, **columns}))

    async def head_of(self, household_id: UUID) -> UUID:
        async with self.world.database.begin() as session:
            head = select(HouseholdMember.person_id).where(
                HouseholdMember.household_id == household_id, HouseholdMember.relation == "head"
            )
            return UUID(str((await session.scalars(head)).one()))

    async def classed(self, household_id: UUID, poverty_class: str, since: date = SINCE) -> UUID:
        """How poor the household is from a day on."""
        return await self._add(
            HouseholdClass(household_id=household_id, from_on=since, poverty_class=poverty_class, **BY_SYSTEM)
        )

    async def circle(self, households: Sequence[UUID] = (), *, since: date = SINCE, **columns: Any) -> UUID:
        """A credit group of these households."""
        values = {
            "lender_id": self.lender, "bank_code": f"T{next(NUMBERS)}", "name": "Tổ vay vốn Nậm", "formed_on": since,
            "village_id": self.village_id, "locality_id": self.commune_id, "province_id": self.province_id,
        }  # fmt: skip
        group_id = await self._add(CreditGroup(**{**values, **columns}))
        for household_id in households:
            await self.joined(group_id, household_id, since)
        return group_id

    async def joined(self, group_id: UUID, household_id: UUID, since: date = SINCE, until: date | None = None) -> UUID:
        return await self._add(GroupMember(group_id=group_id, household_id=household_id, from_on=since, to_on=until))

    async def application(self, status: str = "bank_approved", **columns: Any) -> UUID:
        """An application of the household that stands at this status."""
        values = {
            "household_id": self.household, "applicant_id": self.head, "programme_id": self.programme,
            "group_id": self.group, "asked_vnd": 50_000_000, "months": 36, "purpose": "Mua trâu", "status": status,
            "applied_on": date(2025, 1, 2), "moved_on": date(2025, 1, 10),
            "locality_id": self.commune_id, "province_id": self.province_id,
            "entered_by_kind": "system", "entered_by_id": NOBODY,
        }  # fmt: skip
        application_id = await self._add(LoanApplication(**{**values, **columns}))
        await self._add(
            ApplicationTransition(
                application_id=application_id, number=1, action="enter", from_status=None, to_status=status,
                occurred_on=date(2025, 1, 2), actor_kind="system", actor_id=NOBODY,
            )
        )  # fmt: skip
        return application_id

    async def granted(
        self, approved_vnd: int = 50_000_000, approved_on: date = date(2025, 1, 15), *,
        rate_ppm: int | None = None, **columns: Any,
    ) -> UUID:  # fmt: skip
        """A loan of the household that nothing is paid out of yet; its id. A `rate_ppm` is fixed from that day."""
        values = {
            "lender_id": self.lender, "contract_no": f"HD-{next(NUMBERS)}", "programme_id": self.programme,
            "household_id": self.household, "borrower_id": self.head, "group_id": self.group,
            "approved_vnd": approved_vnd, "approved_on": approved_on, "maturity_on": approved_on + timedelta(1826),
            "locality_id": self.commune_id, "province_id": self.province_id,
            "entered_by_kind": "system", "entered_by_id": NOBODY,
        }  # fmt: skip
        loan_id = await self._add(Loan(**{**values, **columns}))
        if rate_ppm is not None:
            rate = LoanRate(loan_id=loan_id, from_on=approved_on, rate_ppm=rate_ppm, **BY_SYSTEM)
            await self._add(rate, keyless=True)
        return loan_id

    async def entry(
        self, loan_id: UUID, kind: str, on: date, normal: int = 0, overdue: int = 0, frozen: int = 0,
        interest: int = 0, reverses: UUID | None = None, **columns: Any,
    ) -> UUID:  # fmt: skip
        """A row of the ledger; its id. The database fills in the amounts of a reversal."""
        async with self.world.database.begin() as session:
            last = await session.scalar(select(func.max(LoanEntry.seq)).where(LoanEntry.loan_id == loan_id))
        values = {
            "loan_id": loan_id, "seq": (last or 0) + 1, "kind": kind, "counts_as": kind, "effective_on": on,
            "d_normal": normal, "d_overdue": overdue, "d_frozen": frozen, "interest_vnd": interest,
            "reverses_id": reverses, "source": "typed", **BY_SYSTEM,
            "reason": "Theo sao kê" if kind in {"write_off", "adjustment", "reversal"} else None,
        }  # fmt: skip
        return await self._add(LoanEntry(**{**values, **columns}))

    async def disbursed(self, vnd: int = 50_000_000, on: date = date(2025, 1, 20), **columns: Any) -> UUID:
        """A loan that was paid out in full on that day."""
        loan_id = await self.granted(vnd, **columns)
        await self.entry(loan_id, "disbursement", on, vnd)
        return loan_id

    async def schedule(
        self, loan_id: UUID, instalments: dict[date, int], *, decided_on: date = date(2025, 1, 20),
        reason: str = "original", number: int = 1, **columns: Any,
    ) -> UUID:  # fmt: skip
        """A version of the schedule with these instalments of principal."""
        values = {
            "loan_id": loan_id, "number": number, "reason": reason, "decided_on": decided_on,
            "principal_vnd": sum(instalments.values()), "first_interest_on": min(instalments),
            "note": None if reason == "original" else "Theo đề nghị của tổ", **BY_SYSTEM,
        }  # fmt: skip
        schedule_id = await self._add(LoanSchedule(**{**values, **columns}))
        so_far, rows = 0, []
        for place, (due_on, vnd) in enumerate(sorted(instalments.items()), 1):
            so_far += vnd
            rows.append(
                {
                    "schedule_id": schedule_id, "number": place, "due_on": due_on, "principal_vnd": vnd,
                    "due_in_all_vnd": so_far,
                }
            )  # fmt: skip
        async with self.world.database.begin() as session:
            # In one statement, because the database looks at its end whether they add up.
            await session.execute(insert(Instalment).values(rows))
        return schedule_id

    async def row(self, loan_id: UUID) -> Loan:
        """The loan as it is stored now."""
        async with self.world.database.begin() as session:
            return await session.get_one(Loan, loan_id)

    async def _add(self, row: Any, *, keyless: bool = False) -> UUID:
        async with self.world.database.begin() as session:
            session.add(row)
            await session.flush()
            return NOBODY if keyless else UUID(str(row.id))


async def set_loans(world: World) -> LoanStage:
    """The stage on a database, of one test or with commits of its own."""
    stage = LoanStage(world)
    make = world.make
    stage.staff = await make.account("staff", LAO_CAI, sensitive=True)
    stage.approver = await make.account("approver", LAO_CAI, sensitive=True)
    stage.officer = await make.account("commune_staff", BAC_HA, sensitive=True)
    stage.plain = await make.account("staff", LAO_CAI)
    async with world.database.begin() as session:
        commune = await current_locality(session, BAC_HA)
        assert commune.parent_id is not None
        stage.commune_id, stage.province_id = commune.id, commune.parent_id
    stage.village_id = await stage.village()
    stage.lender = await stage.lending()
    stage.programme = await stage.offer()
    stage.households = [await stage.home(village_id=stage.village_id) for _ in range(5)]
    stage.household = stage.households[0]
    stage.head = await stage.head_of(stage.household)
    stage.group = await stage.circle(stage.households, leader_id=stage.head)
    return stage
