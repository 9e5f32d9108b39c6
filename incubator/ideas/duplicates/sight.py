"""Who sees a pair: who sees both of its ideas openly, by their places. Nobody learns that there is another idea which
they do not see, and neither reviewers nor the people behind an idea are told of pairs at all."""

from msgspec.structs import replace

from incubator.actor import Actor
from incubator.ideas.sight import Sight, sight_of


def sight_of_pairs(actor: Actor) -> Sight:
    """The sight of ideas, less what is seen of single ones."""
    return replace(sight_of(actor), reviewer=False, mentor=False, owner=False)
