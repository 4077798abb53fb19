"""What is paused, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.cards.plaintext import plain
from bot.domain.pauses import EVERYTHING, Pause
from bot.pausing import by
from bot.policy.document import Policy


class Stopped(msgspec.Struct, frozen=True):
    """A pause as people read it: what is stopped, by whom (their name), why, since when, until when."""

    scope: str
    title: str
    by: str
    reason: str
    at: datetime
    until: datetime | None = None
    freeze: bool = False
    """Whether nothing of it can be approved, and no approval be spent."""

    @property
    def what(self) -> str:
        """``paused``, or ``paused and frozen``."""
        return "paused and frozen" if self.freeze else "paused"


def stopped(pause: Pause, policy: Policy, agents: Mapping[str, str] | None = None) -> Stopped:
    """A pause with the names of the policy; ``agents`` are agents' names by id, where they are known."""
    title, name = scope_title(pause.scope, policy, agents), by(pause, policy)
    return Stopped(pause.scope, title, plain(name), plain(pause.reason), pause.at, pause.until, pause.freeze)


def scope_title(scope: str, policy: Policy, agents: Mapping[str, str] | None = None) -> str:
    """``Everything``, ``Refund a customer``, ``Requests of Refunds`` or ``The agent support``."""
    if scope == EVERYTHING:
        return "Everything"
    kind, _, id_ = scope.partition(":")
    if kind == "action" and id_ in policy.actions:
        return plain(policy.actions[id_].title)
    if kind == "owner" and id_ in policy.owners:
        return f"Requests of {plain(policy.owners[id_].title)}"
    if kind == "agent":
        return f"The agent {plain((agents or {}).get(id_, id_))}"
    return plain(scope)
