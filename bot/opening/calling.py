"""A call to open a request: what was sent, by whom, and what is so at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.assigning import Loads
from bot.domain.agents import Agent
from bot.domain.requests import Proposal
from bot.gating import Prepared
from bot.policy.document import Policy
from bot.rostering import Roster
from bot.sampling import Draw


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so at the moment beside the policy and the record: connected surfaces, who has how much, who is away."""

    surfaces: tuple[str, ...] = ()
    loads: Loads | None = None
    """Who has how much; nothing is given to anybody where that is not known."""
    roster: Roster | None = None
    """Who is away; nobody, where that is not known."""


CALM = Situation()


@dataclass(frozen=True, slots=True)
class Call:
    """One proposal of one instance, with what is made of it before the transaction."""

    policy: Policy
    agent: Agent
    instance_id: str
    proposal: Proposal
    key: str
    submission: str
    digest: str
    at: datetime
    random: bytes
    prepared: Prepared
    situation: Situation
    draw: Draw
