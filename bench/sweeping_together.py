"""Several processes that keep the time of one database. ``python -m bench.sweeping_together URL`` is one of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from bench.frame import settle
from bench.keeping import keep_time
from bench.processes import ROOT, Failed
from bench.workload import VAULT_KEY, BenchClock
from bot.ports import Committed
from store.opening import open_store

KEYS = ("looks", "empty", "found", "done")


@asynccontextmanager
async def sweepers(url: str, count: int) -> AsyncIterator[dict[str, int]]:
    """So many processes that keep time meanwhile.

    Afterwards the answer says how often they looked, how often nothing was due, how many deadlines they found past, and
    how many of these they carried out.
    """
    counted = dict.fromkeys(KEYS, 0)
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.sweeping_together", url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in range(count)
    ]
    try:
        for process in started:
            await _line(process)
        yield counted
    finally:
        for process in started:
            said, _ = await process.communicate(b"\n")
            for key, value in json.loads(said or b"{}").items():
                counted[key] += value


async def _line(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    if not await process.stdout.readline():
        raise Failed(f"a process ended with {await process.wait()}")


async def _one_of_them(url: str) -> None:
    clock = BenchClock()
    store = await open_store(url, clock, vault_key=VAULT_KEY, migrate=False)
    counted = dict.fromkeys(KEYS, 0)
    due = store.due

    async def counting(now: datetime, *, limit: int = 500) -> Any:  # noqa: ANN401 - whatever the store says
        found = await due(now, limit=limit)
        counted["looks"] += 1
        counted["empty"] += not found
        counted["found"] += len(found)
        return found

    def heard(committed: Sequence[Committed] | None) -> None:
        counted["done"] += sum(change.request is not None for change in committed or ())

    store.due = counting  # type: ignore[method-assign]  # to see how often it is asked
    store.subscribe(heard)
    keeping = asyncio.create_task(keep_time(store, clock))
    settle()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    keeping.cancel()
    await asyncio.wait([keeping])
    await store.close()
    print(json.dumps(counted), flush=True)


if __name__ == "__main__":
    asyncio.run(_one_of_them(sys.argv[1]))
