"""People and actors: who may sign, and who did what."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec


class Person(msgspec.Struct, frozen=True, gc=False):
    """A named human of the policy file. ``limit`` is the largest amount they may sign, in the policy's currency."""

    id: str
    email: str
    name: str
    limit: Decimal | None = None
    slack: str | None = None
    teams: str | None = None
    manager: str | None = None
    """The id of whoever they report to."""


class ActorKind(StrEnum):
    """Who an event's author is."""

    PERSON = "person"
    AGENT = "agent"
    POLICY = "policy"
    CLOCK = "clock"
    OPERATOR = "operator"
    SERVICE = "service"
    """Signoff itself, where it did something in the world: showed a card, or found that it could not."""


class Actor(msgspec.Struct, frozen=True, gc=False):
    """The author of an event: ``id`` is a person's id, an agent's id, a policy version or an operator's login name."""

    kind: ActorKind
    id: str
    surface: str = ""
    """Where they acted: ``desk``, ``slack``, ``teams``, ``api`` or ``cli``; empty for policy, clock and service."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


CLOCK = Actor(ActorKind.CLOCK, "sweep")
"""The author of what time alone decides: an expiry, a lapsed grant."""
COURIER = Actor(ActorKind.SERVICE, "courier")
"""The author of what became of messages to people: posted, told of, could not be shown."""


def person(who: str, surface: str) -> Actor:
    """A person acting on a surface."""
    return Actor(ActorKind.PERSON, who, surface)


def agent(who: str, surface: str = "api") -> Actor:
    """An agent acting through the API; ``who`` is the agent's id."""
    return Actor(ActorKind.AGENT, who, surface)


def policy(version: str) -> Actor:
    """The policy file of that version deciding by rule."""
    return Actor(ActorKind.POLICY, version)
