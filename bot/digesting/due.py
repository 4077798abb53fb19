"""What is noted when a digest is due, and what it says of coming late."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from bot.domain.events import Noted
from bot.policy.digests import SUMMARY

LATE_SECONDS = 600
"""From so late on a digest says that it is late."""


class Due(msgspec.Struct, frozen=True):
    """A digest that is to be sent: the fact ``digest.due``."""

    owner: str
    digest: str
    """Its name, empty for a summary that somebody sends by hand."""
    due_at: datetime
    period: str
    places: dict[str, tuple[str, ...]]
    """By surface."""
    schedule: str = ""
    """The cron expression and the time zone that it came by."""
    timezone: str = "UTC"
    kind: str = SUMMARY
    """As ``Digest.kind`` of the policy."""
    missed: int = 0
    """How many before it did not come, since no process ran."""
    late_seconds: int = 0


def due_of(event: Noted) -> Due:
    """Read the fact.

    Raises:
        msgspec.ValidationError: when it is another.
    """
    return msgspec.convert(event.facts, Due)


def apology(due: Due) -> str | None:
    """That it comes late, and what never came; None of one that comes in time."""
    if due.late_seconds < LATE_SECONDS and not due.missed:
        return None
    at = due.due_at.astimezone(ZoneInfo(due.timezone) if due.timezone else UTC)
    said = f"This was due on {at.day} {at:%b} {at.year} at {at:%H:%M} and comes late: Signoff was not running."
    if due.missed:
        before = "One before it was" if due.missed == 1 else f"{due.missed:,} before it were"
        said += f" {before} missed and will not come."
    return said
