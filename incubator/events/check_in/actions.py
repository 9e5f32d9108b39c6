"""Taking in a batch: a constant number of statements for any number of items, and an answer for each of them.

The order of locks: the phone, its event (shared), then rows of attendance in the order of their keys.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.db import SessionReads
from incubator.events.attendance.writing import lay_over
from incubator.events.check_in.clocks import Clock, clock_of
from incubator.events.check_in.entries import Entry, find_repeats, limited_sessions, name_arrivals, warn_of_crowds
from incubator.events.check_in.judging import Door, beginning_of
from incubator.events.check_in.models import ItemStatus, ReviewReason, ScanWarning
from incubator.events.check_in.queries import find_tickets, known_scans, present_at
from incubator.events.check_in.reading import id_from, read_items, read_moment
from incubator.events.check_in.schemas import BatchCounts, CheckInAnswer, ClockOut, ScanResult, UnreadBatch
from incubator.events.check_in.walk_ins import meet
from incubator.events.check_in.writing import ReviewRow, keep_reviews, keep_scans, review_row, scan_row
from incubator.events.devices.access import ActingDevice, acting_device, note_contact
from incubator.events.layout.queries import layout_of
from incubator.events.models import Event


async def receive_batch(session: AsyncSession, actor: Actor, data: UnreadBatch, *, now: datetime) -> CheckInAnswer:
    """What became of each item. What came before is told again and has no second effect."""
    device = await acting_device(session, actor, lock=True)
    clock = clock_of(read_moment(data.sent_at), now)
    items = read_items(data.items, today=civil_day(now))
    ids = [item.client_scan_id for item in items if item.client_scan_id is not None]
    entries = find_repeats(items, await known_scans(SessionReads(session), device.id, ids))
    fresh = [entry for entry in entries if not entry.is_repeat]
    if fresh:
        await _take_in(session, await _open_door(session, actor, device, clock, fresh, now=now), fresh)
    await note_contact(session, device.id, now, clock.skew_ms)
    return _answer(data, clock, [entry.result() for entry in entries], now=now)


def tell_to_retry(data: UnreadBatch, *, now: datetime) -> CheckInAnswer:
    """The answer where the database could not take the batch in just now: the phone keeps all of it."""
    items = read_items(data.items, today=civil_day(now))
    results = [ScanResult(item.client_scan_id, ItemStatus.retry, None, [], None, None) for item in items]
    return _answer(data, clock_of(read_moment(data.sent_at), now), results, now=now)


async def _open_door(
    session: AsyncSession, actor: Actor, device: ActingDevice, clock: Clock, fresh: Sequence[Entry], *, now: datetime
) -> Door:
    """The event, which nobody closes or cancels meanwhile, and whom the items mean."""
    locked = select(Event).where(Event.id == device.event_id).with_for_update(read=True)
    event = (await session.scalars(locked)).one()
    reads = SessionReads(session)
    layout = await layout_of(reads, event.id)
    scans = [entry.item.scan for entry in fresh if entry.item.scan is not None]
    tickets = await find_tickets(reads, {begin for scan in scans if (begin := beginning_of(scan))}, event.id)
    met = await meet(session, actor, device.id, event, layout, scans, now=now)
    return Door(device, event, layout, clock, now, tickets, met)


async def _take_in(session: AsyncSession, door: Door, fresh: Sequence[Entry]) -> None:
    presences = [presence for entry in fresh if (presence := entry.judge(door)) is not None]
    laid = await lay_over(session, presences)
    arrivals = name_arrivals(fresh, laid)
    if sessions := limited_sessions(door, arrivals):
        warn_of_crowds(door, arrivals, await present_at(SessionReads(session), sessions))
    logged = [entry for entry in fresh if entry.item.client_scan_id is not None and not entry.is_mismatch]
    rows = [scan_row(entry.item, entry.verdict, entry.code, entry.warnings) for entry in logged]
    await keep_scans(session, door, rows)
    waiting = {key for key, row in laid.items() if row.waits}
    await keep_reviews(session, door, [*_refused(fresh), *_waiting(fresh, waiting), *_homeless(fresh, door)])


def _refused(fresh: Sequence[Entry]) -> Iterator[ReviewRow]:
    """Under the item's own id, unless it has none or another item came under it."""
    for entry in fresh:
        if entry.counts:
            continue
        own = None if entry.is_mismatch else entry.item.client_scan_id
        yield review_row(entry.item, entry.verdict, ReviewReason(entry.code), own or entry.item.derived_id)


def _waiting(fresh: Sequence[Entry], waiting: set[tuple[UUID, UUID]]) -> Iterator[ReviewRow]:
    """One for each session and person, however often they were seen there."""
    for entry in fresh:
        scan, verdict = entry.item.scan, entry.verdict
        if scan is None or verdict.person_id is None or not verdict.waits:
            continue
        if (scan.session_id, verdict.person_id) in waiting:
            key = id_from(scan.session_id.bytes + verdict.person_id.bytes)
            yield review_row(entry.item, verdict, ReviewReason.walk_in_unconfirmed, key)


def _homeless(fresh: Sequence[Entry], door: Door) -> Iterator[ReviewRow]:
    """One for each new person whose commune nobody could make out, whatever became of the item."""
    for entry in fresh:
        person_id = entry.verdict.person_id
        if person_id is not None and (code := door.met.homeless.get(person_id)):
            key = id_from(b"locality_code" + person_id.bytes)
            yield review_row(entry.item, entry.verdict, ReviewReason.locality_unknown, key, {"locality_code": code})


def _answer(data: UnreadBatch, clock: Clock, results: list[ScanResult], *, now: datetime) -> CheckInAnswer:
    suspect = any(ScanWarning.clock_suspect in result.warnings for result in results)
    told = ClockOut(clock.skew_ms, clock.quality(suspect=suspect))
    number = {status: sum(result.status is status for result in results) for status in ItemStatus}
    counts = BatchCounts(**{status.value: number[status] for status in ItemStatus})
    return CheckInAnswer(data.batch_id, now, told, results, counts)
