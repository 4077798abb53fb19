"""Whose turn it is: one message a channel at a time, cards before lines, and nobody while Slack asks to wait.

Slack takes about one message a second in a channel, and some calls a minute of each method in a workspace:
https://docs.slack.dev/apis/web-api/rate-limits. Nothing sleeps here. Who comes too early is told when to come back,
each another time, so that hundreds who wait don't all ask at once. It holds for one process; where several send,
Slack's own limit is the last word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import Busy
from bot.ports import Clock

GRACE = timedelta(seconds=10)
"""How long a place in the queue is kept for somebody who does not come at the time that they were told."""
METHOD_GAP = timedelta(seconds=1.2)
"""Between those who wait for a method: Slack's tier 3, fifty a minute."""


@dataclass
class _Queue:
    """Who waits, by posting, with the time at which each was told to come; the first came first."""

    told: dict[str, datetime] = field(default_factory=dict)

    def forget_absent(self, now: datetime) -> None:
        self.told = {id_: at for id_, at in self.told.items() if at + GRACE > now}

    def place(self, id_: str) -> int:
        """How many wait before this one."""
        return next((index for index, other in enumerate(self.told) if other == id_), len(self.told))


@dataclass
class _Channel:
    free: datetime
    """When the next message may go out."""
    cards: _Queue = field(default_factory=_Queue)
    lines: _Queue = field(default_factory=_Queue)


@dataclass
class _Method:
    until: datetime
    told: int = 0


class Pacing:
    """The turns of every channel and method. Pure but for the clock's time; ``seconds`` lie between two messages."""

    def __init__(self, clock: Clock, seconds: float = 1.0) -> None:
        self._clock = clock
        self._gap = timedelta(seconds=seconds)
        self._seen = clock.now()
        self._channels: dict[tuple[str, str], _Channel] = {}
        self._methods: dict[tuple[str, str], _Method] = {}

    def take_turn(self, team: str, channel: str, id_: str, *, line: bool = False) -> None:
        """Take the channel's next turn for a posting; ``line`` lets every card that waits go first.

        Raises:
            Busy: when it is not its turn; asked again at the time told, it has its turn unless cards came meanwhile.
        """
        now = self._now()
        state = self._channels.setdefault((team, channel), _Channel(now))
        state.cards.forget_absent(now)
        state.lines.forget_absent(now)
        queue = state.lines if line else state.cards
        cards_before = len(state.cards.told) if line else 0
        told = queue.told.get(id_)
        mine = queue.place(id_) == 0 or (told is not None and told <= now)
        if now >= state.free and mine and not cards_before:
            queue.told.pop(id_, None)
            state.free = now + self._gap
            return
        self._wait(state, queue, id_, now, cards_before)

    def answered(self, team: str, channel: str) -> None:
        """The message was answered: the time until the next counts from here, since Slack counts from its arrival."""
        state = self._channels.get((team, channel))
        if state is not None:
            state.free = max(state.free, self._now() + self._gap)

    def pause(self, team: str, channel: str, id_: str, seconds: float, *, line: bool = False) -> None:
        """Slack takes no message in this channel for so long; the posting that was told so goes first afterwards."""
        now = self._now()
        state = self._channels.setdefault((team, channel), _Channel(now))
        state.free = max(state.free, now + timedelta(seconds=seconds))
        queue = state.lines if line else state.cards
        queue.told = {id_: state.free} | {other: at for other, at in queue.told.items() if other != id_}

    def pause_method(self, team: str, method: str, seconds: float) -> None:
        """Slack takes no call of this method in this workspace for so long."""
        until = self._now() + timedelta(seconds=seconds)
        state = self._methods.get((team, method))
        if state is None or state.until < until:
            self._methods[team, method] = _Method(until)

    def check_method(self, team: str, method: str) -> None:
        """Pass while Slack takes calls of this method.

        Raises:
            Busy: while it does not; each who asks is told another time.
        """
        state = self._methods.get((team, method))
        if state is None:
            return
        now = self._now()
        if now >= state.until:
            del self._methods[team, method]
            return
        wait = state.until - now + state.told * METHOD_GAP
        state.told += 1
        raise Busy(f"Slack takes no {method} for a while", retry_after=wait.total_seconds())

    def waiting(self) -> Mapping[tuple[str, str], int]:
        """How many postings wait in each channel."""
        return {
            name: count
            for name, state in self._channels.items()
            if (count := len(state.cards.told) + len(state.lines.told))
        }

    def _now(self) -> datetime:
        """The clock's time. Where it was set back, so is every time that was told: waits are as long as they were."""
        now = self._clock.now()
        if (back := self._seen - now) > timedelta():
            for state in self._channels.values():
                state.free -= back
                for queue in (state.cards, state.lines):
                    queue.told = {id_: at - back for id_, at in queue.told.items()}
            for method in self._methods.values():
                method.until -= back
        self._seen = now
        return now

    def _wait(self, state: _Channel, queue: _Queue, id_: str, now: datetime, cards_before: int) -> None:
        place = queue.place(id_)
        at = max(state.free, now) + (place + cards_before) * self._gap
        wait = max(1, math.ceil((at - now) / timedelta(milliseconds=1))) / 1000  # never a moment too early
        queue.told[id_] = at
        raise Busy("It is not this message's turn in its channel", retry_after=wait)
