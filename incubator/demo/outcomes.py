"""What projects achieve, as it is entered into their ledger."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from incubator.demo.dice import LAST_DAY, Dice, days_later
from incubator.demo.projects import Venture
from incubator.mentoring.outcomes.models import ECONOMIC, OutcomeKind, ProjectOutcome, check_days

_FIRST_AFTER, _AGAIN_AFTER = (70, 200), (40, 150)
_NUMBER_WEIGHTS = (30, 18, 26, 18, 8)
_WRITTEN_AFTER = (1, 15)
_CORRECTED, _WITHDRAWN = 0.05, 0.02
_MILLION = 1_000_000
_PERIOD = timedelta(days=90)

_KINDS = (
    OutcomeKind.revenue_vnd, OutcomeKind.jobs, OutcomeKind.market_contract, OutcomeKind.loan_received,
    OutcomeKind.ocop_star, OutcomeKind.cooperative_registered, OutcomeKind.prize, OutcomeKind.other,
)  # fmt: skip
_KIND_WEIGHTS = (34, 20, 16, 9, 7, 6, 5, 3)
_RECOUNTED = "Cộng lại sổ bán hàng, lần trước ghi thiếu một tháng."
_TAKEN_BACK = "Ghi nhầm của dự án khác."


def _revenue(dice: Dice, day: date) -> dict[str, Any]:
    return {
        "amount_vnd": dice.between(20, 380) * _MILLION, "period_from": day - _PERIOD,
        "evidence": "Sổ bán hàng của kỳ, cố vấn đã đối chiếu",
    }  # fmt: skip


def _jobs(dice: Dice, _: date) -> dict[str, Any]:
    return {"jobs": dice.between(1, 9), "evidence": "Bảng chấm công có chữ ký người làm"}


def _contract(dice: Dice, day: date) -> dict[str, Any]:
    number = f"{dice.between(1, 60):02d}/{day.year}/HĐMB"
    return {
        "amount_vnd": dice.between(30, 600) * _MILLION, "reference": number,
        "evidence": f"Hợp đồng số {number}, bản chụp trong hồ sơ",
    }  # fmt: skip


def _loan(dice: Dice, day: date) -> dict[str, Any]:
    number = f"{dice.between(100, 999)}/{day.year}/HĐTD"
    return {"reference": number, "evidence": f"Hợp đồng tín dụng số {number}, giấy nhận nợ"}


def _stars(dice: Dice, day: date) -> dict[str, Any]:
    return {
        "stars": dice.weighted((3, 4), (85, 15)),
        "evidence": f"Quyết định công nhận OCOP năm {day.year}",
    }  # fmt: skip


def _cooperative(dice: Dice, day: date) -> dict[str, Any]:
    number = f"{dice.between(10, 99)}{day.year}{dice.between(1000, 9999)}"
    return {"reference": number, "evidence": "Giấy chứng nhận đăng ký hợp tác xã"}


def _prize(dice: Dice, day: date) -> dict[str, Any]:
    name = f"Cuộc thi khởi nghiệp thanh niên {day.year}"
    return {"amount_vnd": dice.between(3, 30) * _MILLION, "reference": name, "evidence": "Giấy khen của ban tổ chức"}


def _other(dice: Dice, _: date) -> dict[str, Any]:
    note = dice.pick(("Mở được điểm bán tại chợ phiên", "Truyền nghề cho một nhóm ở xã bên"))
    return {"note": note, "evidence": "Biên bản làm việc của đoàn xã"}


_FACTS: Mapping[OutcomeKind, Callable[[Dice, date], dict[str, Any]]] = {
    OutcomeKind.revenue_vnd: _revenue,
    OutcomeKind.jobs: _jobs,
    OutcomeKind.market_contract: _contract,
    OutcomeKind.loan_received: _loan,
    OutcomeKind.ocop_star: _stars,
    OutcomeKind.cooperative_registered: _cooperative,
    OutcomeKind.prize: _prize,
    OutcomeKind.other: _other,
}


class Standing(msgspec.Struct, frozen=True):
    """An outcome that counts, and the last day on which something was written about it."""

    kind: OutcomeKind
    occurred_on: date
    written_on: date

    @property
    def is_economic(self) -> bool:
        return self.kind in ECONOMIC


class Ledger:
    """The outcomes of one project, in the order of their days."""

    def __init__(self, dice: Dice, venture: Venture) -> None:
        self._dice = dice
        self._venture = venture
        self.standing: list[Standing] = []

    def fill(self, first_consulted_on: date) -> None:
        """None at first: advice takes its time."""
        dice = self._dice
        day = days_later(first_consulted_on, dice.between(*_FIRST_AFTER))
        for _ in range(dice.weighted(range(5), _NUMBER_WEIGHTS)):
            if days_later(day, _WRITTEN_AFTER[1]) > self._venture.last_day:
                return
            self._enter(dice.weighted(_KINDS, _KIND_WEIGHTS), day)
            day = days_later(day, dice.between(*_AGAIN_AFTER))

    def _enter(self, kind: OutcomeKind, day: date) -> None:
        """Some are corrected or taken back, in rows of their own."""
        dice, facts = self._dice, _FACTS[kind](self._dice, day)
        written_on = days_later(day, dice.between(*_WRITTEN_AFTER))
        row = self._put(kind, day, written_on, facts)
        chance, again_on = dice.random(), days_later(written_on, dice.between(2, 20))
        if again_on <= self._venture.last_day:
            if chance < _WITHDRAWN:
                self._put(kind, day, again_on, facts, corrects_id=row, reason=_TAKEN_BACK, is_withdrawal=True)
                return
            if kind is OutcomeKind.revenue_vnd and chance < _WITHDRAWN + _CORRECTED:
                more = facts | {"amount_vnd": facts["amount_vnd"] + dice.between(2, 9) * _MILLION}
                self._put(kind, day, again_on, more, corrects_id=row, reason=_RECOUNTED)
                written_on = again_on
        self.standing.append(Standing(kind, day, written_on))

    def _put(
        self, kind: OutcomeKind, day: date, written_on: date, facts: dict[str, Any], *, is_withdrawal: bool = False,
        **correction: Any,
    ) -> UUID:  # fmt: skip
        project = self._venture.project
        check_days(day, facts.get("period_from"), founded_on=project.founded_on, today=LAST_DAY)
        at, staff = self._dice.moment(written_on), self._venture.staff
        row_id = self._dice.new_id(at)
        self._venture.rows.put(
            ProjectOutcome, id=row_id, project_id=project.id, kind=kind.value, occurred_on=day,
            is_withdrawal=is_withdrawal, recorded_by_kind=staff.kind, recorded_by_id=staff.id, recorded_at=at,
            **facts, **correction,
        )  # fmt: skip
        return row_id
