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

MOST = 10_000
"""Conversations after which those that rest are forgotten."""

Windows = tuple[tuple[int, float], ...]


@dataclass
class _Line:
    """What went out in one conversation or organisation, and the times at which others were told to come."""

    windows: Windows
    sent: deque[datetime] = field(default_factory=deque)
    told: dict[str, datetime] = field(default_factory=dict)
    closed_until: datetime | None = None

    def free_at(self, now: datetime) -> datetime:
        """From when on one more may go out, were nobody told to come."""
        return self._keeping(self.closed_until or now, now, [])

    def next(self, now: datetime) -> datetime:
        """The time for somebody new, after everybody who was told one."""
        told = sorted(self.told.values())
        return self._keeping(max(self.closed_until or now, *told[-1:], now), now, told)

    def forget(self, now: datetime) -> None:
        """What is out of every window, and who did not come."""
        longest = timedelta(seconds=max(seconds for _, seconds in self.windows)) + SLACK
        while self.sent and self.sent[0] <= now - longest:
            self.sent.popleft()
        if any(at + GRACE < now for at in self.told.values()):
            self.told = {id_: at for id_, at in self.told.items() if at + GRACE >= now}

    def _keeping(self, at: datetime, now: datetime, told: list[datetime]) -> datetime:
        """The first time from ``at`` on that keeps every window."""
        at = max(at, now)
        for count, seconds in self.windows:
            if count <= len(told):
                before = told[-count]
            elif count - len(told) <= len(self.sent):
                before = self.sent[len(told) - count]
            else:
                continue
            at = max(at, before + timedelta(seconds=seconds) + SLACK)
        return at


class Pacing:
    """The turns of every conversation. ``enough`` replaces Teams' windows of a conversation."""

    def __init__(self, clock: Clock, enough: Windows = THREAD) -> None:
        self._clock = clock
        self._windows = enough
        self._threads: dict[tuple[str, str], _Line] = {}
        self._tenants: dict[str, _Line] = {}

    def ask_turn(self, tenant: str, thread: str, id_: str) -> None:
        """Whether ``id_`` may go out now: for whoever has work to do first, and would do it in vain.

        Raises:
            Busy: as ``take_turn``.
        """
        self._admit(tenant, thread, id_)

    def take_turn(self, tenant: str, thread: str, id_: str) -> None:
        """Take a turn in a conversation for whatever ``id_`` names.

        Raises:
            Busy: when it is not its turn yet. Asked again at the time told, it has its turn as a rule.
        """
        now, line, whole = self._admit(tenant, thread, id_)
        line.told.pop(id_, None)
        line.sent.append(now)
        whole.sent.append(now)

    def pause(self, tenant: str, thread: str, seconds: float) -> None:
        """Teams takes nothing in this conversation for so long."""
        now = self._clock.now()
        line, until = self._line(tenant, thread, now), now + timedelta(seconds=seconds)
        line.closed_until = max(line.closed_until or until, until)

    def waiting(self) -> Mapping[str, int]:
        """How many wait in each conversation."""
        return {thread: len(line.told) for (_, thread), line in self._threads.items() if line.told}

    def _admit(self, tenant: str, thread: str, id_: str) -> tuple[datetime, _Line, _Line]:
        """The present, and the lines of its conversation and organisation, where it may go out.

        Raises:
            Busy: where it may not; its time is kept for it.
        """
        now = self._clock.now()
        line, whole = self._line(tenant, thread, now), self._tenants.setdefault(tenant, _Line(TENANT))
        whole.forget(now)
        at = line.told.get(id_) or line.next(now)
        if at <= now:
            at = max(line.free_at(now), whole.free_at(now))
        if at <= now:
            return now, line, whole
        line.told[id_] = at
        wait = max(1, math.ceil((at - now) / timedelta(milliseconds=1))) / 1000  # never a moment too early
        raise Busy("It is not this message's turn in its conversation", retry_after=wait)

    def _line(self, tenant: str, thread: str, now: datetime) -> _Line:
        if len(self._threads) >= MOST:
            for line in self._threads.values():
                line.forget(now)
            self._threads = {key: line for key, line in self._threads.items() if line.sent or line.told}
        line = self._threads.setdefault((tenant, thread), _Line(self._windows))
        line.forget(now)
        return line
