"""Who writes the loans down, and when."""

from datetime import datetime
from typing import Any

import msgspec

from incubator.actor import Actor
from incubator.demo.dice import Dice
from incubator.demo.loans_days import STATEMENT_CAME, Arrivals


class Clerk(msgspec.Struct, frozen=True):
    """One of the staff, who takes in what the bank sends, and an approver beside them."""

    dice: Dice
    arrivals: Arrivals
    staff: Actor
    approver: Actor

    @property
    def recorded(self) -> dict[str, Any]:
        """The columns of who recorded a row."""
        return {"recorded_by_kind": self.staff.kind, "recorded_by_id": self.staff.id}

    @property
    def entered(self) -> dict[str, Any]:
        """The same of who entered a row."""
        return {"entered_by_kind": self.staff.kind, "entered_by_id": self.staff.id}

    @property
    def statement_at(self) -> datetime:
        """When the bank's statement came in."""
        return self.arrivals.on(STATEMENT_CAME)
