"""A clock on the wall that jumps an hour forwards and back, and a process that was stopped for ten minutes: everything
due happens once, in order, and late ones say so.
"""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports import Store
from store.opening import open_store
from tests.contract.flows import require_rebuilt
from tests.rigs.deadlines import Happened, Planned, happened, lateness, open_all, plan
from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.sweepers import Sweepers

HOUR, TEN_MINUTES = 3600.0, 600.0
JUMPS = (HOUR, -HOUR, TEN_MINUTES, -TEN_MINUTES, HOUR + TEN_MINUTES, -HOUR, HOUR, -HOUR, HOUR, HOUR)


@pytest.mark.serial
@pytest.mark.timeout(120)
@pytest.mark.parametrize("processes", [1, 2])
async def test_everything_due_happens_once(url: str, tmp_path: Path, processes: int) -> None:
    chance = random.Random(processes)
    clock = JumpingClock(tmp_path / "clock")
    store = await open_store(url, clock, vault_key=None)
    begins = clock.now() + timedelta(minutes=3)
    planned = plan(300, chance, lambda: begins + timedelta(seconds=chance.uniform(0, HOUR * 2)))
    await open_all(store, planned)
    sweepers = Sweepers(url, clock, tmp_path / "clock", chance)
    async with sweepers.running(processes):
        for number, jump in enumerate((180.0, *JUMPS)):
            if number % 2:
                sweepers.jump(jump)  # while they work
            else:
                sweepers.suspend(jump)  # while they are stopped
            await _caught_up(store, clock)
    found = await happened(store)
    _require_in_order(planned, found)
    lateness(planned, found, lambda due, at: 0)  # who waited for how long says nothing here
    assert max(said for one in found.values() for _, _, said in one.done) > TEN_MINUTES
    await require_rebuilt(store)
    await store.close()


async def _caught_up(store: Store, clock: JumpingClock) -> None:
    """Wait until nothing that is due is left: by the clock as it is now, however it was set."""
    async with asyncio.timeout(20):
        while await store.due(clock.now()):  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.05)


def _require_in_order(planned: list[Planned], found: dict[str, Happened]) -> None:
    for one in planned:
        times = [at for at, _, _ in found[one.id].done]
        assert times == sorted(times), "the record's time never goes back"
