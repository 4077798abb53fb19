"""Pacing: when to sweep next. Never more than a second asleep, whatever the clock on the wall does meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
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
GLANCE_SECONDS = 0.5
"""How often a sleeper looks at the clock on the wall alone: it may have jumped, or the machine may have slept."""


class Pace:
    """Sweeps, and says how long to sleep until the next sweep. Any number of processes may do so on one database.

    Of several, the first to find something due goes on looking at once; the others look ``SECOND_SECONDS`` later, find
    it done, and take over when it isn't. ``woken`` is set when a commit of this process brings a deadline that is
    sooner than the one slept for; those of other processes they keep themselves, or a regular sweep finds them.
    """

    def __init__(self, store: Store, clock: Clock, roster: Callable[[], Roster] | None = None) -> None:
        self.woken = asyncio.Event()
        self.swept = Swept()
        """What the last sweep found."""
        self._store = store
        self._clock = clock
        self._roster = roster
        self._second = False
        self._until: datetime | None = None
        self._heard: datetime | None = None

    @property
    def missed(self) -> bool:
        """Whether the deadline slept for has passed for longer than anybody was to sleep: the clock has jumped."""
        return (
            self._until is not None and (self._clock.now() - self._until).total_seconds() > self._leave + GLANCE_SECONDS
        )

    async def step(self) -> float:
        """Sweep; returns the seconds until the next one, at most ``SWEEP_SECONDS``.

        A sweep that fails is logged, and the next one makes up for it.
        """
        self.woken.clear()
        self.swept, self._until = Swept(), None
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

    def heard(self, committed: Sequence[Committed] | None) -> None:
        """A listener of the store."""
        for change in committed or ():
            if change.request is None:
                continue
            soonest = min(deadlines_of(change.request).values(), default=None)
            if soonest is not None and (self._heard is None or soonest < self._heard):
                self._heard = soonest
        if self._heard is not None and self._until is not None and self._heard < self._until:
            self.woken.set()

    async def _pause(self) -> float:
        if self.swept.found:
            self._second = self.swept.beaten
        self._taken()
        due = await self._store.next_due()
        due = self._until = min(filter(None, (due, self._taken())), default=None)  # the second: committed meanwhile
        if due is None:
            return SWEEP_SECONDS
        left = (due - self._clock.now()).total_seconds() + self._leave
        if left <= 0 and not self.swept.done:  # it can't be carried out, or somebody else is at it
            return SWEEP_SECONDS
        return min(SWEEP_SECONDS, max(left, 0))

    @property
    def _leave(self) -> float:
        """For how many seconds what is due is left to the process that is first."""
        return SECOND_SECONDS if self._second else 0

    def _taken(self) -> datetime | None:
        """The soonest deadline heard of since this was last asked."""
        heard, self._heard = self._heard, None
        return heard


async def keep_time(
    store: Store,
    clock: Clock,
    roster: Callable[[], Roster] | None = None,
    *,
    sleep: Callable[[float], Awaitable[object]] | None = None,
) -> None:
    """Sweep as soon as the next deadline passes, and at least every ``SWEEP_SECONDS``, until cancelled.

    ``roster`` says who is there when a step's time comes; ``sleep`` replaces waiting, seconds given.
    """
    pace = Pace(store, clock, roster)
    stop = store.subscribe(pace.heard)
    try:
        while True:
            seconds = await pace.step()
            await (sleep(seconds) if sleep is not None else _slept(pace, seconds))
    finally:
        stop()


async def _slept(pace: Pace, seconds: float) -> None:
    """Wait so long by a clock that never jumps, or until woken, or until the clock on the wall has jumped."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    waited = pace.missed  # what is due already and can't be carried out wakes nobody
    timer: asyncio.TimerHandle | None = None

    def glance() -> None:
        nonlocal timer
        if loop.time() >= ends or (pace.missed and not waited):
            pace.woken.set()
        else:
            timer = loop.call_later(min(GLANCE_SECONDS, ends - loop.time()), glance)

    glance()
    try:
        await pace.woken.wait()
    finally:
        if timer is not None:
            timer.cancel()
