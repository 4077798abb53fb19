"""Spreads: how values lie, kept as counts so that a hundred thousand of them take little room."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta


class Spread:
    """Lengths of time in whole seconds, and their percentiles by nearest rank."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self.count = 0

    def add(self, length: timedelta) -> None:
        """Count one length; below zero (clocks of two machines) counts as nothing."""
        self._seconds[max(0, length // timedelta(seconds=1))] += 1
        self.count += 1

    def percentile(self, percent: int) -> int | None:
        """The smallest value that at least ``percent`` of 100 values do not exceed; None of no values."""
        rank = -(-self.count * percent // 100)
        for seconds, times in sorted(self._seconds.items()):
            rank -= times
            if rank <= 0:
                return seconds
        return None
