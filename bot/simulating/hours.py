"""Hours of the day as virtual time goes through them: what was so in each, on average and at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
HOURS_A_DAY = 24


class HourOfDay:
    """What was counted in one hour of the day, on all days together."""

    __slots__ = ("breaches", "busy_seconds", "held", "most_waiting", "reviews", "seconds", "waiting_seconds")

    def __init__(self) -> None:
        self.held = self.reviews = self.breaches = self.most_waiting = 0
        self.seconds = self.waiting_seconds = self.busy_seconds = 0.0


class Hours:
    """The levels of the queue and of busy people, summed over time by hour of the day in one zone.

    It is moved on with each event, before that changes a level; nothing is summed from ``end`` on.
    """

    def __init__(self, start: datetime, end: datetime, zone: ZoneInfo) -> None:
        self.of_day = [HourOfDay() for _ in range(HOURS_A_DAY)]
        self.peaks: list[int] = []
        """The longest queue of each hour since the start."""
        self.waiting = self.busy = 0
        self.number = 0
        """Hours since the start."""
        self.hour = 0
        """Of the day."""
        self.most_waiting = 0
        self.most_waiting_at: datetime | None = None
        self._zone = zone
        self._end = end
        self._at = start
        self._until = start
        self._enter(start)

    def move(self, now: datetime) -> None:
        """Let time pass until now."""
        while now >= self._until:
            self._sum(self._until)
            self.number += 1
            self._enter(self._until)
        self._sum(now)

    def queued(self, by: int) -> None:
        """Some more wait, or some fewer."""
        self.waiting += by
        hour = self.of_day[self.hour]
        hour.most_waiting = max(hour.most_waiting, self.waiting)
        self.peaks[-1] = max(self.peaks[-1], self.waiting)
        if self.waiting > self.most_waiting:
            self.most_waiting, self.most_waiting_at = self.waiting, self._at

    def begins(self, number: int) -> datetime:
        """When an hour began, by its number."""
        return self._at if number == self.number else self._until + (number - self.number - 1) * HOUR

    def _enter(self, at: datetime) -> None:
        local = at.astimezone(self._zone)
        self.hour = local.hour
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        self._until = at + HOUR - past
        self.peaks.append(self.waiting)
        hour = self.of_day[self.hour]
        hour.most_waiting = max(hour.most_waiting, self.waiting)

    def _sum(self, now: datetime) -> None:
        until = min(now, self._end)
        if until > self._at:
            seconds = (until - self._at).total_seconds()
            hour = self.of_day[self.hour]
            hour.seconds += seconds
            hour.waiting_seconds += seconds * self.waiting
            hour.busy_seconds += seconds * self.busy
        self._at = now
