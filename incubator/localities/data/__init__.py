"""The localities that every installation starts with, read from the CSV files beside this module."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib import resources
from uuid import UUID, uuid5

import msgspec

REFORM = date(2025, 7, 1)
BEFORE_RECORDS = date(2004, 7, 8)

_NAMESPACE = UUID("5b9c8a1e-6f0d-4c53-9d0e-0f6f2c1b7a44")


class LocalityFact(msgspec.Struct, frozen=True, kw_only=True):
    """One province or commune; `valid_to` is the first day on which it is no longer valid."""

    code: str
    level: str
    kind: str
    name: str
    district: str | None = None
    parent_id: UUID | None = None
    valid_from: date
    valid_to: date | None = None

    @property
    def id(self) -> UUID:
        return locality_id(self.code, self.valid_from)


class SuccessionFact(msgspec.Struct, frozen=True):
    predecessor_id: UUID
    successor_id: UUID
    happened_on: date


def locality_id(code: str, valid_from: date) -> UUID:
    """The same id on every installation, so that exported records mean the same place elsewhere."""
    return uuid5(_NAMESPACE, f"{code}|{valid_from.isoformat()}")


def read_localities() -> Iterator[LocalityFact]:
    """Every locality, parents first."""
    yield from map(_province, _rows("provinces.csv"))
    yield from map(_commune, _rows("communes.csv"))
    yield from map(_former_commune, _rows("former-communes.csv"))


def read_successions() -> Iterator[SuccessionFact]:
    for row in [*_rows("provinces.csv"), *_rows("former-communes.csv")]:
        if row["successor_code"]:
            predecessor = locality_id(row["code"], BEFORE_RECORDS)
            yield SuccessionFact(predecessor, locality_id(row["successor_code"], REFORM), REFORM)


def _rows(name: str) -> list[dict[str, str]]:
    with (resources.files(__name__) / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _province(row: dict[str, str]) -> LocalityFact:
    return LocalityFact(
        code=row["code"],
        level="province",
        kind=row["kind"],
        name=row["name"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )


def _commune(row: dict[str, str]) -> LocalityFact:
    return LocalityFact(
        code=row["code"],
        level="commune",
        kind=row["kind"],
        name=row["name"],
        parent_id=locality_id(row["province_code"], REFORM),
        valid_from=REFORM,
    )


def _former_commune(row: dict[str, str]) -> LocalityFact:
    return LocalityFact(
        code=row["code"],
        level="commune",
        kind=row["kind"],
        name=row["name"],
        district=row["district"],
        parent_id=locality_id(row["province_code"], BEFORE_RECORDS),
        valid_from=BEFORE_RECORDS,
        valid_to=REFORM,
    )
