"""Time as the fake server sees it, and the ids that Slack makes of it."""

from __future__ import annotations

import itertools

from tests.fakes.clock import Clock


class Minting:
    """Timestamps and ids; no two alike for the life of the server, timestamps ascending."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last = 0
        self._numbers = itertools.count(1)

    def ts(self) -> str:
        """A message's `ts`: seconds since 1970 with six places, later than any given before."""
        self._last = max(self._last + 1, int(self.clock.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def id(self, prefix: str) -> str:
        """An id such as `U0000000A7`."""
        return f"{prefix}{next(self._numbers):09X}"

    def short(self) -> str:
        """An id such as Slack gives to blocks and actions that have none."""
        return f"x{next(self._numbers):04x}"

    def number(self) -> int:
        """A number not given before."""
        return next(self._numbers)


def age_of(ts: str, clock: Clock) -> float:
    """Seconds since the message with this `ts` was posted."""
    return clock.now().timestamp() - float(ts)
