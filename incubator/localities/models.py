"""The tree of localities in time, and the rule that turns a written name into the commune valid today."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, validates

from incubator.db import Base
from incubator.errors import DomainError, FieldError, broken_rule, rule_text
from incubator.text import clean_line, fold, sort_key, tone_key

KINDS = {
    "province": ("province", "city"),
    "commune": ("commune", "ward", "special_zone", "township"),
    "village": ("village",),
}
"""The kinds of each level. Townships ended with the districts on 1 July 2025."""

_KIND_OF_LEVEL = " OR ".join(
    f"level = '{level}' AND kind IN ({', '.join(repr(kind) for kind in kinds)})" for level, kinds in KINDS.items()
)


class Locality(Base):
    """A province, commune or village, valid from `valid_from` up to and not on `valid_to`.

    Codes return in time, so the id names the locality. A commune's `parent_id` is its province, a village's
    its commune. Other tables refer to a commune and its province at once by (id, parent_id).
    """

    __tablename__ = "locality"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        UniqueConstraint("id", "parent_id"),
        CheckConstraint(_KIND_OF_LEVEL, name="kind_of_level"),
        CheckConstraint("(level = 'province') = (parent_id IS NULL)", name="only_provinces_have_no_parent"),
        CheckConstraint("district IS NULL OR level = 'commune'", name="only_communes_have_a_district"),
        CheckConstraint("valid_to > valid_from", name="valid_for_a_day"),
        Index("uq_locality_code_current", "code", unique=True, postgresql_where="valid_to IS NULL"),
        Index(
            "uq_locality_village_name_current",
            "parent_id",
            "tone_key",
            unique=True,
            postgresql_where="level = 'village' AND valid_to IS NULL",
        ),
        Index("ix_locality_parent_id_sort_key_id", "parent_id", "sort_key", "id"),
        Index("ix_locality_sort_key_id", "sort_key", "id"),
        Index("ix_locality_name_key", "name_key"),
        Index("ix_locality_search", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, server_default=func.uuidv7())
    code: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("locality.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    name_key: Mapped[str] = mapped_column(Text)
    tone_key: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    search: Mapped[str] = mapped_column(TSVECTOR, Computed("to_tsvector('simple'::regconfig, name_key)"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    @validates("name")
    def _keep_keys(self, _: str, name: str) -> str:
        """The keys follow the name wherever it is set."""
        self.name_key, self.tone_key, self.sort_key = fold(name), tone_key(name), sort_key(name)
        return name

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class LocalitySuccession(Base):
    """What a locality became: several successors after a split, a shared one after a merger."""

    __tablename__ = "locality_succession"
    __table_args__ = (Index(None, "successor_id"),)

    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("locality.id"), primary_key=True)
    happened_on: Mapped[date] = mapped_column(Date)


class Place(msgspec.Struct, frozen=True):
    """A commune as a candidate shows it, with the names of what it belongs or belonged to."""

    id: UUID
    code: str
    name: str
    kind: str
    district: str | None
    province: str
    valid_from: date
    valid_to: date | None


class Candidate(msgspec.Struct, frozen=True):
    """A commune that a written name may mean, and what it is today.

    `former_districts` are those of the communes that became the recorded one.
    """

    recorded: Place
    current: Place
    former_districts: tuple[str, ...]

    def is_valid_on(self, day: date) -> bool:
        return not self.starts_after(day) and not self.ended_by(day)

    def starts_after(self, day: date) -> bool:
        return day < self.recorded.valid_from

    def ended_by(self, day: date) -> bool:
        return self.recorded.valid_to is not None and self.recorded.valid_to <= day


class WrittenName(msgspec.Struct, frozen=True, kw_only=True):
    """A commune as somebody wrote it, and the day of which they wrote."""

    name: str
    district: str | None = None
    province: str | None = None
    on: date


NAME_UNKNOWN = rule_text(
    "locality_name_unknown",
    "No commune bears this name; see the list of localities.",
    "Không có xã, phường nào mang tên này; xem danh sách địa bàn.",
)
NAME_UNCLEAR = rule_text(
    "locality_name_unclear",
    "The name may mean several communes or is spelt differently; errors lists the candidates.",
    "Tên này có thể chỉ nhiều xã, phường hoặc viết khác; xem các khả năng trong errors.",
)

_COMMUNE_WORDS = re.compile(
    r"(?:(?:xã|phường|thị trấn|đặc khu|xa|phuong|thi tran|dac khu|tt) +|(?:x|p|tt)\. *)(?=\w)", re.IGNORECASE
)
_DISTRICT_WORDS = re.compile(r"^(?:huyen|thi xa|thanh pho|quan|h|tx|tp|q) ")
_PROVINCE_WORDS = re.compile(r"^(?:tinh|thanh pho|t|tp) ")
_SHOWN_CANDIDATES = 50


def spellings(name: str) -> list[str]:
    """A commune's name as written, and without the word for its kind (`xã Minh Quán`, `P. Cốc Lếu`)."""
    written = clean_line(name)
    kind = _COMMUNE_WORDS.match(written)
    return [written, written[kind.end() :]] if kind else [written]


