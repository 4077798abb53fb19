"""Keeping time as a server does, driven by APScheduler, and by a plain loop beside it (docs/adr/0012)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from adapters.timers import Timers, keep_deadlines
from bot.escalating import Pace
from bot.ports import Clock, Store


async def keep_time(store: Store, clock: Clock) -> None:
    """The product's own driver, until cancelled."""
    timers = Timers(clock)
    stop = keep_deadlines(timers, store, clock)
    timers.start()
    try:
        await asyncio.Event().wait()
    finally:
        stop()
        await timers.stop()


async def keep_time_by_a_loop(store: Store, clock: Clock) -> None:
    """The same sweeps, by a loop that does nothing but sleep in between; it doesn't look for jumps of the clock."""
    pace, woken = Pace(store, clock), asyncio.Event()
    stop = pace.listen(woken.set)
    try:
        while True:
            woken.clear()
            seconds = await pace.step()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await woken.wait()
    finally:
        stop()
