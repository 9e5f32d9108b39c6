"""Who asks, and what they may do where. No tables, no HTTP."""

import enum
from functools import lru_cache
from typing import Literal
from uuid import UUID

import msgspec

from incubator.errors import DomainError


class Role(enum.StrEnum):
    admin = "admin"
    approver = "approver"
    staff = "staff"
    commune_staff = "commune_staff"
    reviewer = "reviewer"
    mentor = "mentor"
    analyst = "analyst"


class Scope(enum.StrEnum):
    """What a service token may do; each leads to rows exactly as a grant does."""

    ideas_submit = "ideas:submit"
    ideas_read = "ideas:read"
    projects_read = "projects:read"
    people_read = "people:read"
    loans_read = "loans:read"
    events_read = "events:read"
    events_register = "events:register"
    check_in_write = "check_in:write"
    calendar_read = "calendar:read"
    stats_read = "stats:read"


class Permission(enum.StrEnum):
    """One word for each thing that somebody may do. `HOLDERS` says who; guards and actions ask by name."""

    accounts_manage = "accounts:manage"
    audit_read = "audit:read"
    calendar_read = "calendar:read"
    calendar_subscribe = "calendar:subscribe"
    calls_manage = "calls:manage"
    calls_read = "calls:read"
    calls_read_own = "calls:read_own"
    check_in = "check_in"
    events_manage = "events:manage"
    events_read = "events:read"
    events_read_led = "events:read_led"
    events_read_published = "events:read_published"
    events_register = "events:register"
    ideas_compare = "ideas:compare"
    ideas_decide = "ideas:decide"
    ideas_enter = "ideas:enter"
    ideas_read = "ideas:read"
    ideas_read_assigned = "ideas:read_assigned"
    ideas_read_mentored = "ideas:read_mentored"
    ideas_read_owned = "ideas:read_owned"
    ideas_read_unpublished = "ideas:read_unpublished"
    ideas_screen = "ideas:screen"
    localities_read = "localities:read"
    loans_approve = "loans:approve"
    loans_enter = "loans:enter"
    loans_manage = "loans:manage"
    loans_read = "loans:read"
    mentoring_log = "mentoring:log"
    mentoring_manage = "mentoring:manage"
    mentoring_read = "mentoring:read"
    mentoring_read_internal = "mentoring:read_internal"
    mentoring_read_mentored = "mentoring:read_mentored"
    mentoring_sign_in = "mentoring:sign_in"
    mentors_manage = "mentors:manage"
    mentors_read = "mentors:read"
    mentors_read_own = "mentors:read_own"
    panels_manage = "panels:manage"
    panels_read = "panels:read"
    people_enter = "people:enter"
    people_merge = "people:merge"
    people_read = "people:read"
    people_read_mentored = "people:read_mentored"
    programmes_manage = "programmes:manage"
    programmes_read = "programmes:read"
    projects_graduate = "projects:graduate"
    projects_manage = "projects:manage"
    projects_read = "projects:read"
    projects_read_mentored = "projects:read_mentored"
    projects_reopen = "projects:reopen"
    reviews_assign = "reviews:assign"
    reviews_read = "reviews:read"
    reviews_write = "reviews:write"
    stats_read = "stats:read"
    stats_read_own = "stats:read_own"
    villages_manage = "villages:manage"


_P, _R, _S = Permission, Role, Scope

HOLDERS: dict[Permission, frozenset[Role | Scope]] = {
    _P.accounts_manage: frozenset({_R.admin}),
    _P.audit_read: frozenset({_R.admin, _R.approver}),
    _P.calendar_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _R.mentor, _S.calendar_read}),
    _P.calendar_subscribe: frozenset({_R.approver, _R.staff, _R.commune_staff, _R.mentor}),
    _P.calls_manage: frozenset({_R.staff}),
    _P.calls_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _S.ideas_submit, _S.ideas_read}),
    _P.calls_read_own: frozenset({_R.reviewer}),
    _P.check_in: frozenset({_S.check_in_write}),
    _P.events_manage: frozenset({_R.staff, _R.commune_staff}),
    _P.events_read: frozenset({_R.approver, _R.staff, _R.commune_staff}),
    _P.events_read_led: frozenset({_R.mentor}),
    _P.events_read_published: frozenset({_S.events_read, _S.events_register}),
    _P.events_register: frozenset({_R.staff, _R.commune_staff, _S.events_register}),
    _P.ideas_compare: frozenset({_R.approver, _R.staff, _R.commune_staff}),
    _P.ideas_decide: frozenset({_R.approver}),
    _P.ideas_enter: frozenset({_R.staff, _R.commune_staff, _S.ideas_submit}),
    _P.ideas_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _S.ideas_read}),
    _P.ideas_read_assigned: frozenset({_R.reviewer}),
    _P.ideas_read_mentored: frozenset({_R.mentor}),
    _P.ideas_read_owned: frozenset({_S.ideas_submit}),
    _P.ideas_read_unpublished: frozenset({_R.approver, _R.staff}),
    _P.ideas_screen: frozenset({_R.staff}),
    _P.localities_read: frozenset({*_R, *_S}),
    _P.loans_approve: frozenset({_R.approver, _R.staff}),
    _P.loans_enter: frozenset({_R.staff, _R.commune_staff}),
    _P.loans_manage: frozenset({_R.staff}),
    _P.loans_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _S.loans_read}),
    _P.mentoring_log: frozenset({_R.mentor}),
    _P.mentoring_manage: frozenset({_R.staff}),
    _P.mentoring_read: frozenset({_R.approver, _R.staff, _R.commune_staff}),
    _P.mentoring_read_internal: frozenset({_R.approver, _R.staff}),
    _P.mentoring_read_mentored: frozenset({_R.mentor}),
    _P.mentoring_sign_in: frozenset({_R.staff, _R.commune_staff, _R.mentor}),
    _P.mentors_manage: frozenset({_R.staff}),
    _P.mentors_read: frozenset({_R.approver, _R.staff}),
    _P.mentors_read_own: frozenset({_R.mentor}),
    _P.panels_manage: frozenset({_R.staff}),
    _P.panels_read: frozenset({_R.approver, _R.staff}),
    _P.people_enter: frozenset({_R.staff, _R.commune_staff}),
    _P.people_merge: frozenset({_R.staff}),
    _P.people_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _S.people_read}),
    _P.people_read_mentored: frozenset({_R.mentor}),
    _P.programmes_manage: frozenset({_R.staff}),
    _P.programmes_read: frozenset({_R.approver, _R.staff, _R.mentor}),
    _P.projects_graduate: frozenset({_R.approver}),
    _P.projects_manage: frozenset({_R.staff}),
    _P.projects_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _S.projects_read}),
    _P.projects_read_mentored: frozenset({_R.mentor}),
    _P.projects_reopen: frozenset({_R.approver}),
    _P.reviews_assign: frozenset({_R.staff}),
    _P.reviews_read: frozenset({_R.approver, _R.staff}),
    _P.reviews_write: frozenset({_R.reviewer}),
    _P.stats_read: frozenset({_R.approver, _R.staff, _R.commune_staff, _R.analyst, _S.stats_read}),
    _P.stats_read_own: frozenset({_R.mentor}),
    _P.villages_manage: frozenset({_R.staff}),
}


