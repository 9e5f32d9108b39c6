"""What the API takes and gives about check-in phones."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from incubator.events.devices.models import DeviceProfile, DeviceStatus
from incubator.events.layout.models import Mode
from incubator.events.models import Capture, EventKind, EventStatus, WalkInPolicy

MOST_SITES = 50

DeviceName = Annotated[
    str, Meta(min_length=1, max_length=100, description="To tell phones apart.", examples=["Điện thoại cửa Đông"])
]
Expiry = Annotated[
    datetime,
    Meta(
        tz=True,
        description="When its token ends, at most 90 days after the event. If absent, 30 days after the event's "
        "`late_sync_until`, wherever that is moved.",
        examples=["2025-12-13T10:00:00Z"],
    ),
]
EnrolmentCode = Annotated[str, Meta(min_length=1, max_length=40, examples=["7KQ2-M9XT"])]
SkewMs = Annotated[
    int, Meta(ge=-(2**53), le=2**53, description="Of the phone's clock, in thousandths of a second.", examples=[840])
]


class DeviceCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone for sites of the event."""

    name: DeviceName
    profile: DeviceProfile
    site_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_SITES)]
    expires_at: Expiry | None = None


class EnrolmentCreate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a phone sends to become the one that the code was made for."""

    code: EnrolmentCode
    client_nonce: Annotated[
        UUID, Meta(description="Made by the phone and kept: with it the same phone may repeat its enrolment.")
    ]


class DeviceSiteRef(msgspec.Struct, frozen=True):
    """A site in few words."""

    id: UUID
    session_id: UUID
    mode: Mode
    label: Annotated[str, Meta(examples=["Hội trường"])]


class DeviceOut(msgspec.Struct, frozen=True):
    """A phone. `sees_all`: its manifest names everybody, else only the people of the communes of its sites.
    `code_expires_at` is there while a code was made for it; `last_skew_ms` is how much the phone's clock was behind the
    service's when it last said so."""

    id: UUID
    version: int
    event_id: UUID
    name: str
    profile: DeviceProfile
    status: DeviceStatus
    sites: list[DeviceSiteRef]
    sees_all: bool
    code_expires_at: datetime | None
    enrolled_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    last_skew_ms: SkewMs | None
    added_by_id: UUID
    added_by: str
    created_at: datetime


class DeviceCreated(DeviceOut, frozen=True):
    """A phone with the code for enrolling it, which is shown this once (null in a replay: roll it)."""

    enrolment_code: EnrolmentCode | None


class OwnDeviceRef(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    profile: DeviceProfile
    expires_at: datetime


class DeviceEventOut(msgspec.Struct, frozen=True):
    """What a phone needs to know of its event. Once `attendance_closed_at` is set or `late_sync_until` has passed,
    what it sends is kept for staff and not counted."""

    id: UUID
    kind: EventKind
    title: str
    status: EventStatus
    starts_at: datetime
    ends_at: datetime
    capture: Capture
    walk_in_policy: WalkInPolicy
    late_sync_until: datetime
    attendance_closed_at: datetime | None


class SiteSessionRef(msgspec.Struct, frozen=True):
    id: UUID
    number: int
    title: str | None
    starts_at: datetime
    ends_at: datetime


class OwnSiteOut(msgspec.Struct, frozen=True):
    """A site for which the phone is enrolled."""

    id: UUID
    mode: Mode
    label: Annotated[str, Meta(examples=["Hội trường"])]
    session: SiteSessionRef


class OwnDeviceOut(msgspec.Struct, frozen=True):
    """What the phone is: itself, its event and its sites, in the order of the sessions."""

    device: OwnDeviceRef
    event: DeviceEventOut
    sites: list[OwnSiteOut]


class EnrolledOut(OwnDeviceOut, frozen=True):
    """The same with the phone's bearer token, which is shown this once."""

    token: Annotated[str, Meta(examples=["inc_device_" + "x" * 43])]
