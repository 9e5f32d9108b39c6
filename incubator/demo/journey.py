"""One idea on its way: every move is made by the model itself and leaves its row of history."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from incubator.actor import Actor
from incubator.demo.arrivals import Arrival
from incubator.demo.dice import LAST_DAY, days_later
from incubator.demo.rows import Rows
from incubator.demo.texts import Content
from incubator.demo.world import World
from incubator.ideas.models import Idea, IdeaAction, IdeaMember, IdeaStatus, IdeaTransition, IdeaVersion
from incubator.ideas.reviews.models import Review
from incubator.people.models import Person


class Journey:
    """An idea with what belongs to it. `day` is how far the story is told, `at` when its last line was written."""

    def __init__(
        self, world: World, rows: Rows, idea: Idea, arrival: Arrival, content: Content, people: list[Person],
        author: Actor,
    ) -> None:  # fmt: skip
        self.world = world
        self.dice = world.dice
        self.rows = rows
        self.idea = idea
        self.contest = arrival.contest
        self.commune = arrival.commune
        self.content = content
        self.people = people
        self.author = author
        self.at: datetime = idea.created_at
        self.day: date = idea.received_on
        self.quality = 0.0
        self.reviews: list[Review] = []
        self.steps = 0

    @property
    def assignee(self) -> Actor:
        """The member of staff who looks after the idea."""
        return next(actor for actor in self.world.roster.staff if actor.id == self.idea.assignee_id)

    def wait(self, least: int, most: int) -> bool:
        """Let some days pass. False where the story would go beyond the last day: then it stays as it is."""
        day = days_later(self.day, self.dice.between(least, most))
        if day > LAST_DAY:
            return False
        self.day = day
        return True

    def step(
        self, actor: Actor, status: IdeaStatus, action: IdeaAction, *, on: date | None = None, **more: Any
    ) -> UUID:
        """Move the idea; the id of its row of history. It is recorded on the story's day even where it happened on
        an earlier one."""
        before, idea = self.idea.status, self.idea
        idea.move_to(status, action, on or self.day, today=LAST_DAY)
        idea.version += 1
        self.at = self.dice.after(self.at, self.day)
        self.steps += 1
        transition_id = self.dice.new_id(self.at)
        self.rows.put(
            IdeaTransition, id=transition_id, idea_id=idea.id, number=self.steps, action=action.value,
            from_status=str(before), to_status=status.value, occurred_on=idea.moved_on, recorded_at=self.at,
            actor_kind=actor.kind, actor_id=actor.id, content_number=idea.content_number,
            details=more.pop("details", {}), **more,
        )  # fmt: skip
        return transition_id

    def write_version(self, content: Content, number: int, author_id: UUID) -> None:
        """A version of the content with its people, as of now."""
        idea = self.idea
        columns = {name: getattr(content, name) for name in Content.__struct_fields__}
        self.rows.put(IdeaVersion, idea_id=idea.id, number=number, written_by=author_id, created_at=self.at, **columns)
        for position, person in enumerate(self.people):
            self.rows.put(IdeaMember, idea_id=idea.id, number=number, position=position, person_id=person.id)
        self.content = content
        idea.content_number = number
