"""Timers: what has to be done again and again, driven by APScheduler. Deadlines are rows in the store and need none."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("signoff.timers")


class Timers:
    """Runs each job every so many seconds, never twice at once; a job that fails is logged and runs again."""

    def __init__(self, **jobs: tuple[float, Callable[[], Awaitable[object]]]) -> None:
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")
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

    def stop(self) -> None:
        """Start no further job; what runs is left to finish."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _logged(name: str, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await job()
        except Exception:  # a failing sweep must not end the sweeping: the next one tries again
            log.exception("the job %s failed and will run again", name)

    return run
