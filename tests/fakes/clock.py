"""What tells the fake servers the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time; a test hands in one that it moves."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


class MachineClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant."""
        return datetime.now(UTC)
