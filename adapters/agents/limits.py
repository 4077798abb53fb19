"""How much an agent may send: sizes of what is sent, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from bot.errors import Busy

MAX_TOOL = 200
"""Characters of a tool's or server's name."""
MAX_REASONING = 20_000
"""Characters of the agent's reasoning."""
MAX_CONTEXT_BYTES = 64 * 1024
"""Bytes of ``context`` as JSON."""
MAX_KEY = 255
"""Characters of an Idempotency-Key."""
MAX_NAME = 100
"""Characters of an instance's name."""
MAX_NOTE = 4000
"""Characters of an outcome's note or an answer."""
MAX_WAIT_SECONDS = 30
"""The longest that one poll is held; a longer wish is cut to this."""
MAX_STREAMS = 64
"""Streams of events that one agent may keep open in one process; each costs a little at every commit."""
MAX_PAGE = 200
"""Requests or instances on one page."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What can be set."""

    max_body_bytes: int = 256 * 1024
    rate_per_minute: int = 1200
    """Calls of one agent, on average."""
    rate_burst: int = 200
    """Calls of one agent at once, before the average counts."""
    registrations_per_minute: int = 60
    """Changes of instances by one agent's provisioners, on average; each may send a challenge to a webhook."""
    registrations_burst: int = 30


class Rates:
    """A token bucket for each name: ``burst`` calls at once, ``per_minute`` on average."""

    def __init__(self, per_minute: int, burst: int, now: Callable[[], float] = monotonic) -> None:
        self._refill = per_minute / 60
        self._burst = float(burst)
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Count one call.

        Raises:
            Busy: when it is one too many; nothing is counted then.
        """
        now = self._now()
        left, at = self._buckets.get(name, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._refill)
        if left < 1:
            raise Busy("too many calls", retry_after=(1 - left) / self._refill)
        self._buckets[name] = (left - 1, now)
