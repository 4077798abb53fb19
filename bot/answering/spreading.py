"""Spreads: how values lie, kept as counts so that a hundred thousand of them take little room."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta


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


class Hours:
    """How much came in which hour; local times go in."""

    def __init__(self) -> None:
        self._each: Counter[datetime] = Counter()
        self._of_day: Counter[int] = Counter()

    def add(self, local: datetime) -> None:
        """Count one. An hour that a change of the clock repeats is two hours."""
        self._of_day[local.hour] += 1
        self._each[
            local.astimezone(UTC)
            - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        ] += 1

    @property
    def busiest(self) -> int:
        """The most that came within one hour of the clock."""
        return max(self._each.values(), default=0)

    @property
    def of_day(self) -> tuple[int, ...]:
        """How much came in each of the 24 hours of a day."""
        return tuple(self._of_day[hour] for hour in range(24))
