"""The head-counts of sites; some were counted again, and the first count stays beside the second."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from incubator.demo.dice import Dice
from incubator.demo.events_desk import Desk, Stage, Venue
from incubator.demo.rows import Rows
from incubator.events.headcounts.models import CountMethod, Headcount
from incubator.events.layout.models import Mode

_COUNTED_AGAIN, _OFF_BY, _KNOWN_PARTS = 0.06, (1, 9), 0.5
_METHODS, _METHOD_WEIGHTS = (CountMethod.counted, CountMethod.paper_list, CountMethod.estimate), (60, 28, 12)
_WHY_AGAIN = "Đếm lại theo ảnh chụp hội trường."


def put_headcounts(rows: Rows, desk: Desk, stage: Stage) -> None:
    for venue in stage.venues:
        if venue.cell.head is not None:
            _put_headcounts(rows, desk, stage, venue, venue.cell.head)


def _put_headcounts(rows: Rows, desk: Desk, stage: Stage, venue: Venue, total: int) -> None:
    dice, at = desk.dice, venue.part.ends_at - timedelta(minutes=20)
    if not total or not dice.chance(_COUNTED_AGAIN):
        _put(rows, desk, stage, venue, total, at)
        return
    wrong = max(0, total + dice.pick((-1, 1)) * dice.between(*_OFF_BY))
    first_id = _put(rows, desk, stage, venue, wrong, at)
    later = min(at + timedelta(hours=dice.between(2, 26)), stage.known_until)
    _put(rows, desk, stage, venue, total, later, replaces_id=first_id, note=_WHY_AGAIN)


def _put(
    rows: Rows, desk: Desk, stage: Stage, venue: Venue, total: int, at: datetime, **more: Any
) -> UUID:  # fmt: skip
    dice = desk.dice
    online = venue.cell.mode is Mode.online
    method = CountMethod.platform if online else dice.weighted(_METHODS, _METHOD_WEIGHTS)
    headcount_id = dice.new_id(at)
    rows.put(
        Headcount, id=headcount_id, event_id=stage.id, session_id=venue.session_id, site_id=venue.site_id,
        client_report_id=dice.new_id(at), total=total, method=method.value, counted_at=venue.part.ends_at,
        reported_by_kind=stage.host.kind, reported_by_id=stage.host.id, reported_at=max(at, venue.part.ends_at),
        **_parts(dice, total), **more,
    )  # fmt: skip
    return headcount_id


def _parts(dice: Dice, total: int) -> dict[str, int]:
    """Who counts by hand often counts these too."""
    if not dice.chance(_KNOWN_PARTS):
        return {}
    shares = {"female": (0.35, 0.6), "youth": (0.7, 1.0), "ethnic_minority": (0.3, 0.9)}
    return {part: int(total * dice.uniform(*share)) for part, share in shares.items()}
