"""Lateness: from when on it is said of what time alone does that it came late."""

from __future__ import annotations

from datetime import datetime

LATE_SECONDS = 5
"""From how many seconds after its time on anything that time alone does says that it was late."""


def seconds_late(due_at: datetime, now: datetime) -> int:
    """How many whole seconds after its time something happens that happens now: 0 where that is not worth saying."""
    seconds = int((now - due_at).total_seconds())
    return seconds if seconds >= LATE_SECONDS else 0