class Grant(msgspec.Struct, frozen=True):
    """A role or a scope over a locality and what lies below it; no locality means the whole country."""

    holds: Role | Scope
    locality_id: UUID | None
    level: Literal["country", "province", "commune"]
    sensitive: bool


class Territory(msgspec.Struct, frozen=True):
    """Where a permission holds. Empty everywhere means nowhere."""

    everywhere: bool
    provinces: tuple[UUID, ...]
    communes: tuple[UUID, ...]

    def covers(self, province_id: UUID | None, commune_id: UUID | None) -> bool:
        return self.everywhere or province_id in self.provinces or commune_id in self.communes

    @property
    def nowhere(self) -> bool:
        return not (self.everywhere or self.provinces or self.communes)


EVERYWHERE = Territory(everywhere=True, provinces=(), communes=())


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The account, service token or the service itself behind one request."""

    kind: Literal["account", "token", "system", "anonymous"]
    id: UUID
    name: str
    grants: tuple[Grant, ...] = ()
    person_id: UUID | None = None
    session_id: UUID | None = None
    must_change_password: bool = False

    @property
    def account_id(self) -> UUID | None:
        return self.id if self.kind == "account" else None

    @property
    def token_id(self) -> UUID | None:
        return self.id if self.kind == "token" else None

    def may(self, *permissions: Permission) -> bool:
        """Whether some grant holds one of these permissions, wherever."""
        return self.kind == "system" or any(
            grant.holds in HOLDERS[permission] for permission in permissions for grant in self.grants
        )

    def require(self, *permissions: Permission) -> None:
        """403, which names the scopes that a token would need where there are such."""
        if self.may(*permissions):
            return
        scopes = scopes_of(*permissions) if self.kind == "token" else []
        if scopes:
            raise DomainError("insufficient_scope", needed=", ".join(scopes))
        raise DomainError("forbidden")

    def territory(self, permission: Permission, *, sensitive: bool = False) -> Territory:
        """Where the permission holds; with `sensitive`, only where the grant opens sensitive fields too."""
        if self.kind == "system":
            return EVERYWHERE
        return _territory(self.grants, permission, sensitive)

    def require_at(self, permission: Permission, *, province_id: UUID, commune_id: UUID) -> None:
        """403 where the actor sees the row by another grant than the one this permission needs."""
        self.require(permission)
        if not self.territory(permission).covers(province_id, commune_id):
            raise DomainError("forbidden")


NOBODY = UUID(int=0)
SYSTEM = Actor(kind="system", id=NOBODY, name="system")
ANONYMOUS = Actor(kind="anonymous", id=NOBODY, name="anonymous")


@lru_cache(maxsize=4096)
def _territory(grants: tuple[Grant, ...], permission: Permission, sensitive: bool) -> Territory:
    """Kept, because the same few callers ask for the same few territories in every request."""
    held = [grant for grant in grants if grant.holds in HOLDERS[permission] and (grant.sensitive or not sensitive)]
    return Territory(
        everywhere=any(grant.level == "country" for grant in held),
        provinces=tuple(sorted({g.locality_id for g in held if g.level == "province" and g.locality_id})),
        communes=tuple(sorted({g.locality_id for g in held if g.level == "commune" and g.locality_id})),
    )


def scopes_of(*permissions: Permission) -> list[str]:
    """The scopes that open one of the permissions; none where they are for accounts alone."""
    return sorted({holder.value for p in permissions for holder in HOLDERS[p] if isinstance(holder, Scope)})
