"""Spreads: how values lie, kept as counts so that a hundred thousand of them take little room."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

_SECOND = timedelta(seconds=1)


class Spread(msgspec.Struct):
    """Lengths of time in whole seconds, and their percentiles by nearest rank."""

    seconds: dict[int, int] = {}
    """How often each came."""
    count: int = 0

    def add(self, length: timedelta) -> None:
        """Count one length; below zero (clocks of two machines) counts as nothing."""
        whole = max(0, length // _SECOND)
        self.seconds[whole] = self.seconds.get(whole, 0) + 1
        self.count += 1

    def percentile(self, percent: int) -> int | None:
        """The smallest value that at least ``percent`` of 100 values do not exceed; None of no values."""
        rank = -(-self.count * percent // 100)
        for seconds, times in sorted(self.seconds.items()):
            rank -= times
            if rank <= 0:
                return seconds
        return None


class Hours(msgspec.Struct):
    """How much came in which hour; local times go in."""

    each: dict[int, int] = {}
    """By the second since 1970 at which the hour began."""
    by_day: dict[int, int] = {}

    def add(self, local: datetime) -> None:
        """Count one. An hour that a change of the clock repeats is two hours."""
        self.by_day[local.hour] = self.by_day.get(local.hour, 0) + 1
        began = int(local.timestamp()) - 60 * local.minute - local.second
        self.each[began] = self.each.get(began, 0) + 1

    @property
    def busiest(self) -> int:
        """The most that came within one hour of the clock."""
        return max(self.each.values(), default=0)

    @property
    def of_day(self) -> tuple[int, ...]:
        """How much came in each of the 24 hours of a day."""
        return tuple(self.by_day.get(hour, 0) for hour in range(24))
