"""Whose turn it is: so many messages of a conversation in so many seconds, first come, first served.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit. Nothing sleeps here: who comes too
early is given a time of their own and told when it is. It holds for one process; where several send, Teams' own limit
is the last word.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import Busy
from bot.ports import Clock

THREAD = ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0))
"""So many messages of one conversation in so many seconds; posts, replies and changes count together."""
TENANT = ((50, 1.0),)
"""The same of everything in one organisation."""
GRACE = timedelta(seconds=10)
"""How long a time is kept for somebody who does not come at it."""
SLACK = timedelta(milliseconds=50)
"""Added to every window, since Teams counts from a message's arrival, and one may overtake another."""

Windows = tuple[tuple[int, float], ...]


@dataclass
class _Line:
    """The times given in one conversation or organisation, those to come included, in order."""

    windows: Windows
    times: deque[datetime] = field(default_factory=deque)
    closed_until: datetime | None = None

    def earliest(self, now: datetime) -> datetime:
        """The next time that keeps every window."""
        at = max(now, self.closed_until or now, self.times[-1] if self.times else now)
        for count, seconds in self.windows:
            if len(self.times) >= count:
                at = max(at, self.times[-count] + timedelta(seconds=seconds) + SLACK)
        return at

    def forget(self, now: datetime) -> None:
        longest = timedelta(seconds=max(seconds for _, seconds in self.windows)) + SLACK
        while self.times and self.times[0] <= now - longest:
            self.times.popleft()


class Pacing:
    """The turns of every conversation. ``enough`` replaces Teams' windows of a conversation."""

    def __init__(self, clock: Clock, enough: Windows = THREAD) -> None:
        self._clock = clock
        self._windows = enough
        self._threads: dict[tuple[str, str], _Line] = {}
        self._tenants: dict[str, _Line] = {}
        self._given: dict[tuple[str, str, str], datetime] = {}

    def take_turn(self, tenant: str, thread: str, id_: str) -> None:
        """Take a turn in a conversation for whatever ``id_`` names.

        Raises:
            Busy: when it is not its turn yet. Asked again at the time told, it has its turn.
        """
        now, key = self._clock.now(), (tenant, thread, id_)
        lines = self._lines(tenant, thread)
        self._forget(now, lines)
        given = self._given.get(key)
        if given is not None and given <= now and not any(_closed(line, now) for line in lines):
            del self._given[key]
            return
        if given is None or given <= now:
            given = max(line.earliest(now) for line in lines)
            for line in lines:
                line.times.append(given)
            if given <= now:
                self._given.pop(key, None)
                return
            self._given[key] = given
        wait = max(1, math.ceil((given - now) / timedelta(milliseconds=1))) / 1000  # never a moment too early
        raise Busy("It is not this message's turn in its conversation", retry_after=wait)

    def pause(self, tenant: str, thread: str, seconds: float) -> None:
        """Teams takes nothing in this conversation for so long."""
        line = self._lines(tenant, thread)[0]
        until = self._clock.now() + timedelta(seconds=seconds)
        line.closed_until = max(line.closed_until or until, until)

    def waiting(self) -> Mapping[str, int]:
        """How many wait in each conversation."""
        found: dict[str, int] = {}
        for _, thread, _ in self._given:
            found[thread] = found.get(thread, 0) + 1
        return found

    def _lines(self, tenant: str, thread: str) -> tuple[_Line, _Line]:
        of_thread = self._threads.setdefault((tenant, thread), _Line(self._windows))
        return of_thread, self._tenants.setdefault(tenant, _Line(TENANT))

    def _forget(self, now: datetime, lines: tuple[_Line, _Line]) -> None:
        for line in lines:
            line.forget(now)
        if len(self._threads) > _MOST:
            self._threads = {key: line for key, line in self._threads.items() if line.times or _closed(line, now)}
        if self._given and next(iter(self._given.values())) + GRACE < now:
            self._given = {key: at for key, at in self._given.items() if at + GRACE >= now}


_MOST = 10_000
"""Conversations after which those that rest are forgotten."""


def _closed(line: _Line, now: datetime) -> bool:
    return line.closed_until is not None and line.closed_until > now
