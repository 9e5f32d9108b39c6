"""What the figures of mentoring can be broken down by, and what each breakdown measures."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Date, Text, Uuid, cast, null, select

from incubator.db import AnySelect
from incubator.localities.models import Locality
from incubator.mentoring.mentors.models import Mentor
from incubator.mentoring.programmes.models import Programme, ProgrammeKind
from incubator.people.models import Person
from incubator.projects.models import Platform
from incubator.stats.mentoring.schemas import GroupBy

NONE = "none"
"""The group of what has no value: sessions outside any programme, actions that no session led to."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("sessions_held", "sessions_cancelled", "mentors_absent", "guests_absent"),
    "minutes": ("contact_minutes", "preparation_minutes", "travel_minutes", "distinct_mentors"),
    "mentees": ("distinct_mentees",),
    "consultations": ("consultations", "distinct_projects"),
    "reached": ("consulted_projects",),
    "platforms": ("fully_consulted_projects", "on_0", "on_1", "on_2", "on_3"),
    "actions": ("actions_open", "actions_overdue", "actions_done"),
    "waiting": ("awaiting_report_n",),
    "late": ("late_n",),
    "short": ("short_contact_n",),
}
"""The parts of the one statement, and the numbers that each of their rows holds."""

QUALITY = ("waiting", "late", "short")
OF_ALL = ("sessions", "minutes", "mentees", "consultations", "reached", "actions")


class Dimension(msgspec.Struct, frozen=True, kw_only=True):
    """`column` is its name in every source that has it. `codes` are always shown in full.

    `named` selects (id, code, name) of values that are ids; one without a code is its own key.
    """

    column: str
    type_: Any
    sections: tuple[str, ...] = OF_ALL
    codes: tuple[str, ...] = ()
    named: AnySelect | None = None
    has_none: bool = False


_MENTORS = select(Mentor.id, cast(null(), Text).label("code"), Person.full_name.label("name")).join(
    Person, Person.id == Mentor.person_id
)
_PROGRAMMES = select(Programme.id, cast(null(), Text).label("code"), Programme.title.label("name"))

DIMENSIONS: Mapping[GroupBy, Dimension] = {
    "locality": Dimension(
        column="locality_id",
        type_=Uuid,
        sections=(*OF_ALL, "platforms"),
        named=select(Locality.id, Locality.code, Locality.name),
    ),
    "programme": Dimension(column="programme_id", type_=Uuid, named=_PROGRAMMES, has_none=True),
    "mentor": Dimension(column="mentor_id", type_=Uuid, named=_MENTORS, has_none=True),
    "month": Dimension(
        column="month", type_=Date, sections=("sessions", "minutes", "mentees", "consultations", "actions")
    ),
    "platform": Dimension(
        column="platform",
        type_=Text,
        sections=("consultations", "reached", "actions"),
        codes=tuple(Platform),
        has_none=True,
    ),
    "kind": Dimension(column="kind", type_=Text, codes=tuple(ProgrammeKind), has_none=True),
}

UNMEASURED: Mapping[GroupBy, frozenset[str]] = {"month": frozenset({"actions_open", "actions_overdue"})}
"""Numbers of a section that this breakdown leaves out: what is open on a day belongs to no month."""
