"""What tests set up: callers with their rights, and ideas at each point of their way, made over HTTP."""

from datetime import UTC, datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from sqlalchemy import select

from incubator.accounts.models import Account, RoleGrant, Token, new_token_text, token_hash
from incubator.actor import NOBODY
from incubator.db import Database
from incubator.localities.models import Locality
from incubator.mentoring.mentors.models import Mentor, MentorReach
from incubator.people.models import Person

LAO_CAI = "15"
BAC_HA = "02839"
Y_TY = "02701"
SA_PA = "03006"

NUMBERS = count(1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)


class Caller:
    """Somebody who calls the API with a token of theirs."""

    def __init__(self, http: httpx.AsyncClient, token: str, id_: UUID, username: str) -> None:
        self._http = http
        self.token = token
        self.id = id_
        self.username = username

    async def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return await self._http.request(method, path, headers=headers, **kwargs)

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.request("GET", path, **kwargs)

    async def post(self, path: str, json: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.request("POST", path, json={} if json is None else json, **kwargs)

    async def patch(self, path: str, json: Any, **kwargs: Any) -> httpx.Response:
        return await self.request("PATCH", path, json=json, **kwargs)

    async def put(self, path: str, json: Any, **kwargs: Any) -> httpx.Response:
        return await self.request("PUT", path, json=json, **kwargs)

    async def move(self, idea: dict[str, Any], action: str, **data: Any) -> httpx.Response:
        """One move of an idea, from the version that the idea was last seen in."""
        path = f"/v1/ideas/{idea['id']}/transitions"
        return await self.post(path, {"action": action, **data}, headers={"if-match": f'"{idea["version"]}"'})


class MentorCaller(Caller):
    """A mentor with an account, who stands in the register."""

    def __init__(self, account: Caller, http: httpx.AsyncClient, mentor_id: UUID, person_id: UUID) -> None:
        super().__init__(http, account.token, account.id, account.username)
        self.mentor_id = mentor_id
        self.person_id = person_id


class World:
    """The application, its database and its clock, for one test."""

    def __init__(self, service: Any, database: Database, clock: Any) -> None:
        self.service = service
        self.database = database
        self.clock = clock
        transport = httpx.ASGITransport(app=service, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://test")
        self.make = Make(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()


class Make:
    """Makes things; every call takes the next number, so that names differ."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def account(
        self, role: str, locality: str | None = LAO_CAI, *, sensitive: bool = False, person_id: UUID | None = None
    ) -> Caller:
        """An account with one grant, logged in."""
        username, token = f"{role.replace('_', '-')}-{next(NUMBERS)}", new_token_text("session")
        async with self.world.database.begin() as session:
            account = Account(username=username, password_hash="-", created_at=LONG_AGO, person_id=person_id, version=1)
            session.add(account)
            await session.flush()
            place = None if role == "admin" else await locality_id(session, locality)
            session.add(
                RoleGrant(
                    account_id=account.id, role=role, locality_id=place, sensitive=sensitive,
                    granted_by=NOBODY, granted_at=LONG_AGO,
                )
            )  # fmt: skip
            now = self.world.clock.now
            session.add(
                Token(
                    kind="session", hash=token_hash(token), account_id=account.id, created_at=now,
                    created_by=account.id, expires_at=now + timedelta(hours=12), extended_at=now,
                )
            )  # fmt: skip
        return Caller(self.world.http, token, account.id, username)

    async def mentor(
        self,
        locality: str | None = LAO_CAI,
        *,
        home: str | None = None,
        reach: tuple[str, ...] = (LAO_CAI,),
        languages: tuple[str, ...] = ("vi",),
        **columns: Any,
    ) -> MentorCaller:
        """An account that mentors, linked to a person who lives at `home`, with their row in the register."""
        person_id = await self.person(home)
        account = await self.account("mentor", locality, person_id=person_id)
        async with self.world.database.begin() as session:
            mentor = Mentor(person_id=person_id, account_id=account.id, languages=list(languages), **columns)
            session.add(mentor)
            await session.flush()
            for code in reach:
                place = await current_locality(session, code)
                session.add(
                    MentorReach(mentor_id=mentor.id, locality_id=place.id, province_id=place.parent_id or place.id)
                )
        return MentorCaller(account, self.world.http, mentor.id, person_id)

    async def person(self, home: str | None = None) -> UUID:
        """Somebody who lives in a commune, or nobody knows where."""
        async with self.world.database.begin() as session:
            place = None if home is None else await current_locality(session, home)
            person = Person(
                full_name=f"Lý Thị Mai {next(NUMBERS)}", locality_id=place and place.id,
                province_id=place and place.parent_id, entered_by_kind="system", entered_by_id=NOBODY,
            )  # fmt: skip
            session.add(person)
        return person.id

    async def token(self, *scopes: str, locality: str | None = None, sensitive: bool = False) -> Caller:
        """A service token, such as a frontend holds."""
        name, text = f"frontend-{next(NUMBERS)}", new_token_text("service")
        async with self.world.database.begin() as session:
            token = Token(
                kind="service", hash=token_hash(text), name=name, scopes=list(scopes), sensitive=sensitive,
                locality_id=await locality_id(session, locality), created_at=LONG_AGO, created_by=NOBODY,
                expires_at=FAR_AHEAD, extended_at=LONG_AGO,
            )  # fmt: skip
            session.add(token)
        return Caller(self.world.http, text, token.id, name)

    @staticmethod
    def idea_body(**more: Any) -> dict[str, Any]:
        """The body of a complete idea. One word of its title is its own, so that none is taken for another one, also
        where one person leads several."""
        number = next(NUMBERS)
        return {
            "title": f"Trà {number}",
            "summary": "Thu hái, chế biến và bán trà cổ thụ.",
            "sector": "tea",
            "locality_code": BAC_HA,
            "leader": {"full_name": f"Giàng A Páo {number}", "birth_year": 1998, "sex": "male"},
            "consent": {"given_on": "2025-11-01", "form": "paper"},
            "received_on": "2025-11-01",
            **more,
        }

    async def idea(self, caller: Caller, **more: Any) -> dict[str, Any]:
        """A submitted idea."""
        answer = await caller.post("/v1/ideas", self.idea_body(**more))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def moved(self, caller: Caller, idea: dict[str, Any], action: str, **data: Any) -> dict[str, Any]:
        """An idea after a move that must succeed."""
        answer = await caller.move(idea, action, **data)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def reviewers(self, caller: Caller, idea: dict[str, Any], n: int = 2) -> list[Caller]:
        """Reviewers, assigned to the idea."""
        reviewers = [await self.account("reviewer") for _ in range(n)]
        path = f"/v1/ideas/{idea['id']}/reviews"
        answer = await caller.post(path, {"reviewer_ids": [str(reviewer.id) for reviewer in reviewers]})
        assert answer.status_code in {200, 201}, answer.text
        return reviewers

    async def review(self, reviewer: Caller, idea: dict[str, Any], share: float = 0.8) -> None:
        """A submitted review that gives each criterion this share of its points."""
        points = {
            "need_and_market": 20, "novelty": 15, "feasibility": 20, "team": 15,
            "community_impact": 15, "local_resources": 10, "digital_readiness": 5,
        }  # fmt: skip
        body = {
            "version": idea["content_number"],
            "scores": {code: int(most * share) for code, most in points.items()},
            "recommendation": "yes",
            "confidence": 2,
            "submit": True,
        }
        answer = await reviewer.put(f"/v1/ideas/{idea['id']}/reviews/mine", body)
        assert answer.status_code == 200, answer.text

    async def reviewed_idea(self, staff: Caller, share: float = 0.8, **more: Any) -> dict[str, Any]:
        """An idea whose review is closed, with two reviews in."""
        idea = await self.idea(staff, **more)
        idea = await self.moved(staff, idea, "start_screening")
        reviewers = await self.reviewers(staff, idea)
        idea = await self.moved(staff, await self.read(staff, idea), "pass_screening")
        for reviewer in reviewers:
            await self.review(reviewer, idea, share)
        return await self.moved(staff, await self.read(staff, idea), "close_review")

    async def read(self, caller: Caller, idea: dict[str, Any]) -> dict[str, Any]:
        answer = await caller.get(f"/v1/ideas/{idea['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def panel(self, staff: Caller, **more: Any) -> dict[str, Any]:
        """A panel of three that sat."""
        body = {
            "minutes_number": f"{next(NUMBERS)}/BB-HĐ",
            "held_on": "2025-11-30",
            "members": [{"full_name": f"Nguyễn Thị Hoa {i}", "birth_year": 1980} for i in range(3)],
            "locality_code": SA_PA,
            **more,
        }
        answer = await staff.post("/v1/panels", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def accepted_idea(self, staff: Caller, approver: Caller, **more: Any) -> dict[str, Any]:
        idea = await self.reviewed_idea(staff, **more)
        panel = await self.panel(staff)
        return await self.moved(
            approver, idea, "decide", panel_id=panel["id"], outcome="accepted", message="Chúc mừng!"
        )


async def locality_id(session: Any, code: str | None) -> UUID | None:
    if code is None:
        return None
    return (await current_locality(session, code)).id


async def current_locality(session: Any, code: str) -> Locality:
    """The place that bears the code today."""
    current = select(Locality).where(Locality.code == code, Locality.valid_to.is_(None))
    place: Locality = (await session.scalars(current)).one()
    return place
