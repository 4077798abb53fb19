"""The same sweeps driven by APScheduler, to be measured beside the loop that drives them (docs/adr/0011)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.escalating import SWEEP_SECONDS, Pace
from bot.ports import Clock, Committed, Store

WATCH_SECONDS = 0.5
"""How often it is looked whether the wall clock went back: APScheduler plans by it, and would sleep for as long."""


class Scheduled:
    """One job, once a second; the end of each run says when the next one is, and a commit may bring that forward."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._pace = Pace(store, clock)
        self._stop = store.subscribe(self._heard)
        self._running = False
        self._watching: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone=UTC)
        self._scheduler.add_listener(self._ran, EVENT_JOB_EXECUTED)
        self._job = self._scheduler.add_job(
            self._run,
            "interval",
            seconds=SWEEP_SECONDS,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )

    def start(self) -> None:
        """Start; the running event loop carries it."""
        self._scheduler.start()
        self._watch()

    def stop(self) -> None:
        """Sweep no more."""
        self._stop()
        if self._watching is not None:
            self._watching.cancel()
        self._scheduler.shutdown(wait=False)

    async def _run(self) -> float:
        self._running = True
        try:
            return await self._pace.step()
        except asyncio.CancelledError:  # stopped in the middle: nothing that the scheduler need print
            return SWEEP_SECONDS

    def _ran(self, event: JobExecutionEvent) -> None:
        self._running = False
        if self._scheduler.running:
            self._next(event.retval)

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        self._pace.heard(committed)
        if self._pace.woken.is_set() and not self._running:
            self._next(0)

    def _next(self, seconds: float) -> None:
        self._job.modify(next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))

    def _watch(self) -> None:
        left = self._job.next_run_time - datetime.now(UTC)
        if left.total_seconds() > SWEEP_SECONDS and not self._running:
            self._next(0)
        self._watching = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._watch)


async def keep_time_scheduled(store: Store, clock: Clock) -> None:
    """As ``bot.escalating.keep_time``, until cancelled."""
    scheduled = Scheduled(store, clock)
    scheduled.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduled.stop()
        await asyncio.sleep(0)  # what the scheduler stops, it stops in the loop's next turn
