"""A process that does nothing but keep time, as a server does: ``python -m tests.rigs.sweeper DATABASE CLOCK``, CLOCK
being the file of a ``JumpingClock``, which APScheduler goes by too. It says ``ready`` once it sweeps.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.timers import Timers, keep_deadlines
from bot.errors import Unavailable
from bot.ports import Clock, Store
from store.opening import open_store
from tests.rigs.its_clock import give_it
from tests.rigs.jumping_clock import JumpingClock


async def main(url: str, clock: Clock) -> None:
    give_it(clock)
    store = await opened(url, clock)
    timers = Timers(clock)
    keep_deadlines(timers, store, clock)
    timers.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def opened(url: str, clock: Clock) -> Store:
    """The store, however often it takes: a database that is being restarted comes back."""
    while True:
        try:
            return await open_store(url, clock, vault_key=None, migrate=False)
        except Unavailable:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], JumpingClock(Path(sys.argv[2]))))
