"""Timers: what has to be done again and again, and the sweep that keeps the deadlines, driven by APScheduler.

Deadlines are rows in the store: there is one job for all of them, brought forward to the next (docs/adr/0012).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.escalating import SWEEP_SECONDS, Pace
from bot.policy.cron import Cron
from bot.ports import Clock, Store
from bot.rostering import Roster

log = logging.getLogger("signoff.timers")

WATCH_SECONDS = 0.5
"""How often it is looked, by a clock that never jumps, whether the clock on the wall has jumped."""
LONG_SECONDS = 60.0
"""How long a job may run before APScheduler warns, and warns again, that its next run was left out."""
_LONGEST_CHANGE = 3
"""Hours by which no clock of a place is set forward or back."""
STOP_SECONDS = 5.0
"""How long a job that is running may take to end once it is cancelled."""


class Timers:
    """Runs each job again and again, one run of it at a time; a run that fails is logged, and the next one comes.

    ``jobs`` run every so many seconds, counted from the end of a run, the first time after as many. APScheduler plans
    by the clock on the wall, which ``clock`` has to be. Whatever that does, no job sleeps for longer than it was to,
    give or take ``WATCH_SECONDS``, and what has come due by a jump runs as soon.
    """

    def __init__(self, clock: Clock, **jobs: tuple[float, Callable[[], Awaitable[object]]]) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(executors={"default": AsyncIOExecutor()}, timezone="UTC")
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._jobs: dict[str, _Job] = {}
        self._watching: asyncio.TimerHandle | None = None
        for name, (seconds, job) in jobs.items():
            self._add(name, _Job(seconds, _always(seconds, job)), seconds)

    def keep(self, name: str, longest: float, step: Callable[[], Awaitable[float]]) -> Callable[[], None]:
        """Run ``step`` at once, and then each time after as many seconds as it answers, ``longest`` at most.

        Returns what brings the next run forward to now; while ``step`` runs, another run follows at once.
        """
        self._add(name, _Job(longest, step), 0)
        return lambda: self._hurry(name)

    def start(self) -> None:
        """Start; the running event loop carries the jobs."""
        self._scheduler.start()
        self._watch()

    async def stop(self) -> None:
        """Start no further run, and cancel those that are under way; one that does not end is left and logged."""
        if self._watching is not None:
            self._watching.cancel()
        if not self._scheduler.running:
            return
        self._scheduler.pause()  # what is about to be started would be cancelled before it begins, and called an error
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # it shuts down in the loop's next turn
        running = {job.running: name for name, job in self._jobs.items() if job.running is not None}
        if not running:
            return
        _, hanging = await asyncio.wait(running, timeout=STOP_SECONDS)
        for task in hanging:
            log.error("the job %s was told to stop and goes on", running[task])

    def _add(self, name: str, job: _Job, seconds: float) -> None:
        self._jobs[name] = job
        job.plan(self._clock.now(), seconds)
        self._scheduler.add_job(
            self._run,
            _AfterLong(),
            (name,),
            id=name,
            name=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=job.due,
        )

    async def _run(self, name: str) -> float:
        job = self._jobs[name]
        job.running, job.hurried = asyncio.current_task(), False
        try:
            return await job.step()
        except asyncio.CancelledError:  # told to stop in the middle, which APScheduler would log as an error
            log.debug("the job %s was stopped", name)
        except Exception:  # a failing sweep must not end the sweeping: the next one tries again
            log.exception("the job %s failed and will run again", name)
        return job.longest

    def _ended(self, event: JobExecutionEvent) -> None:
        """Only now may it run again; what its own end asked for before would be left out as a second run."""
        job = self._jobs[event.job_id]
        job.running = None
        seconds = job.longest if event.retval is None else event.retval
        self._plan(event.job_id, 0 if job.hurried else seconds)

    def _plan(self, name: str, seconds: float) -> None:
        job = self._jobs[name]
        job.plan(self._clock.now(), seconds)
        if self._scheduler.running:
            self._scheduler.modify_job(name, next_run_time=job.due)

    def _hurry(self, name: str) -> None:
        job = self._jobs[name]
        if job.running is not None:
            job.hurried = True
        elif self._clock.now() < job.due:  # what is due was, or will be, started by itself
            self._plan(name, 0)

    def _watch(self) -> None:
        """By the monotonic clock: run what the clock on the wall has skipped, and what it would keep waiting."""
        now, loop = self._clock.now(), asyncio.get_running_loop()
        asleep = [(name, job) for name, job in self._jobs.items() if job.running is None]
        if any(now >= job.due for _, job in asleep):
            self._scheduler.wakeup()
        for name, job in asleep:
            if now < job.due and loop.time() > job.latest:
                self._plan(name, 0)
        self._watching = loop.call_later(WATCH_SECONDS, self._watch)


@dataclass(slots=True)
class _Job:
    """One job, when it is next, and whether it runs."""

    longest: float
    step: Callable[[], Awaitable[float]]
    """Answers in how many seconds to run again."""
    due: datetime = field(init=False)
    """By the clock on the wall."""
    latest: float = field(init=False)
    """The same by the loop's."""
    running: asyncio.Task[None] | None = None
    hurried: bool = False

    def plan(self, now: datetime, seconds: float) -> None:
        """It is next in so many seconds, ``longest`` at most."""
        seconds = min(seconds, self.longest)
        self.due = now + timedelta(seconds=seconds)
        self.latest = asyncio.get_running_loop().time() + seconds


class _AfterLong(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """When a job that has just been started is next, unless its end says so before.

    One instant, however far the clock on the wall has jumped: APScheduler's own interval counts every one in between.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002 - its shape
        return now + timedelta(seconds=LONG_SECONDS)

    def __str__(self) -> str:
        return "when it ends"


def _always(seconds: float, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[float]]:
    async def step() -> float:
        await job()
        return seconds

    return step


def keep_deadlines(
    timers: Timers, store: Store, clock: Clock, roster: Callable[[], Roster] | None = None
) -> Callable[[], None]:
    """Have what is due carried out as its time passes, and whatever is due looked for once a second at least.

    ``roster`` says who is there when a step's time comes. Returns what ends listening for sooner deadlines; the sweeps
    themselves start and stop with the timers.
    """
    pace = Pace(store, clock, roster)
    return pace.listen(timers.keep("deadlines", SWEEP_SECONDS, pace.step))


def next_by_cron(cron: Cron, zone: str, after: datetime) -> datetime | None:
    """The first instant after ``after`` (UTC) at which an expression comes on the clocks of a zone; None of none.

    Every time that the clocks show comes once a day: what they skip in spring comes when they have been set forward
    (2:30 is 3:30 then), what they show twice in autumn comes the first time.
    """
    trigger, place = _trigger(cron), ZoneInfo(zone)
    # What the clocks show, as if it were UTC: the trigger itself would come twice in autumn.
    shown = after.astimezone(place).replace(tzinfo=UTC) - timedelta(hours=_LONGEST_CHANGE)
    while (found := trigger.get_next_fire_time(None, shown)) is not None:
        instant: datetime = found.replace(tzinfo=place, fold=0).astimezone(UTC)
        if instant > after:
            return instant
        shown = found + timedelta(minutes=1)
    return None


@lru_cache(maxsize=256)
def _trigger(cron: Cron) -> CronTrigger:
    fields = (cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays)
    minute, hour, day, month, weekday = (",".join(map(str, values)) for values in fields)
    return CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone="UTC")
