"""The machine's clock, which nothing else reads."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """What time it is."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC)
