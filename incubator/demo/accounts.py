"""Who may log in to the demonstration, and which programs may come in."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from incubator.accounts.models import Account, RoleGrant, Token, new_token_text, token_hash
from incubator.accounts.passwords import hash_now, new_password
from incubator.actor import NOBODY, SYSTEM, Actor, Role, Scope
from incubator.demo.dice import BEFORE_ALL, Dice
from incubator.demo.people import Population
from incubator.demo.places import PROVINCE_CODE, PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.people.models import Person

SEAT = "02647"
"""The commune where those who work for the whole province live."""


class Login(msgspec.Struct, frozen=True):
    """An account to be made: what it is called, who stands behind it and what it is granted where."""

    username: str
    full_name: str
    birth_year: int
    role: Role
    locality_code: str | None = PROVINCE_CODE
    sensitive: bool = False


LOGINS: tuple[Login, ...] = (
    Login("admin", "Trần Quang Vinh", 1984, Role.admin, None),
    Login("approver-1", "Nguyễn Thị Bích Hạnh", 1976, Role.approver, sensitive=True),
    Login("approver-2", "Hoàng Văn Thịnh", 1974, Role.approver),
    Login("staff-1", "Lương Thị Thúy Ngân", 1991, Role.staff, sensitive=True),
    Login("staff-2", "Phạm Đức Trung", 1993, Role.staff),
    Login("bac-ha", "Vàng Văn Tiến", 1992, Role.commune_staff, "02839"),
    Login("bao-nhai", "Nông Thị Kim Chi", 1994, Role.commune_staff, "02890"),
    Login("reviewer-1", "Đỗ Thanh Tùng", 1980, Role.reviewer),
    Login("reviewer-2", "Bùi Thị Ngọc Lan", 1983, Role.reviewer),
    Login("reviewer-3", "Lò Văn Quyết", 1979, Role.reviewer),
    Login("reviewer-4", "Triệu Thị Mùi Liều", 1988, Role.reviewer),
    Login("reviewer-5", "Vũ Mạnh Hà", 1975, Role.reviewer),
    Login("reviewer-6", "Hà Thị Kim Yến", 1986, Role.reviewer),
    Login("reviewer-7", "Đặng Hữu Phước", 1981, Role.reviewer),
    Login("reviewer-8", "Sùng Seo Páo", 1987, Role.reviewer),
    Login("mentor-1", "Lê Thị Thu Hiền", 1978, Role.mentor),
    Login("mentor-2", "Đinh Công Sơn", 1972, Role.mentor),
    Login("mentor-3", "Má A Chu", 1985, Role.mentor),
    Login("mentor-4", "Ngô Minh Phương", 1982, Role.mentor),
    Login("mentor-5", "Hoàng Thị Duyên", 1989, Role.mentor),
    Login("mentor-6", "Phan Xuân Lộc", 1977, Role.mentor),
    Login("analyst", "Dương Thị Minh Châu", 1995, Role.analyst),
)

PROGRAMS: Mapping[str, tuple[Scope, ...]] = {
    "website": (
        Scope.ideas_submit, Scope.ideas_read, Scope.projects_read, Scope.events_read, Scope.events_register,
    ),
    "dashboard": (Scope.stats_read,),
}  # fmt: skip
WEBSITE = "website"


class AccountSecret(msgspec.Struct, frozen=True):
    """A login as the file of the demonstration shows it."""

    username: str
    password: str
    role: str
    locality_code: str | None


class TokenSecret(msgspec.Struct, frozen=True):
    """A service token as the file of the demonstration shows it."""

    name: str
    token: str
    scopes: list[str]


class Secrets(msgspec.Struct, frozen=True):
    """All that nobody can read again from the database."""

    accounts: list[AccountSecret]
    tokens: list[TokenSecret]


class Roster(msgspec.Struct, frozen=True):
    """Who acts in the story; `officers` by their commune, `people` by the account's username."""

    by_role: Mapping[Role, tuple[Actor, ...]]
    officers: Mapping[UUID, Actor]
    website: Actor
    people: Mapping[str, Person]

    @property
    def staff(self) -> tuple[Actor, ...]:
        return self.by_role[Role.staff]

    @property
    def approvers(self) -> tuple[Actor, ...]:
        return self.by_role[Role.approver]

    @property
    def reviewers(self) -> tuple[Actor, ...]:
        return self.by_role[Role.reviewer]

    @property
    def mentors(self) -> tuple[Actor, ...]:
        return self.by_role[Role.mentor]


