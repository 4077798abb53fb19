"""Who may read what is not an agent's own alone: the figures, lessons and files of an owner."""

from __future__ import annotations

from adapters.agents.callers import Caller
from bot.errors import NotAllowed


def require_reader(caller: Caller, owner: str | None) -> None:
    """Refuse whoever may not read what concerns this owner (an id; None is all owners together).

    Raises:
        NotAllowed: naming how a token that may is made.
    """
    agent = caller.agent
    if caller.instance is None:
        raise NotAllowed("a provisioner token can't read", remedy="use an instance's credential")
    if agent.may_read("*" if owner is None else owner):
        return
    whose = "all owners together" if owner is None else f"the owner {owner}"
    may = f", it may of {', '.join(agent.reads)}" if agent.reads else ""
    raise NotAllowed(
        f"the agent {agent.name} may not read what concerns {whose}{may}",
        remedy=f"use a token of `signoff agent create NAME --reads {'*' if owner is None else owner}`",
    )


def owners_read(caller: Caller) -> tuple[str, ...] | None:
    """The ids of the owners whose records a caller may read; None is all of them, empty is none."""
    if caller.instance is None:
        return ()
    return None if caller.agent.may_read("*") else caller.agent.reads
