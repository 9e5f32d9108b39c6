"""Who advises: the mentors with a login, and experts who come as guests and whose advice staff write down."""

from uuid import UUID

import msgspec

from incubator.actor import SYSTEM, Actor
from incubator.demo.accounts import SEAT, Roster
from incubator.demo.dice import BEFORE_ALL, Dice
from incubator.demo.people import Population
from incubator.demo.places import PROVINCE_ID, Commune
from incubator.demo.rows import Rows
from incubator.ideas.calls.models import Sector
from incubator.mentoring.mentors.models import Language, Mentor, MentorReach, MentorStatus
from incubator.people.models import Person
from incubator.projects.models import Platform

_C, _M, _D = Platform.capital, Platform.market, Platform.digital
_FARM = (Sector.tea, Sector.fruit, Sector.medicinal_plants, Sector.forestry)
_ANIMALS = (Sector.livestock, Sector.fish)
_MADE = (Sector.food_processing, Sector.handicraft)


class Skill(msgspec.Struct, frozen=True):
    """What a mentor knows, speaks and can take on. `reach` names former districts; empty is the whole province."""

    organisation: str
    platforms: tuple[Platform, ...]
    sectors: tuple[Sector, ...] = ()
    languages: tuple[Language, ...] = ()
    capacity: int = 40
    reach: tuple[str, ...] = ()
    status: MentorStatus = MentorStatus.active


class Adviser(msgspec.Struct, frozen=True):
    """A mentor as the story knows them; `actor` is their login, if they have one."""

    id: UUID
    actor: Actor | None
    platforms: tuple[Platform, ...]


class Advisers(msgspec.Struct, frozen=True):
    """All mentors; `by_account` those with a login."""

    by_account: dict[UUID, Adviser]
    experts: tuple[Adviser, ...]

    def experts_on(self, platform: Platform) -> list[Adviser]:
        return [expert for expert in self.experts if platform in expert.platforms]


_WITH_LOGIN = {
    "mentor-1": Skill("Ngân hàng Chính sách xã hội chi nhánh tỉnh", (_C,), (*_FARM, *_ANIMALS), capacity=45),
    "mentor-2": Skill("Hội Doanh nhân trẻ tỉnh", (_C, _M), (*_MADE, Sector.tourism), capacity=45),
    "mentor-3": Skill(
        "Hợp tác xã dược liệu vùng cao", (_M,), (*_FARM, Sector.livestock), (Language.hmong, Language.giay), 40,
    ),
    "mentor-4": Skill("Công ty thương mại nông sản", (_M, _D), (*_FARM, *_MADE), (Language.english,), 40),
    "mentor-5": Skill("Tổ công nghệ số cộng đồng", (_D,), (Sector.digital, Sector.services), (Language.tay,), 45),
    "mentor-6": Skill("Trường Cao đẳng của tỉnh", (_C, _M, _D), (Sector.tourism, Sector.education), capacity=40),
}  # fmt: skip

_EXPERTS = {
    "Nguyễn Thị Thu Phương": Skill("Phòng giao dịch Ngân hàng Chính sách xã hội", (_C,), (), (), 12),
    "Bàn Văn Kiềm": Skill(
        "Hợp tác xã quế hữu cơ", (_M,), (Sector.forestry,), (Language.dao,), 6, ("Văn Yên", "Trấn Yên"),
    ),
    "Vàng Thị Dín": Skill(
        "Hợp tác xã thổ cẩm", (_M,), (Sector.handicraft,), (Language.hmong, Language.giay), 5,
        ("Sa Pa", "Bát Xát", "Mường Khương"),
    ),
    "Trần Mạnh Cường": Skill("Trung tâm Chuyển đổi số", (_D,), (), (Language.english,), 15),
    "Hoàng Kim Yến": Skill("Sàn thương mại điện tử nông sản", (_D, _M), (*_FARM, *_MADE), (Language.tay,), 10),
    "Lò Văn Trung": Skill(
        "Homestay cộng đồng Mường Lò", (_M,), (Sector.tourism,), (Language.thai, Language.muong), 5,
        ("Nghĩa Lộ", "Văn Chấn", "Trạm Tấu", "Mù Căng Chải"),
    ),
    "Phùng Đức Hải": Skill("Ngân hàng thương mại trên địa bàn", (_C,), (*_ANIMALS, *_FARM), (), 10),
    "Đỗ Thị Ngọc Bích": Skill(
        "Trung tâm Khuyến nông", (_C, _M), (*_FARM, *_ANIMALS), (Language.nung,), 8, (), MentorStatus.paused,
    ),
}  # fmt: skip


def add_advisers(rows: Rows, dice: Dice, population: Population, roster: Roster, communes: list[Commune]) -> Advisers:
    """The register: each mentor is a person with a reach."""
    seat = next(commune.id for commune in communes if commune.code == SEAT)
    members = {}
    for actor in roster.mentors:
        person = roster.people[actor.name]
        members[actor.id] = _add(rows, dice, person, _WITH_LOGIN[actor.name], communes, actor)
    experts = []
    for name, skill in _EXPERTS.items():
        person = population.person(name, SYSTEM, _home(skill, communes) or seat, at=BEFORE_ALL)
        rows.add(person)
        experts.append(_add(rows, dice, person, skill, communes, None))
    return Advisers(members, tuple(experts))


def _add(rows: Rows, dice: Dice, person: Person, skill: Skill, communes: list[Commune], actor: Actor | None) -> Adviser:
    mentor = Mentor(
        id=dice.new_id(BEFORE_ALL), version=1, person_id=person.id, account_id=actor.id if actor else None,
        status=skill.status.value, organisation=skill.organisation,
        platforms=[platform.value for platform in skill.platforms],
        sectors=[sector.value for sector in skill.sectors],
        languages=[Language.vietnamese.value, *(language.value for language in skill.languages)],
        capacity=skill.capacity, created_at=BEFORE_ALL,
    )  # fmt: skip
    rows.add(mentor)
    for locality_id in _reach(skill, communes):
        rows.put(MentorReach, mentor_id=mentor.id, locality_id=locality_id, province_id=PROVINCE_ID)
    return Adviser(mentor.id, actor, skill.platforms)


def _reach(skill: Skill, communes: list[Commune]) -> list[UUID]:
    """The communes of the former districts, or the province."""
    return [commune.id for commune in communes if commune.district in skill.reach] or [PROVINCE_ID]


def _home(skill: Skill, communes: list[Commune]) -> UUID | None:
    return next((commune.id for commune in communes if commune.district in skill.reach), None)
