"""What mentoring adds to the stage: advisers, programmes, and a chance of its own.

Its own, so that whatever changes about mentoring, the ideas and projects before it stay as they are.
"""

import msgspec

from incubator.demo.accounts import Roster
from incubator.demo.dice import Dice
from incubator.demo.mentors import Advisers, add_advisers
from incubator.demo.people import Population
from incubator.demo.places import Commune
from incubator.demo.programmes import add_programmes
from incubator.demo.rows import Rows
from incubator.mentoring.programmes.models import Programme, ProgrammeKind


class Network(msgspec.Struct, frozen=True):
    dice: Dice
    population: Population
    advisers: Advisers
    programmes: dict[ProgrammeKind, Programme]


def add_network(rows: Rows, roster: Roster, communes: list[Commune], *, seed: int) -> Network:
    dice = Dice(f"mentoring {seed}")
    population = Population(dice)
    advisers = add_advisers(rows, dice, population, roster, communes)
    return Network(dice, population, advisers, add_programmes(rows, dice))
