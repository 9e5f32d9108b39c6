"""People who were entered twice: a phone at the door cannot know who they are. Some pairs are judged, most are open."""

from datetime import datetime, timedelta

from incubator.actor import Actor
from incubator.demo.dice import Dice
from incubator.demo.events_calendar import LAST_MOMENT
from incubator.demo.events_desk import Venue
from incubator.demo.events_youth import Youth, Youths
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.events.check_in.models import ScanWarning
from incubator.people.duplicates.models import DuplicateStatus, Evidence, PersonDuplicate
from incubator.people.merges.models import BY_MERGE, PersonMerge
from incubator.people.models import PersonPlace

TWICE = (ScanWarning.possible_duplicate_person,)

_ONE_IN, _DIFFERENT_ONE_IN = 75, 8
_MERGED_AT = (2, 40, 90, 150)
_WHY_MERGED, _WHY_DIFFERENT = "Cùng số nhà, đã gọi điện xác nhận.", "Hai anh em họ trùng tên, đã hỏi trưởng thôn."


class Doubles:
    """Decides who is entered a second time, and writes the pairs down."""

    def __init__(self, dice: Dice, youths: Youths, staff: Actor) -> None:
        self._dice, self._youths, self._staff = dice, youths, staff
        self._strangers = self._pairs = self._doors = 0

    def in_place_of_a_stranger(self, venue: Venue, met: set[Youth], known_at: datetime) -> tuple[Youth, Youth] | None:
        """Now and then a stranger is somebody who is known already: the one who is known, and who they were taken to
        be."""
        self._strangers += 1
        if venue.cell.commune is None or self._strangers % _ONE_IN:
            return None
        known = self._youths.gather(venue.cell.commune, 1, met, known_at=known_at)[0]
        again = self._youths.double(known)
        return (known, again) if again else None

    def is_merged_at_next_door(self) -> bool:
        """At some doors somebody who had come was entered once more and is one person today."""
        self._doors += 1
        return self._doors in _MERGED_AT

    def put_pair(self, rows: Rows, known: Youth, again: Youth) -> None:
        self._pairs += 1
        if self._pairs % _DIFFERENT_ONE_IN:
            self._put(rows, known, again, DuplicateStatus.open)
        else:
            self._put(rows, known, again, DuplicateStatus.not_duplicate, _WHY_DIFFERENT)

    def put_merged_pair(self, rows: Rows, known: Youth, again: Youth, seen_at: Commune | None) -> None:
        """The survivor is seen wherever the other one was."""
        at = self._put(rows, known, again, DuplicateStatus.merged, _WHY_MERGED)
        merge_id = self._dice.new_id(at)
        rows.put(
            PersonMerge, id=merge_id, version=1, absorbed_id=again.id, survivor_id=known.id, filled=[],
            moved_ids=[again.id], reason=_WHY_MERGED, merged_by_id=self._staff.id, merged_at=at,
        )  # fmt: skip
        for commune_id in sorted({seen_at.id if seen_at else again.commune_id, again.commune_id}):
            rows.put(
                PersonPlace, person_id=known.id, locality_id=commune_id, source=BY_MERGE, source_id=merge_id,
                province_id=PROVINCE_ID,
            )  # fmt: skip

    def _put(
        self, rows: Rows, known: Youth, again: Youth, status: DuplicateStatus, note: str | None = None
    ) -> datetime:  # fmt: skip
        dice, found_at = self._dice, again.known_since
        at = min(found_at + timedelta(hours=dice.between(20, 200)), LAST_MOMENT)
        is_open = status is DuplicateStatus.open
        low, high = sorted((known.id, again.id))
        rows.put(
            PersonDuplicate, id=dice.new_id(found_at), version=1 if is_open else 2, low_id=low, high_id=high,
            evidence=[Evidence.name_birth_year_commune.value], is_strong=False, status=status.value, note=note,
            found_at=found_at, resolved_at=None if is_open else at, resolved_by_id=None if is_open else self._staff.id,
        )  # fmt: skip
        return at
