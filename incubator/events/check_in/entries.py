"""The items of a batch on their way: which came before, what was made of each, and what the phone hears."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from incubator.events.attendance.merging import Presence
from incubator.events.attendance.writing import Laid
from incubator.events.check_in.judging import Door, Verdict, judge, presence_of
from incubator.events.check_in.models import ItemStatus, ScanCode, ScanKind, ScanWarning
from incubator.events.check_in.queries import KnownScan
from incubator.events.check_in.reading import Item
from incubator.events.check_in.schemas import ScanFault, ScanResult


class Entry:
    """An item of a batch. `known` is the same item as it was answered before, `first` the same item further up in the
    batch; `is_mismatch` says that there is another item under its id."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.known: KnownScan | None = None
        self.first: Entry | None = None
        self.is_mismatch = False
        self.verdict = Verdict(ScanCode.invalid_item)
        self.code = ScanCode.invalid_item
        self.warnings: list[ScanWarning] = []

    @property
    def is_repeat(self) -> bool:
        return self.known is not None or self.first is not None

    @property
    def counts(self) -> bool:
        return self.verdict.refusal is None

    def judge(self, door: Door) -> Presence | None:
        """What the item says of the attendance, if it counts."""
        scan = self.item.scan
        if scan is not None:
            self.verdict = judge(door, scan)
        if self.is_mismatch:
            said = self.verdict
            self.verdict = Verdict(
                ScanCode.payload_mismatch, (), said.person_id, said.registration_id, said.happened_at
            )
        self.warnings = list(self.verdict.warnings)
        if self.verdict.refusal is not None:
            self.code = self.verdict.refusal
            return None
        return presence_of(door, scan, self.verdict) if scan is not None else None

    def result(self) -> ScanResult:
        """A repeat hears what was said the first time."""
        told = self.first or self
        status = ItemStatus.accepted if told.counts else ItemStatus.rejected
        code, warnings, person_id = told.code, told.warnings, told.verdict.person_id
        if self.known is not None:
            code, person_id = ScanCode(self.known.code), self.known.person_id
            warnings = [ScanWarning(warning) for warning in self.known.warnings]
        status = ItemStatus.replayed if self.is_repeat else status
        return ScanResult(self.item.client_scan_id, status, code, warnings, person_id, self._faults())

    def _faults(self) -> list[ScanFault] | None:
        faults = self.item.faults
        return [ScanFault(fault.pointer or "", fault.code, fault.params) for fault in faults] or None


def find_repeats(items: Sequence[Item], known: Mapping[UUID, KnownScan]) -> list[Entry]:
    """An entry for each item, compared with what came before it under its id."""
    first: dict[UUID, Entry] = {}
    entries = [Entry(item) for item in items]
    for entry in entries:
        scan_id = entry.item.client_scan_id
        if scan_id is None:
            continue
        before = known.get(scan_id) or first.setdefault(scan_id, entry)
        if isinstance(before, KnownScan):
            entry.is_mismatch = before.payload_hash != entry.item.payload_hash
            entry.known = None if entry.is_mismatch else before
        elif before is not entry:
            entry.is_mismatch = before.item.payload_hash != entry.item.payload_hash
            entry.first = None if entry.is_mismatch else before
    return entries


def name_arrivals(entries: Sequence[Entry], laid: Mapping[tuple[UUID, UUID], Laid]) -> list[Entry]:
    """Say of each item that counts what it was; those by which somebody came for the first time."""
    came: dict[tuple[UUID, UUID], Entry] = {}
    for entry in entries:
        scan, person_id = entry.item.scan, entry.verdict.person_id
        if not entry.counts or scan is None or person_id is None:
            continue
        if scan.kind is ScanKind.left:
            entry.code = ScanCode.checked_out
            continue
        key = (scan.session_id, person_id)
        entry.code = ScanCode.already_checked_in
        if key in laid and not laid[key].had_come and key not in came:
            entry.code, came[key] = ScanCode.checked_in, entry
    return list(came.values())


def warn_of_crowds(door: Door, arrivals: Sequence[Entry], present: Mapping[tuple[UUID, str], int]) -> None:
    """Who came when all seats of the mode were taken already: the arrivals of a batch came one after another."""
    still_to_come = Counter(_seat_of(door, entry) for entry in arrivals)
    for entry in arrivals:
        seat = _seat_of(door, entry)
        still_to_come[seat] -= 1
        capacity = door.layout.sites[_site_of(entry)].capacity
        if capacity is not None and present.get(seat, 0) - still_to_come[seat] > capacity:
            entry.warnings.append(ScanWarning.over_capacity)


def limited_sessions(door: Door, arrivals: Sequence[Entry]) -> set[UUID]:
    """The sessions at which somebody came where there is a limit."""
    sites = (door.layout.sites[_site_of(entry)] for entry in arrivals)
    return {site.session_id for site in sites if site.capacity is not None}


def _seat_of(door: Door, entry: Entry) -> tuple[UUID, str]:
    site = door.layout.sites[_site_of(entry)]
    return site.session_id, site.mode


def _site_of(entry: Entry) -> UUID:
    assert entry.item.scan is not None, "who came was read"
    return entry.item.scan.site_id
