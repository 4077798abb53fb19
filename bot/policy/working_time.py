"""The clock of working hours: how much working time lies between instants. Pure: it reads no clock.

An interval belongs to the day on which it opens: one from 22:00 to 06:00 is left out whole when that day is closed, and
reaches into the next day whatever that is. Intervals that touch or overlap are one. Between its two ends an interval
lasts as long as it does in reality, an hour more or less when clocks change.

An end is a time on the wall. One that the clocks skip means the moment at which they are put forward; one that they
show twice means the first time. That is: a team is open from when its clock has first reached the opening time until it
has first reached the closing time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

from bot.domain.hours import Hours
from bot.policy.holidays import public_holidays

HORIZON = timedelta(days=400)
"""How far ahead working time is looked for; what lies further is not reached."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_TICKS = 1_000_000
_BLOCK = 32 * 86_400 * _TICKS
"""Plans are made for 32 days at a time, counted from the epoch in ticks."""
_MOST_BLOCKS = 500
_Span = tuple[int, int]


class _Plan(msgspec.Struct, frozen=True):
    """When a team works within one block, in ticks since the epoch: sorted, apart from one another, cut at the ends."""

    opens: list[int]
    closes: list[int]
    before: list[int]
    """How much working time lies in the block before each interval."""
    total: int

    def worked(self, at: int) -> int:
        """The working time of the block up to ``at``."""
        number = bisect_right(self.opens, at) - 1
        return 0 if number < 0 else self.before[number] + min(at, self.closes[number]) - self.opens[number]


class WorkingTime:
    """The working time of one team. Instants are aware; answers are in UTC, exact to the microsecond."""

    def __init__(self, hours: Hours) -> None:
        self._hours = hours
        self._zone = ZoneInfo(hours.timezone)
        self._plans: dict[int, _Plan] = {}

    def after(self, start: datetime, seconds: int) -> datetime | None:
        """The first instant at which that many working seconds have passed; ``start`` itself for none.

        It never lies in closed time, but may be the very end of an interval. None when that much working time does not
        pass within ``HORIZON``.
        """
        if seconds <= 0:
            return start.astimezone(UTC)
        begun = _ticks(start)
        limit = begun + _length(HORIZON)
        number = begun // _BLOCK
        left = seconds * _TICKS + self._plan(number).worked(begun)
        while number * _BLOCK <= limit:
            plan = self._plan(number)
            if left <= plan.total:
                interval = bisect_left(plan.before, left) - 1
                reached = plan.opens[interval] + left - plan.before[interval]
                return _instant(reached) if reached <= limit else None
            left -= plan.total
            number += 1
        return None

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """The whole seconds of working time from ``start`` to ``end``; 0 when ``end`` is not later."""
        begun, ended = _ticks(start), _ticks(end)
        if ended <= begun:
            return 0
        first, last = begun // _BLOCK, ended // _BLOCK
        between = sum(self._plan(number).total for number in range(first, last))
        return (between + self._plan(last).worked(ended) - self._plan(first).worked(begun)) // _TICKS

    def next_opening(self, at: datetime) -> datetime | None:
        """The first instant from ``at`` on that is working time: ``at`` itself when it is; None past ``HORIZON``."""
        begun = _ticks(at)
        limit = begun + _length(HORIZON)
        number = begun // _BLOCK
        while number * _BLOCK <= limit:
            plan = self._plan(number)
            interval = bisect_right(plan.closes, begun)
            if interval < len(plan.opens):
                opening = max(begun, plan.opens[interval])
                return _instant(opening) if opening <= limit else None
            number += 1
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether it is working time: from the instant of opening on, no longer at that of closing."""
        ticks = _ticks(at)
        plan = self._plan(ticks // _BLOCK)
        interval = bisect_right(plan.opens, ticks) - 1
        return interval >= 0 and ticks < plan.closes[interval]

    def _plan(self, number: int) -> _Plan:
        plan = self._plans.get(number)
        if plan is None:
            if len(self._plans) >= _MOST_BLOCKS:
                self._plans.clear()
            plan = self._plans[number] = self._made(number * _BLOCK)
        return plan

    def _made(self, begins: int) -> _Plan:
        ends = begins + _BLOCK
        cut = ((max(opens, begins), min(closes, ends)) for opens, closes in self._spans(begins, ends))
        spans = _joined(sorted(span for span in cut if span[0] < span[1]))
        sums = [0, *accumulate(closes - opens for opens, closes in spans)]
        return _Plan([span[0] for span in spans], [span[1] for span in spans], sums[:-1], sums[-1])

    def _spans(self, begins: int, ends: int) -> Iterator[_Span]:
        """Every interval that may reach into the block: those of its local days, and of the days before and after."""
        day = _instant(begins).astimezone(self._zone).date() - timedelta(days=2)
        last = _instant(ends).astimezone(self._zone).date() + timedelta(days=1)
        while day <= last:
            if not self._closed(day):
                for opens, closes in self._hours.week[day.weekday()]:
                    yield _ticks(wall_instant(day, opens, self._zone)), _ticks(wall_instant(day, closes, self._zone))
            day += timedelta(days=1)

    def _closed(self, day: date) -> bool:
        hours = self._hours
        if day in hours.closed_on or (day.month, day.day) in hours.closed_yearly:
            return True
        return any(day in public_holidays(code, day.year) for code in hours.holidays)


@lru_cache(maxsize=256)
def working_time(hours: Hours) -> WorkingTime:
    """The clock of these hours, with the plans that it has made so far."""
    return WorkingTime(hours)


def _joined(spans: list[_Span]) -> list[_Span]:
    apart: list[_Span] = []
    for opens, closes in spans:
        if apart and opens <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(closes, apart[-1][1]))
        else:
            apart.append((opens, closes))
    return apart


def wall_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of the zone first reach so many minutes of the day."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # It is skipped: PEP 495 reads it by the offset of before the change, or of after it, and the change is between.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    changed = found.astimezone(zone).utcoffset()
    seconds = range(int((found - before).total_seconds()) + 1)
    first = bisect_left(
        seconds, 1, key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == changed
    )
    return before + timedelta(seconds=first)


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _length(span: timedelta) -> int:
    return span // _TICK


def _instant(ticks: int) -> datetime:
    return _EPOCH + timedelta(microseconds=ticks)
