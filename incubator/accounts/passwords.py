"""Passwords: argon2id in two threads of its own, so that a rush of logins leaves the service its memory and CPU."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from litestar.datastructures import State

AT_ONCE = 2
MEMORY_KIB = 19 * 1024

# Without the characters that look alike when somebody reads them out: 0 and o, 1, i and l.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS = 4
GROUP_LETTERS = 4

HASHER = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)


class Passwords:
    """Hashes and verifies. The two threads are the limit: a request that gives up cannot free its place early."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, HASHER.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; without a hash the answer is no, after the same work."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _verify, password_hash, password)


def passwords_of(state: State) -> Passwords:
    """The application's own, made when the first password arrives."""
    if "passwords" not in state:
        state["passwords"] = Passwords()
    passwords: Passwords = state["passwords"]
    return passwords


def hash_now(password: str) -> str:
    """The hash at once, for the command line, where nobody waits."""
    return HASHER.hash(password)


def new_password() -> str:
    """A first password that can be read out: four groups of four, about 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_hex())
