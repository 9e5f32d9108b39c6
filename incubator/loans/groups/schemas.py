"""What the API takes and gives about credit groups."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from incubator.loans.lenders.schemas import LenderNamed, LenderRef
from incubator.localities.schemas import LocalityCode, LocalityRef, VillageCode
from incubator.paging import PageQuery

GroupName = Annotated[str, Meta(min_length=1, max_length=200, examples=["Tổ TK&VV thôn Na Lo 1"])]
BankCode = Annotated[
    str, Meta(min_length=1, max_length=40, description="What the lender calls the group.", examples=["0102839001"])
]
FormedOn = Annotated[date, Meta(description="Not ahead.", examples=["2021-03-15"])]


class CreditGroupCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of one village, named by its code of today or by its id."""

    lender: LenderNamed
    name: GroupName
    bank_code: BankCode | None = None
    village_code: VillageCode | UnsetType = UNSET
    village_id: UUID | UnsetType = UNSET
    formed_on: FormedOn


class CreditGroupPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON merge patch: absent is unchanged, null clears. Lender and village never change."""

    name: GroupName | UnsetType = UNSET
    bank_code: BankCode | None | UnsetType = UNSET
    leader_person_id: (
        Annotated[UUID | None, Meta(description="Somebody of a household that belongs to the group today.")] | UnsetType
    ) = UNSET
    formed_on: FormedOn | UnsetType = UNSET
    dissolved_on: (
        Annotated[date | None, Meta(description="The last day; not ahead. null while the group goes on.")] | UnsetType
    ) = UNSET


class CreditGroupQuery(PageQuery, frozen=True, kw_only=True):
    """Which credit groups to list, newest first."""

    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=100,
                description="Beginnings of words of the name, with or without marks.",
                examples=["na lo"],
            ),
        ]
        | None
    ) = None
    locality_code: Annotated[LocalityCode, Meta(description="A province, a commune or a village.")] | None = None
    village_id: UUID | None = None
    lender: LenderNamed | None = None
    bank_code: BankCode | None = None


class LeaderOut(msgspec.Struct, frozen=True):
    """Who leads a credit group."""

    person_id: UUID
    full_name: str


class CreditGroupRow(msgspec.Struct, frozen=True):
    """A credit group in a list. `members_n` are the households of today; five make a quorum."""

    id: UUID
    version: int
    lender_code: str
    bank_code: str | None
    name: str
    village_code: str
    village_name: str
    locality_code: str
    locality_name: str
    leader_name: str | None
    members_n: int
    is_quorate: bool
    formed_on: date
    dissolved_on: date | None


class CreditGroupOut(msgspec.Struct, frozen=True):
    """A credit group. `members_n` are the households of today; with fewer than five it is not quorate, and takes no
    applications. `loans_n` are its loans that were not cancelled."""

    id: UUID
    version: int
    lender: LenderRef
    bank_code: str | None
    name: str
    village: LocalityRef
    locality: LocalityRef
    province: LocalityRef
    leader: LeaderOut | None
    members_n: int
    is_quorate: bool
    loans_n: int
    formed_on: date
    dissolved_on: date | None
    created_at: datetime