def add_accounts(rows: Rows, dice: Dice, population: Population, communes: list[Commune]) -> tuple[Roster, Secrets]:
    """Accounts with their people and grants, and service tokens. The secrets are random whatever the seed."""
    ids = {commune.code: commune.id for commune in communes}
    people, actors, secrets = {}, {}, []
    for login in LOGINS:
        person = _person(dice, population, login, ids.get(login.locality_code or "", ids[SEAT]))
        account, secret = _account(dice, login, person)
        rows.add(person, account, _grant(dice, login, account, ids))
        people[login.username], actors[login.username] = person, _actor(account)
        secrets.append(secret)
    tokens = {name: _token(dice, name, scopes) for name, scopes in PROGRAMS.items()}
    rows.add(*(token for token, _ in tokens.values()))
    website = Actor(kind="token", id=tokens[WEBSITE][0].id, name=WEBSITE)
    roster = Roster(_by_role(actors), _officers(actors, ids), website, people)
    return roster, Secrets(secrets, [secret for _, secret in tokens.values()])


def _person(dice: Dice, population: Population, login: Login, commune_id: UUID) -> Person:
    person = population.person(login.full_name, SYSTEM, commune_id, at=BEFORE_ALL)
    person.birth_year = login.birth_year
    person.sex = "female" if "Thị" in login.full_name.split() else "male"
    return person


def _account(dice: Dice, login: Login, person: Person) -> tuple[Account, AccountSecret]:
    password = new_password()
    account = Account(
        id=dice.new_id(BEFORE_ALL), username=login.username, person_id=person.id, password_hash=hash_now(password),
        must_change_password=False, version=1, created_at=BEFORE_ALL,
    )  # fmt: skip
    return account, AccountSecret(login.username, password, login.role.value, login.locality_code)


def _grant(dice: Dice, login: Login, account: Account, ids: Mapping[str, UUID]) -> RoleGrant:
    code = login.locality_code
    return RoleGrant(
        id=dice.new_id(BEFORE_ALL), account_id=account.id, role=login.role.value,
        locality_id=PROVINCE_ID if code == PROVINCE_CODE else ids[code] if code else None,
        sensitive=login.sensitive, granted_by=NOBODY, granted_at=BEFORE_ALL,
    )  # fmt: skip


def _token(dice: Dice, name: str, scopes: tuple[Scope, ...]) -> tuple[Token, TokenSecret]:
    text = new_token_text("service")
    token = Token(
        id=dice.new_id(BEFORE_ALL), kind="service", hash=token_hash(text), name=name,
        scopes=[scope.value for scope in scopes], locality_id=None, sensitive=False, version=1,
        created_at=BEFORE_ALL, created_by=NOBODY, extended_at=BEFORE_ALL,
    )  # fmt: skip
    return token, TokenSecret(name, text, list(token.scopes))


def _actor(account: Account) -> Actor:
    return Actor(kind="account", id=account.id, name=account.username, person_id=account.person_id)


def _by_role(actors: Mapping[str, Actor]) -> dict[Role, tuple[Actor, ...]]:
    return {role: tuple(actors[login.username] for login in LOGINS if login.role is role) for role in Role}


def _officers(actors: Mapping[str, Actor], ids: Mapping[str, UUID]) -> dict[UUID, Actor]:
    officers = (login for login in LOGINS if login.role is Role.commune_staff)
    return {ids[login.locality_code or ""]: actors[login.username] for login in officers}
