"""Pacing: when to sweep next. Never more than a second asleep, whatever the clock on the wall does meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.errors import SignoffError
from bot.escalating.sweeping import Swept, carry_out_due
from bot.ports import Clock, Committed, Store
from bot.recording import deadlines_of
from bot.rostering import Roster

log = logging.getLogger("signoff.escalating")

SWEEP_SECONDS = 1.0
"""The longest pause between two sweeps."""
SECOND_SECONDS = 0.5
"""How long after a deadline a process looks that came second the last time, so that two rarely do the same work."""


class Pace:
    """Sweeps, and says how long to sleep until the next sweep. Any number of processes may do so on one database.

    Of several, the first to find something due goes on looking at once; the others look ``SECOND_SECONDS`` later, find
    it done, and take over when it isn't. Who drives it need not know what a deadline is.
    """

    def __init__(self, store: Store, clock: Clock, roster: Callable[[], Roster] | None = None) -> None:
        self.swept = Swept()
        """What the last sweep found."""
        self._store = store
        self._clock = clock
        self._roster = roster
        self._second = False
        self._asleep = False
        self._until: datetime | None = None
        self._heard: datetime | None = None
        self._wake: Callable[[], None] | None = None

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called when a commit of this process brings a deadline sooner than the one slept for.

        Deadlines that other processes bring they keep themselves, or a regular sweep finds them. Returns what ends it.
        """
        self._wake = wake
        return self._store.subscribe(self._listened)

    async def step(self) -> float:
        """Sweep; returns the seconds until the next one, at most ``SWEEP_SECONDS``.

        A sweep that fails is logged, and the next one makes up for it.
        """
        self.swept, self._until, self._asleep = Swept(), None, False
        try:
            self.swept = await carry_out_due(
                self._store, self._clock, self._roster, leave=SECOND_SECONDS if self._second else 0
            )
            return await self._pause()
        except SignoffError as error:
            log.warning("a sweep failed and will be made up for: %s", error)
        except Exception:
            log.exception("a sweep failed and will be made up for")
        return SWEEP_SECONDS

    def _listened(self, committed: Sequence[Committed] | None) -> None:
        for change in committed or ():
            if change.request is None:
                continue
            soonest = min(deadlines_of(change.request).values(), default=None)
            if soonest is not None and (self._heard is None or soonest < self._heard):
                self._heard = soonest
        if self._asleep and self._heard is not None and (self._until is None or self._heard < self._until):
            self._until = self._heard
            if self._wake is not None:
                self._wake()

    async def _pause(self) -> float:
        if self.swept.found:
            self._second = self.swept.beaten
        self._taken()
        due = await self._store.next_due()
        due = self._until = min(filter(None, (due, self._taken())), default=None)  # the second: committed meanwhile
        self._asleep = True
        if due is None:
            return SWEEP_SECONDS
        leave = SECOND_SECONDS if self._second else 0  # to the process that is first
        left = (due - self._clock.now()).total_seconds() + leave
        if left <= 0 and not self.swept.done:  # it can't be carried out, or somebody else is at it
            return SWEEP_SECONDS
        return min(SWEEP_SECONDS, max(left, 0))

    def _taken(self) -> datetime | None:
        """The soonest deadline heard of since this was last asked."""
        heard, self._heard = self._heard, None
        return heard
