"""Three processes keep the time of one database while they are killed, stopped and started again, and the database too.

DEADLINES says how many there are (the default keeps the suite short), about 170 of them a second.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ports import Store
from store import schema
from store.opening import open_store
from tests.contract.flows import require_rebuilt
from tests.contract.test_store_outage import restart
from tests.rigs.deadlines import GAP, happened, lateness, open_all, plan
from tests.rigs.jumping_clock import JumpingClock
from tests.rigs.postgres import Server, start
from tests.rigs.sweepers import Sweepers

log = logging.getLogger(__name__)
COUNT = int(os.environ.get("DEADLINES", "1200"))
RATE = 170
"""Deadlines a second."""
MINUTES = timedelta(minutes=10)


@pytest.fixture
def own_server() -> Iterator[Server]:
    server = start()
    yield server
    server.stop()


@pytest.mark.serial
@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_each_comes_once_in_order_and_in_time(own_server: Server, tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", "24"))
    chance = random.Random(seed)
    url = own_server.url(own_server.create())
    await asyncio.to_thread(schema.upgrade, url)
    clock = JumpingClock(tmp_path / "clock")
    store = await open_store(url, clock, vault_key=None)
    seconds = COUNT / RATE
    begins = clock.now() + timedelta(minutes=5)
    jumps = sorted(chance.uniform(0.1, 0.9) * seconds for _ in range(max(2, int(seconds / 10))))
    planned = plan(COUNT, chance, lambda: _instant(chance, begins, seconds, jumps))
    await open_all(store, planned)
    sweepers = Sweepers(url, clock, tmp_path / "clock", chance)
    async with sweepers.running():
        clock.jump((begins - clock.now()).total_seconds())
        await asyncio.gather(_harm(sweepers, seconds, jumps, chance), _restart(own_server, sweepers, seconds / 2))
        sweepers.jump(GAP.total_seconds())
        await _nothing_left(store)
    late = lateness(planned, await happened(store), sweepers.waited)
    p99 = late[int(len(late) * 0.99)]
    log.info(
        "%d deadlines, %d kills, %d stops, %d suspensions, %d jumps: late by p50 %.3f s, p99 %.3f s, at most %.3f s",
        *(len(late), sweepers.kills, sweepers.stops, sweepers.suspensions, len(jumps)),
        *(late[len(late) // 2], p99, late[-1]),
    )
    assert sweepers.kills >= 1
    assert sweepers.stops >= 1
    assert p99 <= 2
    await require_rebuilt(store)
    await store.close()


def _instant(chance: random.Random, begins: datetime, seconds: float, jumps: list[float]) -> datetime:
    """When one is due: while the clock runs or, for a fifth of them, in the ten minutes of one of its jumps."""
    if chance.random() < 0.2:
        number = chance.randrange(len(jumps))
        return begins + timedelta(seconds=jumps[number]) + number * MINUTES + chance.random() * MINUTES
    at = chance.uniform(0, seconds)
    return begins + timedelta(seconds=at) + sum(at > jump for jump in jumps) * MINUTES


async def _harm(sweepers: Sweepers, seconds: float, jumps: list[float], chance: random.Random) -> None:
    loop = asyncio.get_running_loop()
    begun, left = loop.time(), list(jumps)
    while (at := loop.time() - begun) < seconds:
        if left and at >= left[0]:
            left.pop(0)
            if chance.random() < 0.5:
                sweepers.suspend(MINUTES.total_seconds())
            else:
                sweepers.stop_one_for(MINUTES.total_seconds())
        else:
            sweepers.harm_one()
        await asyncio.sleep(chance.uniform(0.2, 1.5))
    for _ in left:
        sweepers.jump(MINUTES.total_seconds())


async def _restart(server: Server, sweepers: Sweepers, after: float) -> None:
    """The database goes down without a goodbye, and comes back."""
    await asyncio.sleep(after)
    before = sweepers.clock.now()
    await asyncio.to_thread(restart, server)
    sweepers.skipped.append((before, sweepers.clock.now()))


async def _nothing_left(store: Store) -> None:
    async with asyncio.timeout(30):
        while True:
            due = await store.next_due()
            if due is None or due > datetime.now(UTC) + timedelta(days=1):
                return
            await asyncio.sleep(0.1)
