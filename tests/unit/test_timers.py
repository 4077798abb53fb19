"""What is done again and again goes on whatever the clock does, one run at a time, and ends when told to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from apscheduler.schedulers import base

from adapters import timers
from adapters.clock import SystemClock
from adapters.timers import Timers, keep_deadlines
from tests.rigs.house import new_house
from tests.rigs.its_clock import wall

HOUR = timedelta(hours=1)
YEARS = timedelta(days=50 * 365)
JUMPS = (-HOUR, HOUR, YEARS, -YEARS / 2)


class Clock:
    """The machine's clock as everybody reads it, APScheduler too; a test may set it."""

    def __init__(self) -> None:
        self.set_by = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.set_by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(base, "datetime", wall(made))
    monkeypatch.setattr(timers, "WATCH_SECONDS", 0.05)
    return made


@asynccontextmanager
async def started(working: Timers) -> AsyncIterator[None]:
    working.start()
    try:
        async with asyncio.timeout(5):
            yield
    finally:
        await working.stop()


class Runs:
    """A job that counts its runs, and how many there were at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.count = self.under_way = self.most = 0
        self.ran = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def __call__(self) -> float:
        self.count += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.ran.set()
        try:
            await self.goes_on.wait()
        finally:
            self.under_way -= 1
        return self.seconds

    async def runs(self, more: int = 1) -> None:
        for _ in range(more):
            self.ran.clear()
            await self.ran.wait()


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_clock_that_is_set_leaves_no_hour_without_a_seal(clock: Clock, jump: timedelta) -> None:
    seal = Runs(0)
    async with started(Timers(clock, seal=(0.05, seal))):
        await seal.runs()
        clock.set_by = jump
        await seal.runs(5)


async def asleep(working: Timers, name: str) -> None:
    """Wait until the run that is under way has ended and the next one is planned."""
    job = working._jobs[name]
    while job.running is not None or job.latest < asyncio.get_running_loop().time() + 1:  # noqa: ASYNC110 - no event says so
        await asyncio.sleep(0)


@pytest.mark.parametrize("jump", [HOUR, YEARS])
async def test_what_a_jump_has_made_due_runs_at_once(clock: Clock, jump: timedelta) -> None:
    step = Runs(1800)
    working = Timers(clock)
    working.keep("sweep", 1800, step)
    async with started(working):
        await step.runs()
        await asleep(working, "sweep")
        clock.set_by = jump
        await step.runs()


async def test_a_deadline_that_a_jump_brings_is_carried_out_at_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.timers.SWEEP_SECONDS", 600)
    monkeypatch.setattr("bot.escalating.pacing.SWEEP_SECONDS", 600)
    house = await new_house()
    house.clock.at = clock.now()
    request = await house.held(within="1h")
    expired = asyncio.Event()
    working = Timers(clock)
    stop = keep_deadlines(working, house.store, clock)
    async with started(working):
        await asleep(working, "deadlines")
        house.store.subscribe(lambda _: expired.set())
        clock.set_by = timedelta(hours=2)
        house.clock.at = clock.now()
        await expired.wait()
    stop()
    now = await house.store.request(request.id)
    assert now is not None
    assert not now.pending


async def test_what_is_hurried_comes_at_once_and_never_twice_at_a_time(clock: Clock) -> None:
    step = Runs(600)
    working = Timers(clock)
    hurry = working.keep("sweep", 600, step)
    async with started(working):
        await step.runs()
        await asleep(working, "sweep")
        step.goes_on.clear()
        hurry()
        hurry()
        await step.runs()
        assert step.count == 2
        hurry()  # while it runs: once more when it is done
        hurry()
        clock.set_by = HOUR
        working._watch()
        step.goes_on.set()
        await step.runs()
    assert (step.count, step.most) == (3, 1)


async def test_a_step_says_when_it_comes_next_and_not_later_than_it_may(clock: Clock) -> None:
    step = Runs(0.01)
    working = Timers(clock)
    working.keep("sweep", 0.02, step)
    async with started(working):
        await step.runs(3)
        step.seconds = 600
        await step.runs(3)


async def test_a_run_that_fails_is_logged_and_the_next_one_comes(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    runs = Runs(0)

    async def fails() -> None:
        await runs()
        raise OSError("the disk is full")

    async with started(Timers(clock, seal=(0.01, fails))):
        await runs.runs(3)
    assert {record.message for record in caplog.records} >= {"the job seal failed and will run again"}


async def test_what_runs_is_told_to_stop_and_no_error_of_it_is_logged(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    step = Runs(600)
    step.goes_on.clear()
    working = Timers(clock)
    hurry = working.keep("sweep", 600, step)
    async with started(working):
        await step.runs()
    assert step.under_way == 0
    hurry()
    await asyncio.sleep(0)
    assert step.count == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_job_that_does_not_stop_holds_up_nobody(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(timers, "STOP_SECONDS", 0.01)
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def deaf() -> float:
        begun.set()
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue
        ended.set()
        return 1.0

    working = Timers(clock)
    working.keep("sweep", 600, deaf)
    async with started(working):
        await begun.wait()
    assert "the job sweep was told to stop and goes on" in caplog.text
    may_end.set()
    await ended.wait()


async def test_stopping_what_never_started_is_nothing(clock: Clock) -> None:
    await Timers(clock, seal=(1.0, Runs(0))).stop()
