"""What tests of events stand on: a conference in Bắc Hà with two modes, two sessions and three sites, and the callers.
Everything is put in directly, and committed where the database of the test commits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from incubator.accounts.models import Token, new_token_text, token_hash
from incubator.actor import NOBODY, Scope
from incubator.events.attendance.models import Attendance
from incubator.events.devices.models import Device, DeviceSite
from incubator.events.headcounts.models import Headcount
from incubator.events.layout.models import EventMode, EventSession, EventSite
from incubator.events.models import Event
from incubator.events.registrations.models import Registration, Ticket, new_ticket_text, ticket_hash
from incubator.events.team.models import EventTeamMember
from incubator.people.models import Person, PersonPlace
from tests.factories import BAC_HA, LAO_CAI, LONG_AGO, Y_TY, Caller, MentorCaller, World, current_locality

NUMBERS = count(1)
STARTS_AT = datetime(2025, 11, 29, 1, 0, tzinfo=UTC)
"""Yesterday, 08:00 in Viet Nam."""
NOON = STARTS_AT + timedelta(hours=4)
ENDS_AT = STARTS_AT + timedelta(hours=9)
"""17:00 in Viet Nam."""


class EventStage:
    """Rows of events, and who works with them. A keyword of a method replaces the column of its name.

    `event_id` is a published event with the modes in_person (50 seats) and online (no limit). `morning` has the sites
    `hall` (in person, in Bắc Hà), `room` (online) and `bridge` (in person, in Y Tý); `afternoon` has none.
    """

    world: World
    staff: Caller
    approver: Caller
    officer: Caller
    officer_there: Caller
    admin: Caller
    event_id: UUID
    morning: UUID
    afternoon: UUID
    hall: UUID
    room: UUID
    bridge: UUID

    def __init__(self, world: World) -> None:
        self.world = world

    async def event(self, commune: str = BAC_HA, **columns: Any) -> UUID:
        """A published event of yesterday that has nothing else yet."""
        values = {
            "kind": "forum", "title": f"Diễn đàn khởi nghiệp {next(NUMBERS)}", "organisers": ["Tỉnh đoàn Lào Cai"],
            **await self.place(commune), "starts_at": STARTS_AT, "ends_at": ENDS_AT, "status": "published",
            "is_public": True, "capture": "mixed", "walk_in_policy": "allow", "changed_at": LONG_AGO,
            "created_by_id": self.staff.id, **columns,
        }  # fmt: skip
        values.setdefault("published_at", None if values["status"] == "draft" else LONG_AGO)
        values.setdefault("late_sync_until", values["ends_at"] + timedelta(days=14))
        return await self._add(Event(**values))

    async def mode(self, event_id: UUID, mode: str = "in_person", capacity: int | None = None, **columns: Any) -> None:
        await self._add(EventMode(event_id=event_id, mode=mode, capacity=capacity, **columns), keyless=True)

    async def session(
        self, event_id: UUID, starts_at: datetime = STARTS_AT, ends_at: datetime = NOON, **columns: Any
    ) -> UUID:
        """A session, numbered after those that the event has."""
        async with self.world.database.begin() as session:
            last = await session.scalar(select(func.max(EventSession.number)).where(EventSession.event_id == event_id))
        values = {"event_id": event_id, "number": (last or 0) + 1, "starts_at": starts_at, "ends_at": ends_at}
        return await self._add(EventSession(**{**values, **columns}))

    async def site(
        self, session_id: UUID, label: str, mode: str = "in_person", commune: str = BAC_HA, **columns: Any
    ) -> UUID:
        async with self.world.database.begin() as session:
            event_id = await session.scalar(select(EventSession.event_id).where(EventSession.id == session_id))
        values = {"event_id": event_id, "session_id": session_id, "mode": mode, "label": label}
        return await self._add(EventSite(**values, **{**await self.place(commune), **columns}))

    async def simple_event(self, *, capacity: int | None = None, **columns: Any) -> tuple[UUID, UUID, UUID]:
        """An event in person with one session at one site: the ids of all three."""
        event_id = await self.event(**columns)
        await self.mode(event_id, capacity=capacity)
        session_id = await self.session(event_id)
        return event_id, session_id, await self.site(session_id, "Hội trường")

    async def person(self, full_name: str = "", commune: str | None = BAC_HA, **columns: Any) -> UUID:
        place = await self.place(commune) if commune else {}
        values = {
            "full_name": full_name or f"Sùng A Páo {next(NUMBERS)}", **place,
            "entered_by_kind": "system", "entered_by_id": NOBODY,
        }  # fmt: skip
        return await self._add(Person(**{**values, **columns}))

    async def registered(
        self, person_id: UUID, mode: str = "in_person", status: str = "confirmed", *,
        event_id: UUID | None = None, **columns: Any,
    ) -> tuple[UUID, str]:  # fmt: skip
        """A registration with its ticket, and the seat or the place in the waitlist that it has."""
        event_id, ticket = event_id or self.event_id, new_ticket_text()
        counted = await self._count(event_id, mode, status)
        async with self.world.database.begin() as session:
            person = await session.get_one(Person, person_id)
            event = await session.get_one(Event, event_id)
            place = person if person.locality_id else event
        now = self.world.clock.now
        values = {
            "event_id": event_id, "mode": mode, "person_id": person_id, "status": status, "source": "staff",
            "locality_id": place.locality_id, "province_id": place.province_id,
            "wait_number": counted if status == "waitlisted" else None,
            "confirmed_at": now if status == "confirmed" else None,
            "cancelled_at": now if status == "cancelled" else None,
            "registered_by_kind": "account", "registered_by_id": self.staff.id,
        }  # fmt: skip
        registration_id = await self._add(Registration(**{**values, **columns}))
        await self._add(
            Ticket(hash=ticket_hash(ticket), registration_id=registration_id, event_id=event_id), keyless=True
        )
        await self.sees_person(event, person_id, registration_id)
        return registration_id, ticket

    async def sees_person(self, event: Event, person_id: UUID, registration_id: UUID) -> None:
        """The commune of the event sees who is registered for it."""
        if event.locality_id == event.province_id:
            return
        row = PersonPlace(
            person_id=person_id, locality_id=event.locality_id, province_id=event.province_id,
            source="registration", source_id=registration_id,
        )  # fmt: skip
        await self._add(row, keyless=True)

    async def device(
        self, sites: Sequence[UUID] = (), profile: str = "scan_walk_in", *, event_id: UUID | None = None, **columns: Any
    ) -> Caller:
        """An enrolled phone, for all sites of the event where none is named. Its `id` is that of the device."""
        event_id, text, now = event_id or self.event_id, new_token_text("device"), self.world.clock.now
        name, expires_at = f"Máy quét {next(NUMBERS)}", now + timedelta(days=30)
        token_id = await self._add(
            Token(
                kind="device", hash=token_hash(text), name=name, scopes=[Scope.check_in_write.value], created_at=now,
                created_by=self.staff.id, expires_at=expires_at, extended_at=now,
            )
        )  # fmt: skip
        values = {
            "event_id": event_id, "name": name, "profile": profile, "token_id": token_id, "enrolled_at": now,
            "expires_at": expires_at, "sees_all": True, "added_by_id": self.staff.id,
        }  # fmt: skip
        device_id = await self._add(Device(**{**values, **columns}))
        for site_id in sites or await self.sites_of(event_id):
            await self._add(DeviceSite(device_id=device_id, site_id=site_id, event_id=event_id), keyless=True)
        return Caller(self.world.http, text, device_id, name)

    async def attendance(
        self, session_id: UUID, person_id: UUID, site_id: UUID, at: datetime = STARTS_AT, **columns: Any
    ) -> None:
        """Somebody who came at that moment."""
        async with self.world.database.begin() as session:
            event_id = await session.scalar(select(EventSession.event_id).where(EventSession.id == session_id))
        values = {"event_id": event_id, "session_id": session_id, "person_id": person_id, "site_id": site_id}
        await self._add(Attendance(**values, **{"first_in_at": at, **columns}), keyless=True)

    async def headcount(self, site_id: UUID, total: int, **columns: Any) -> UUID:
        """A count at a site; one after another of the same site needs `replaces_id`."""
        async with self.world.database.begin() as session:
            site = await session.get_one(EventSite, site_id)
        values = {
            "event_id": site.event_id, "session_id": site.session_id, "site_id": site_id, "client_report_id": uuid4(),
            "total": total, "method": "count", "counted_at": NOON,
            "reported_by_kind": "account", "reported_by_id": self.staff.id,
        }  # fmt: skip
        return await self._add(Headcount(**{**values, **columns}))

    async def leader(self, *session_ids: UUID, part: str = "lead") -> MentorCaller:
        """A mentor who lives nowhere near and leads these sessions."""
        mentor = await self.world.make.mentor()
        for session_id in session_ids or (self.morning,):
            async with self.world.database.begin() as session:
                event_id = await session.scalar(select(EventSession.event_id).where(EventSession.id == session_id))
            row = EventTeamMember(session_id=session_id, person_id=mentor.person_id, event_id=event_id, part=part)
            await self._add(row, keyless=True)
        return mentor

    async def row(self, event_id: UUID | None = None) -> Event:
        """The event as it is stored now."""
        async with self.world.database.begin() as session:
            return await session.get_one(Event, event_id or self.event_id)

    async def set(self, event_id: UUID | None = None, **columns: Any) -> None:
        """Columns of the event, past every rule. What is no draft was published, unless it is cancelled as one."""
        if "status" in columns and columns["status"] != "cancelled":
            was = func.coalesce(Event.published_at, LONG_AGO)
            columns.setdefault("published_at", None if columns["status"] == "draft" else was)
        async with self.world.database.begin() as session:
            await session.execute(update(Event).where(Event.id == (event_id or self.event_id)).values(**columns))

    async def mode_row(self, mode: str = "in_person", event_id: UUID | None = None) -> EventMode:
        async with self.world.database.begin() as session:
            return await session.get_one(EventMode, (event_id or self.event_id, mode))

    async def sites_of(self, event_id: UUID) -> list[UUID]:
        async with self.world.database.begin() as session:
            return list(await session.scalars(select(EventSite.id).where(EventSite.event_id == event_id)))

    async def place(self, code: str) -> dict[str, UUID]:
        """The columns of a commune, or of a province."""
        async with self.world.database.begin() as session:
            place = await current_locality(session, code)
            return {"locality_id": place.id, "province_id": place.parent_id or place.id}

    async def _count(self, event_id: UUID, mode: str, status: str) -> int | None:
        """A seat is taken or a number in the waitlist drawn: the number."""
        m = EventMode
        drawn = {"confirmed": ("seats_taken", m.seats_taken), "waitlisted": ("last_wait", m.last_wait)}.get(status)
        if drawn is None:
            return None
        name, column = drawn
        counted = update(m).where(m.event_id == event_id, m.mode == mode).values({name: column + 1}).returning(column)
        async with self.world.database.begin() as session:
            return int((await session.execute(counted)).scalar_one())

    async def _add(self, row: Any, *, keyless: bool = False) -> UUID:
        async with self.world.database.begin() as session:
            session.add(row)
            await session.flush()
            return NOBODY if keyless else UUID(str(row.id))


async def set_event_stage(world: World) -> EventStage:
    """The stage on a database, of one test or with commits of its own."""
    stage, make = EventStage(world), world.make
    stage.staff = await make.account("staff", LAO_CAI)
    stage.approver = await make.account("approver", LAO_CAI)
    stage.officer = await make.account("commune_staff", BAC_HA)
    stage.officer_there = await make.account("commune_staff", Y_TY)
    stage.admin = await make.account("admin")
    stage.event_id = await stage.event(kind="conference", title="Đại hội Hội Doanh nhân trẻ")
    await stage.mode(stage.event_id, "in_person", 50)
    await stage.mode(stage.event_id, "online")
    stage.morning = await stage.session(stage.event_id)
    stage.afternoon = await stage.session(stage.event_id, NOON + timedelta(hours=1), ENDS_AT)
    stage.hall = await stage.site(stage.morning, "Hội trường")
    stage.room = await stage.site(stage.morning, "Phòng trực tuyến", "online")
    stage.bridge = await stage.site(stage.morning, "Điểm cầu Y Tý", commune=Y_TY)
    return stage
