"""Who lends: the bank with its eight programmes and their rates, and a fund of the province for projects."""

from datetime import date
from uuid import UUID

import msgspec

from incubator.demo.loans_clerk import Clerk
from incubator.demo.loans_days import TAKEN_OVER
from incubator.demo.rows import Rows
from incubator.loans.lenders.models import Lender
from incubator.loans.programmes.models import LoanProgramme, LoanProgrammeRate
from incubator.people.households.models import PovertyClass

MILLION = 1_000_000

_BANK, _FUND = "vbsp", "youth-startup-fund"
_NAMES = {
    _BANK: "Ngân hàng Chính sách xã hội chi nhánh tỉnh Lào Cai",
    _FUND: "Quỹ hỗ trợ thanh niên khởi nghiệp tỉnh",
}
_CUT, _SECOND_CUT = date(2025, 12, 1), date(2026, 1, 1)
_ANNOUNCED = date(2025, 11, 27)
_FIRST_RATES = date(2019, 1, 1)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A programme, and what its loans are like: millions of đồng as (least, usual, most), and months.

    `share` is its part in a hundred loans, `taken_by` the poverty classes that it is for; empty is everybody.
    `at_end` is the share of the loans that are paid back at once.
    """

    code: str
    name: str
    legal_reference: str | None
    starts_on: date
    millions: tuple[int, int, int]
    months: tuple[int, ...]
    max_vnd: int | None = 100 * MILLION
    max_months: int = 120
    share: int
    taken_by: tuple[PovertyClass, ...] = ()
    at_end: float = 0.4
    rates: tuple[tuple[date, int], ...]
    lender: str = _BANK


def _rates(before: int, after: int, *more: tuple[date, int]) -> tuple[tuple[date, int], ...]:
    return ((_FIRST_RATES, before), (_CUT, after), *more)


_TERMS = (36, 48, 60)

OFFERS = (
    Offer(
        code="poor", name="Cho vay hộ nghèo", legal_reference="Nghị định 78/2002/NĐ-CP", starts_on=date(2002, 10, 4),
        millions=(30, 70, 100), months=_TERMS, share=22, taken_by=(PovertyClass.poor,), rates=_rates(66_000, 62_400),
    ),
    Offer(
        code="near-poor", name="Cho vay hộ cận nghèo", legal_reference="Quyết định 15/2013/QĐ-TTg",
        starts_on=date(2013, 4, 16), millions=(30, 70, 100), months=_TERMS, share=15,
        taken_by=(PovertyClass.near_poor,), rates=_rates(79_200, 74_880),
    ),
    Offer(
        code="newly-escaped", name="Cho vay hộ mới thoát nghèo", legal_reference="Quyết định 28/2015/QĐ-TTg",
        starts_on=date(2015, 9, 5), millions=(30, 75, 100), months=_TERMS, share=13, max_months=60,
        taken_by=(PovertyClass.newly_escaped,), rates=_rates(82_500, 78_000),
    ),
    Offer(
        code="disadvantaged-areas", name="Cho vay hộ sản xuất, kinh doanh vùng khó khăn",
        legal_reference="Quyết định 31/2007/QĐ-TTg", starts_on=date(2007, 3, 5), millions=(25, 50, 100),
        months=_TERMS, share=13, max_months=60, rates=_rates(90_000, 78_000),
    ),
    Offer(
        code="clean-water", name="Cho vay nước sạch và vệ sinh môi trường nông thôn",
        legal_reference="Quyết định 62/2004/QĐ-TTg", starts_on=date(2004, 4, 16), millions=(20, 22, 50), months=(60,),
        max_vnd=50 * MILLION, max_months=60, share=10, at_end=0.0, rates=_rates(90_000, 84_000),
    ),
    Offer(
        code="job-creation", name="Cho vay hỗ trợ tạo việc làm, duy trì và mở rộng việc làm",
        legal_reference="Nghị định 61/2015/NĐ-CP", starts_on=date(2015, 9, 1), millions=(40, 80, 100), months=_TERMS,
        share=17, rates=_rates(79_200, 74_880, (_SECOND_CUT, 79_248)),
    ),
    Offer(
        code="students", name="Cho vay học sinh, sinh viên có hoàn cảnh khó khăn",
        legal_reference="Quyết định 157/2007/QĐ-TTg", starts_on=date(2007, 10, 1), millions=(20, 40, 80),
        months=(60, 72, 84), max_vnd=None, share=4, at_end=0.6, rates=_rates(66_000, 62_400),
    ),
    Offer(
        code="ethnic-minority", name="Cho vay phát triển kinh tế - xã hội vùng dân tộc thiểu số và miền núi",
        legal_reference="Nghị định 28/2022/NĐ-CP", starts_on=date(2022, 4, 26), millions=(40, 60, 100),
        months=(60, 84), share=6, rates=_rates(33_000, 31_200),
    ),
)  # fmt: skip
ETHNIC_MINORITY, JOB_CREATION = OFFERS[7], OFFERS[5]
STARTUP = Offer(
    code="startup", name="Cho vay dự án khởi nghiệp của thanh niên", legal_reference=None, starts_on=date(2021, 3, 1),
    millions=(50, 80, 150), months=(36, 48), max_vnd=200 * MILLION, max_months=60, share=0, at_end=0.2,
    rates=((date(2021, 3, 1), 60_000),), lender=_FUND,
)  # fmt: skip


class Lenders(msgspec.Struct, frozen=True):
    """The ids by code; those of programmes by the code of the offer."""

    by_code: dict[str, UUID]
    programmes: dict[str, UUID]

    @property
    def bank_id(self) -> UUID:
        return self.by_code[_BANK]


def add_lenders(rows: Rows, clerk: Clerk) -> Lenders:
    """Registered on the day on which the loans of earlier years came in."""
    dice = clerk.dice
    at = dice.moment(TAKEN_OVER, last_hour=8)
    lenders = Lenders({code: dice.new_id(at) for code in _NAMES}, {})
    for code, lender_id in lenders.by_code.items():
        rows.put(Lender, id=lender_id, code=code, name=_NAMES[code], created_at=at)
    for offer in (*OFFERS, STARTUP):
        lenders.programmes[offer.code] = programme_id = dice.new_id(at)
        rows.put(
            LoanProgramme, id=programme_id, lender_id=lenders.by_code[offer.lender], code=offer.code, name=offer.name,
            max_vnd=offer.max_vnd, max_months=offer.max_months, legal_reference=offer.legal_reference,
            starts_on=offer.starts_on, created_at=at,
        )  # fmt: skip
        for from_on, rate_ppm in offer.rates:
            rows.put(
                LoanProgrammeRate, programme_id=programme_id, from_on=from_on, rate_ppm=rate_ppm,
                recorded_at=at if from_on < _CUT else clerk.arrivals.on(_ANNOUNCED), **clerk.recorded,
            )  # fmt: skip
    return lenders
