"""The commune of an idea, and moving it to another one."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from incubator.actor import Actor, Permission
from incubator.db import SessionReads
from incubator.ideas.models import Idea
from incubator.ideas.schemas import IdeaCreate
from incubator.localities.places import Enterer, Place, place_of_code
from incubator.localities.places import place_of_entry as place_of_body
from incubator.people.places import move_places


async def place_of_entry(
    session: AsyncSession, actor: Actor, data: IdeaCreate, received_on: date, *, today: date
) -> Place:
    """The commune that the body names, in which the actor enters ideas."""
    enterer = Enterer(actor, Permission.ideas_enter)
    code, name = data.locality_code, data.locality_name
    return await place_of_body(SessionReads(session), enterer, code, name, on=received_on, today=today)


async def move_place(session: AsyncSession, actor: Actor, idea: Idea, code: str, *, today: date) -> None:
    """Correct the commune; what was written down first was that of another one and goes with it."""
    place = await place_of_code(SessionReads(session), Enterer(actor, Permission.ideas_enter), code, today=today)
    if place.commune_id == idea.locality_id:
        return
    idea.locality_id, idea.province_id = place.commune_id, place.province_id
    idea.recorded_locality_id = None
    await move_places(session, idea.id, locality_id=place.commune_id, province_id=place.province_id)
