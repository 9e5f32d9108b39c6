"""How long a token is remembered, and what twenty logins at once do."""

import asyncio
import time
from typing import Any

import pytest

from incubator.accounts import authentication
from incubator.accounts.authentication import Authentication
from incubator.accounts.passwords import LETTERS, Passwords, new_password
from incubator.errors import DomainError
from tests.factories import World


async def test_a_revocation_is_seen_within_a_second_by_a_process_that_remembers(committed: World) -> None:
    admin, other = await committed.make.account("admin"), await committed.make.account("staff")
    authenticate, state = Authentication(0.9), committed.service.litestar.state
    assert (await authenticate(state, other.token)).id == other.id
    path = f"/v1/accounts/{other.id}"
    assert (await admin.patch(path, {"status": "disabled"}, headers={"if-match": '"1"'})).status_code == 200
    revoked = time.monotonic()
    while await answer_to(authenticate, state, other.token) == "ok":
        assert time.monotonic() - revoked < 1.0
        await asyncio.sleep(0.01)
    assert await answer_to(authenticate, state, other.token) == "token_revoked"


async def answer_to(authenticate: Authentication, state: Any, token: str) -> str:
    try:
        await authenticate(state, token)
    except DomainError as error:
        return error.code
    return "ok"


async def test_what_is_remembered_needs_no_database_and_errors_are_not_remembered(committed: World) -> None:
    staff = await committed.make.account("staff")
    authenticate, state = Authentication(60), committed.service.litestar.state
    for _ in range(2):
        with pytest.raises(DomainError, match="unauthenticated"):
            await authenticate(state, f"inc_session_{'A' * 43}")
    first = await authenticate(state, staff.token)
    assert await authenticate(state, staff.token) is first
    assert len(authenticate._known) == 1


async def test_the_memory_is_bounded(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "MAX_CACHED", 3)
    authenticate, state = Authentication(60), committed.service.litestar.state
    callers = [await committed.make.token("stats:read") for _ in range(5)]
    actors = [await authenticate(state, caller.token) for caller in callers]
    assert len(authenticate._known) == 3
    assert await authenticate(state, callers[4].token) is actors[4]
    assert await authenticate(state, callers[0].token) is not actors[0]


async def test_of_twenty_guesses_at_once_ten_are_tried(committed: World) -> None:
    admin = await committed.make.account("admin")
    await admin.post("/v1/accounts", {"username": "lan"})
    guess = {"username": "lan", "password": "wrong password"}
    answers = await asyncio.gather(*(committed.http.post("/v1/auth/login", json=guess) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 10


async def test_passwords_are_argon2id_and_a_missing_hash_takes_as_long() -> None:
    passwords = Passwords()
    password_hash = await passwords.hash("mận tam hoa")
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(password_hash, "mận tam hoa")
    assert not await passwords.verify(password_hash, "mận tam hoà")
    assert not await passwords.verify(None, "mận tam hoa")
    assert not await passwords.verify("-", "mận tam hoa")


def test_a_first_password_can_be_read_out() -> None:
    groups = new_password().split("-")
    assert [len(group) for group in groups] == [4] * 4
    assert set("".join(groups)) <= set(LETTERS)
    assert new_password() != new_password()
