"""Bounding how many enrolment codes may be guessed: forty bits that hold for a day, and few tries at them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, Select, select

from incubator.db import Database, Reads, param, statement
from incubator.errors import broken_rule
from incubator.events.devices.models import CODE_REFUSED, Device, enrolment_code_hash
from incubator.throttle import limit_attempts, require_attempts_left

WRONG_CODES = 30
TRIES = 300
"""Of one address in a minute, right or wrong: the phones of a whole hall may share it."""
WINDOW = timedelta(minutes=1)


async def require_known_code(database: Database, reads: Reads, address: str, code: str, *, now: datetime) -> None:
    """Refuses a code that no phone has, and after so many of those every code of the address, or after very many tries
    at all (429). Asked before the request has a transaction, so that counting takes no second connection."""
    wrong = f"enrol_wrong:{address}"
    await limit_attempts(database, f"enrol:{address}", TRIES, WINDOW, now=now)
    await require_attempts_left(database, wrong, WRONG_CODES, WINDOW, now=now)
    if not await reads.rows(_with_code(), {"code_hash": enrolment_code_hash(code)}):
        await limit_attempts(database, wrong, WRONG_CODES, WINDOW, now=now)
        raise broken_rule(CODE_REFUSED)


@statement
def _with_code() -> Select[Any]:
    return select(Device.id).where(Device.code_hash == param("code_hash", LargeBinary))
