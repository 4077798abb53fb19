"""What was asked of Slack lately, so that it is not asked again for every card and click."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.ports import Clock

K = TypeVar("K")
V = TypeVar("V")

HITS = timedelta(minutes=10)
MISSES = timedelta(minutes=1)
"""Shorter: somebody who was just added should not have to wait."""
MOST = 10_000


class Remembered(Generic[K, V]):
    """The newest answers by key, hits for ten minutes, empty answers for one; the oldest go first when it is full."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[K, tuple[V, datetime, datetime]] = OrderedDict()

    def get(self, key: K, *, at_most: timedelta | None = None) -> V | None:
        """The answer, or None when there is none or it is too old: older than ``at_most``, where that is given."""
        found, now = self._kept.get(key), self._clock.now()
        if found is None or now >= found[2] or (at_most is not None and now - found[1] >= at_most):
            return None
        return found[0]

    def keep(self, key: K, value: V, *, hit: bool) -> V:
        """Keep an answer, and return it."""
        now = self._clock.now()
        self._kept[key] = (value, now, now + (HITS if hit else MISSES))
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return value

    def forget(self, key: K) -> None:
        """Ask again next time."""
        self._kept.pop(key, None)
