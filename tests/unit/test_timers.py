"""What is done again and again goes on whatever the clock on the wall does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base

from adapters import timers
from adapters.clock import SystemClock
from adapters.timers import Timers

HOUR = timedelta(hours=1)


class WallClock(datetime):
    """The machine's clock as APScheduler reads it, which a test may set."""

    set_by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # APScheduler needs no more of it
        return SystemClock().now().astimezone(tz) + cls.set_by


class ItsClock:
    def now(self) -> datetime:
        return SystemClock().now() + WallClock.set_by


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_a_clock_that_is_set_leaves_no_hour_without_a_seal(
    monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    monkeypatch.setattr(base, "datetime", WallClock)
    monkeypatch.setattr(timers, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(WallClock, "set_by", timedelta())
    done = asyncio.Event()

    async def seal() -> None:
        done.set()

    working = Timers(ItsClock(), seal=(0.05, seal))
    working.start()
    try:
        async with asyncio.timeout(10):
            await done.wait()
            WallClock.set_by = jump
            for _ in range(5):
                done.clear()
                await done.wait()
    finally:
        working.stop()
        await asyncio.sleep(0)
