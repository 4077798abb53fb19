"""Timers: what has to be done again and again, driven by APScheduler. Deadlines are rows in the store and need none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ports import Clock

log = logging.getLogger("signoff.timers")

WATCH_SECONDS = 1.0
"""How often it is looked whether the clock on the wall went back."""


class Timers:
    """Runs each job every so many seconds, never twice at once; a job that fails is logged and runs again.

    APScheduler plans by the clock on the wall: set back by an hour, it would sleep for an hour more. A job that is
    further away than its interval therefore runs at once.
    """

    def __init__(self, clock: Clock, **jobs: tuple[float, Callable[[], Awaitable[object]]]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")
        self._every = {name: timedelta(seconds=seconds) for name, (seconds, _) in jobs.items()}
        self._watching: asyncio.TimerHandle | None = None
        for name, (seconds, job) in jobs.items():
            self._scheduler.add_job(
                _logged(name, job),
                "interval",
                seconds=seconds,
                id=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """Start; the running event loop carries the jobs."""
        self._scheduler.start()
        self._watch()

    def stop(self) -> None:
        """Start no further job; what runs is left to finish."""
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _watch(self) -> None:
        now = self._clock.now()
        for job in self._scheduler.get_jobs():
            if job.next_run_time - now > self._every[job.id] + timedelta(seconds=WATCH_SECONDS):
                job.modify(next_run_time=now)
        self._watching = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._watch)


def _logged(name: str, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await job()
        except Exception:  # a failing sweep must not end the sweeping: the next one tries again
            log.exception("the job %s failed and will run again", name)

    return run
