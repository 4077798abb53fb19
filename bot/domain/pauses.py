"""Pauses: automation that was stopped, and for what."""

from __future__ import annotations

from datetime import datetime

import msgspec

EVERYTHING = "everything"


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Since ``at``, and until it is resumed or ``until`` comes, nothing in its scope runs unless it is held already."""

    scope: str
    """``everything``, ``action:<id>``, ``agent:<id>`` or ``owner:<id>``."""
    by: str
    """The id of the person who stopped it."""
    reason: str
    at: datetime
    until: datetime | None = None

    def covers(self, *, action_type: str, agent_id: str, owner: str, now: datetime) -> bool:
        """Whether it stops a request of this action type, agent and owner at ``now``."""
        scopes = {EVERYTHING, f"action:{action_type}", f"agent:{agent_id}", f"owner:{owner}"}
        return self.scope in scopes and (self.until is None or now < self.until)
