"""Several sweeping processes on one database, that are killed, stopped and started again at random."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.launching import Process, launch

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
Span = tuple[datetime, datetime]


class Sweepers:
    """Three processes, of which one at least always works; what was done to them is counted."""

    def __init__(self, url: str, clock: JumpingClock, clock_file: Path, chance: random.Random) -> None:
        self.clock = clock
        self.kills = self.stops = self.suspensions = 0
        self.skipped: list[Span] = []
        """Times that the clock on the wall never showed while anybody could have swept: jumps and outages."""
        self._words = (url, str(clock_file))
        self._folder = clock_file.parent
        self._numbers = itertools.count()
        self._chance = chance
        self._working: list[Process] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, count: int = 3) -> AsyncIterator[Sweepers]:
        """Start them; end those that are left, by their ids."""
        try:
            await asyncio.gather(*(self._start() for _ in range(count)))
            yield self
            await asyncio.gather(*self._tasks)
        finally:
            for process in self._working:
                process.kill()
                await asyncio.to_thread(process.wait)

    def harm_one(self) -> None:
        """Kill one and start another, or stop one for a while; not the last that works."""
        if len(self._working) > 1:
            self._begin(self._kill() if self._chance.random() < 0.5 else self._stop(self._chance.uniform(0.3, 2.0)))

    def stop_one_for(self, seconds: float) -> None:
        """Stop one while the clock on the wall goes on by so many seconds; the others see it jump."""
        if len(self._working) > 1:
            self._begin(self._stop(0.6, seconds))
        else:
            self.jump(seconds)

    def suspend(self, seconds: float) -> None:
        """As a machine that sleeps: nobody works, and the clock has gone on when they wake."""
        self.suspensions += 1
        for process in self._working:
            process.send_signal(signal.SIGSTOP)
        self.jump(seconds)
        for process in self._working:
            process.send_signal(signal.SIGCONT)

    def jump(self, seconds: float) -> None:
        """Have the clock jump."""
        before = self.clock.now()
        self.clock.jump(seconds)
        if seconds > 0:
            self.skipped.append((before, self.clock.now()))

    def waited(self, start: datetime, end: datetime) -> float:
        """The seconds between two instants in which somebody could have swept."""
        seconds = 0.0
        for begins, ends in sorted(self.skipped):
            if begins > start:
                seconds += max(0.0, (min(begins, end) - start).total_seconds())
            start = max(start, ends)
        return seconds + max(0.0, (end - start).total_seconds())

    def _begin(self, harm: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(harm)
        self._tasks.add(task)

    async def _start(self) -> None:
        self._working.append(await asyncio.to_thread(self._started))

    def _started(self) -> Process:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with (self._folder / f"sweeper-{next(self._numbers)}.log").open("w+b") as said:
            process = launch(
                "tests.rigs.sweeper", *self._words,
                folder=ROOT, environment=environment, out=said.fileno(), err=said.fileno(),
            )  # fmt: skip
            ends = time.monotonic() + START_SECONDS
            while not os.pread(said.fileno(), 6, 0).endswith(b"\n") and time.monotonic() < ends:
                time.sleep(0.01)
            said.seek(0)
            first = said.readline()
        assert first == b"ready\n", first
        return process

    def _taken(self) -> Process:
        return self._working.pop(self._chance.randrange(len(self._working)))

    async def _kill(self) -> None:
        self.kills += 1
        process = self._taken()
        process.kill()
        await asyncio.to_thread(process.wait)
        await asyncio.sleep(self._chance.uniform(0, 0.5))
        await self._start()

    async def _stop(self, seconds: float, jump: float = 0) -> None:
        self.stops += 1
        process = self._taken()
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds / 2)
        if jump:
            self.jump(jump)
        await asyncio.sleep(seconds / 2)
        process.send_signal(signal.SIGCONT)
        self._working.append(process)