def choose_commune(candidates: Sequence[Candidate], written: WrittenName, *, pointer: str | None = None) -> Candidate:
    """The one commune that a written name can mean; else an error that lists what it may mean.

    The candidates bear the name without its marks, so nothing here is found by likeness alone: the exact name
    decides, then one whose tone marks stand elsewhere, then one with other marks in the district named.
    """
    nearby = [candidate for candidate in candidates if _lies_in_province(candidate, written.province)]
    for key in (str.casefold, tone_key):
        wanted = {key(spelling) for spelling in spellings(written.name)}
        if named := [candidate for candidate in nearby if key(candidate.recorded.name) in wanted]:
            return _the_one(named, written, pointer)
    if written.district is None or not nearby:
        raise unclear(written, nearby or candidates, pointer)
    return _the_one(nearby, written, pointer)


def unclear(written: WrittenName, candidates: Sequence[Candidate], pointer: str | None) -> DomainError:
    """The refusal to guess, with every candidate in the parameters of the field."""
    shown = [{"recorded": c.recorded, "current": c.current} for c in candidates[:_SHOWN_CANDIDATES]]
    params = {"name": written.name, "candidates": msgspec.to_builtins(shown)}
    parameter = "name" if pointer is None else None
    error = FieldError(code="not_found", parameter=parameter, pointer=pointer, params=params)
    return broken_rule(NAME_UNCLEAR if candidates else NAME_UNKNOWN, errors=[error])


def _the_one(named: list[Candidate], written: WrittenName, pointer: str | None) -> Candidate:
    """The candidate that stands for all, if all that are possible became the same commune of today."""
    possible = _possible(named, written)
    valid = [candidate for candidate in possible if candidate.is_valid_on(written.on)] or possible
    if len({candidate.current.id for candidate in possible}) == 1 and len(valid) == 1:
        return valid[0]
    raise unclear(written, possible or named, pointer)


def _possible(named: list[Candidate], written: WrittenName) -> list[Candidate]:
    """What the name can mean given the district and the day.

    Records of a day before a reform were often written after it, so a later commune of the same name is as
    possible as the one of that day, unless a district is named, because the reform ended the districts. A
    commune that had ended by the day is meant only where no other bears the name, or where its district is
    named.
    """
    if written.district is None:
        return [candidate for candidate in named if not candidate.ended_by(written.on)] or named
    there = [candidate for candidate in named if _lies_in_district(candidate, written.district)]
    then = [candidate for candidate in there if candidate.recorded.district and candidate.is_valid_on(written.on)]
    return then or there


def _lies_in_province(candidate: Candidate, province: str | None) -> bool:
    """Whether it lay in that province or lies in it today."""
    provinces = (candidate.recorded.province, candidate.current.province)
    return province is None or _share_a_name([province], provinces, _PROVINCE_WORDS)


def _lies_in_district(candidate: Candidate, district: str) -> bool:
    own = candidate.recorded.district
    return _share_a_name([district], [own] if own else candidate.former_districts, _DISTRICT_WORDS)


def _share_a_name(some: Iterable[str], others: Iterable[str], words: re.Pattern[str]) -> bool:
    return not _folded_names(some, words).isdisjoint(_folded_names(others, words))


def _folded_names(names: Iterable[str], words: re.Pattern[str]) -> set[str]:
    """The names without marks, each with and without the word for its kind (`TP. Lào Cai`)."""
    folded = {fold(name) for name in names}
    return folded | {words.sub("", name) for name in folded}
