"""What the policy says of sampling: which share of what runs alone a person looks at afterwards."""

from __future__ import annotations

import msgspec

EACH_DAY = 20
"""The most that one reviewer is asked to look at in a day, where the file says nothing."""


class Sampling(msgspec.Struct, frozen=True):
    """Of an action's drafts or recommendations that the policy lets through; shares are from 0 to 1."""

    share: float
    agents: dict[str, float] = {}
    """By an agent's name, where its share is another."""
    new_build_share: float = 0.0
    """Of the first requests of each build of an agent, where that is more."""
    new_build_first: int = 0
    """How many those are."""
    reviewers: tuple[str, ...] = ()
    """Person ids; without any, those who may sign what its owner holds."""
    each_day: int = EACH_DAY

    def share_of(self, agent: str) -> float:
        """The share of an agent's requests, by its name, whatever their build."""
        return self.agents.get(agent, self.share)

    def most_of(self, agent: str) -> float:
        """The largest share that may count for an agent."""
        return max(self.share_of(agent), self.new_build_share)
