"""Pauses: automation that was stopped, and for what."""

from __future__ import annotations

from datetime import datetime

import msgspec

EVERYTHING = "everything"
PAUSES = "pauses"
"""The ledger that every pause and its end stand in."""


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Since ``at``, and until it is resumed or ``until`` comes, nothing in its scope runs unless it is held already.

    With ``freeze`` nothing that is held can be approved either, and no approval be spent.
    """

    scope: str
    """``everything``, ``action:<id>``, ``agent:<id>`` or ``owner:<id>``."""
    by: str
    """The id of the person who stopped it, an operator's login name, or the policy's version."""
    reason: str
    at: datetime
    until: datetime | None = None
    freeze: bool = False
    alarm: str | None = None
    """The alarm of the policy that stopped it, ``<owner>/<name>``; None where somebody did."""

    def covers(self, *, action_type: str, agent_id: str, owner: str, now: datetime) -> bool:
        """Whether it stops a request of this action type, agent and owner at ``now``."""
        scopes = {EVERYTHING, f"action:{action_type}", f"agent:{agent_id}", f"owner:{owner}"}
        return self.scope in scopes and self.stands(now)

    def stands(self, now: datetime) -> bool:
        """Whether its end, if it has one, is still to come."""
        return self.until is None or now < self.until


def with_pause(standing: tuple[Pause, ...], new: Pause) -> tuple[Pause, ...]:
    """With one more, which takes the place of an older one of the same scope; what is over by then is left out."""
    return (*(one for one in standing if one.scope != new.scope and one.stands(new.at)), new)


def without(standing: tuple[Pause, ...], scope: str) -> tuple[Pause, ...]:
    """Without what stopped this scope."""
    return tuple(one for one in standing if one.scope != scope)
