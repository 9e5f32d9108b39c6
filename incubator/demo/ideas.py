"""Ideas as they come in: the person, the consent, the first version, and what figures are broken down by."""

from datetime import date, datetime
from uuid import UUID

from incubator.actor import Actor
from incubator.days import civil_day
from incubator.demo.arrivals import Arrival
from incubator.demo.dice import LAST_DAY, Dice, days_later
from incubator.demo.journey import Journey
from incubator.demo.people import put_consent
from incubator.demo.places import PROVINCE_ID
from incubator.demo.rows import Rows
from incubator.demo.texts import Content, new_content
from incubator.demo.world import World
from incubator.ideas.dossier.models import IdeaEntry
from incubator.ideas.models import Idea, IdeaAction, IdeaStatus, new_tracking_code, search_key
from incubator.people.models import Person, PersonPlace

SOURCE = "idea"
_COMES_AGAIN = 0.05
_TEAM_WEIGHTS = (50, 30, 14, 4, 2)
_TYPING_DAYS = 6
_FORGOTTEN, _FORGOTTEN_DAYS = 0.03, 32
_LATE_REASONS = (
    "Đường sạt lở sau mưa, hồ sơ giấy về muộn.",
    "Mất mạng cả tuần, đoàn xã đã gọi báo trước hạn.",
    "Nhóm đi cấp cứu người nhà, xin nộp chậm vài ngày.",
)


class Desk:
    """Takes ideas in, and remembers who came last from each commune, for some come again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dice = world.dice
        self._last_leaders: dict[UUID, Person] = {}

    def take_in(self, rows: Rows, arrival: Arrival) -> Journey:
        """The idea, submitted."""
        author = self._world.author(arrival.channel, arrival.commune)
        at = _recorded_at(self._dice, arrival)
        people = self._people(rows, arrival, author, at)
        content = new_content(self._dice, arrival.product, arrival.commune)
        idea = _idea(self._dice, arrival, author, content, at)
        rows.add(idea)
        journey = Journey(self._world, rows, idea, arrival, content, people, author)
        self._submit(journey)
        self._last_leaders[arrival.commune.id] = people[0]
        return journey

    def _people(self, rows: Rows, arrival: Arrival, author: Actor, at: datetime) -> list[Person]:
        """Leader first. Somebody who led an idea before is the same person, not a second one."""
        population, dice = self._world.population, self._dice
        commune, day = arrival.commune, arrival.received_on
        leader = self._returning(arrival)
        people = [] if leader else [population.leader(arrival.contest.call, commune, author, received_on=day, at=at)]
        size = min(dice.weighted(range(5), _TEAM_WEIGHTS), arrival.contest.call.team_limit - 1)
        people += [population.member(commune, author, received_on=day, at=at) for _ in range(size)]
        if arrival.contest.for_women and leader is None:
            people[0].sex = "female"
        rows.add(*people)
        return [leader, *people] if leader else people

    def _returning(self, arrival: Arrival) -> Person | None:
        """Who led an idea of the commune before and is still of the right age."""
        person, call = self._last_leaders.get(arrival.commune.id), arrival.contest.call
        if person is None or person.birth_year is None or not self._dice.chance(_COMES_AGAIN):
            return None
        if arrival.received_on.year - person.birth_year > call.max_age:
            return None
        return person

    def _submit(self, journey: Journey) -> None:
        """What the product checks of a submitted idea is checked here by the same rules."""
        idea, leader, call = journey.idea, journey.people[0], journey.contest.call
        call.check_open(idea.received_on, idea.late_reason)
        call.check_sector(journey.content.sector)
        call.check_team(len(journey.people))
        if leader.birth_year is not None:
            call.check_age(leader.birth_year, leader.birth_date, idea.received_on)
        _put_places(journey)
        put_consent(
            journey.rows, self._dice, leader, idea.channel, journey.author, given_on=idea.received_on, at=journey.at
        )
        _put_entry(journey.rows, idea, journey.content, leader)
        journey.write_version(journey.content, 1, journey.author.id)
        on_behalf_of = leader.id if idea.is_proxy else None
        journey.day = civil_day(journey.at)
        journey.step(
            journey.author, IdeaStatus.submitted, IdeaAction.submit, on=idea.received_on, on_behalf_of_id=on_behalf_of
        )


def _recorded_at(dice: Dice, arrival: Arrival) -> datetime:
    """The website records at once, at any hour; papers wait until somebody types them in, a few of them for weeks."""
    if arrival.channel == "web":
        return dice.moment(arrival.received_on, first_hour=6, last_hour=21)
    forgotten = _FORGOTTEN_DAYS if dice.chance(_FORGOTTEN) else 0
    day = days_later(arrival.received_on, forgotten + dice.between(0, _TYPING_DAYS))
    return dice.moment(min(day, LAST_DAY))


def _idea(dice: Dice, arrival: Arrival, author: Actor, content: Content, at: datetime) -> Idea:
    code = new_tracking_code()
    return Idea(
        id=dice.new_id(at), version=1, tracking_code=code, call_id=arrival.contest.call.id, rubric_id=None,
        status=IdeaStatus.draft, moved_on=arrival.received_on, content_number=1,
        search_key=search_key(content.title, code), locality_id=arrival.commune.id, province_id=PROVINCE_ID,
        recorded_locality_id=arrival.commune.recorded_id(dice, arrival.received_on), channel=arrival.channel,
        received_on=arrival.received_on, late_reason=dice.pick(_LATE_REASONS) if arrival.is_late else None,
        entered_by_id=author.account_id, owner_token_id=author.token_id, is_proxy=arrival.channel != "web",
        created_at=at,
    )  # fmt: skip


def _put_places(journey: Journey) -> None:
    """Everybody is seen where the idea is."""
    idea = journey.idea
    for person in journey.people:
        journey.rows.put(
            PersonPlace, person_id=person.id, locality_id=idea.locality_id, source=SOURCE, source_id=idea.id,
            province_id=PROVINCE_ID,
        )  # fmt: skip


def _put_entry(rows: Rows, idea: Idea, content: Content, leader: Person) -> None:
    rows.put(
        IdeaEntry, idea_id=idea.id, entered_on=idea.received_on, recorded_on=civil_day(idea.created_at),
        call_id=idea.call_id, channel=idea.channel, sector=content.sector,
        locality_id=idea.locality_id, province_id=idea.province_id,
        recorded_locality_id=idea.recorded_locality_id, sex=leader.sex, ethnicity=leader.ethnicity,
        age=_age(leader, idea.received_on),
    )  # fmt: skip


def _age(leader: Person, day: date) -> int | None:
    """The age that the year reaches, as the product counts it for figures."""
    return day.year - leader.birth_year if leader.birth_year else None
