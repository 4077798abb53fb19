"""Deadlines: with a hundred thousand requests pending, how late after their time a thousand of them expire.

Late is the time from a request's deadline until the commit that expired it was heard of, so that writing counts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from bench.figures import at_most, quantile
from bench.frame import Bench, Samples, settle
from bench.load import run
from bench.preload import preload
from bench.workload import House, house
from bot.escalating import keep_time
from bot.ports import Committed

SPREAD = timedelta(seconds=5)
IDLE_SECONDS = 8
PATIENCE_SECONDS = 60


class Heard:
    """Listens for expiries."""

    def __init__(self, count: int) -> None:
        self.late: list[float] = []
        self.early = 0
        self.all = asyncio.Event()
        self._count = count

    def __call__(self, committed: Sequence[Committed] | None) -> None:
        """A listener of the store."""
        now = datetime.now(UTC)
        for change in committed or ():
            request = change.request
            if request is None or request.decision is None or request.status != "expired":
                continue
            self.late.append((now - request.deadline_at).total_seconds() * 1000)
            self.early += request.decision.at < request.deadline_at
        if len(self.late) >= self._count:
            self.all.set()


async def measure(bench: Bench) -> None:
    """Deadlines on each database."""
    pending, count = bench.options.size(100_000, 10_000), bench.options.size(1000, 300)
    for kind in bench.options.databases:
        samples = Samples()
        with bench.databases.fresh(kind) as url:
            await preload(url, pending=pending)
            async with house(url) as engine:
                await _rounds(bench, engine, samples, count)
        _report(bench, f"deadlines on {kind}, {pending:,} pending", samples, count)


async def _rounds(bench: Bench, engine: House, samples: Samples, count: int) -> None:
    numbers = iter(range(10**9))
    for _ in range(bench.options.size(2, 1)):
        for name, spread in (("once", timedelta()), ("spread", SPREAD)):
            heard = await _expire(engine, numbers, count, spread, f"{bench.options.size(5, 2)}s")
            samples.add(**{f"{name}_p50": quantile(heard.late, 0.5), f"{name}_p99": quantile(heard.late, 0.99)})
            samples.add(early=heard.early)
    keeping = asyncio.create_task(keep_time(engine.store, engine.clock))
    settle()
    for _ in range(bench.options.size(2, 1)):
        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.sleep(bench.options.size(IDLE_SECONDS, 3))
        samples.add(idle=(time.process_time() - cpu) / (time.perf_counter() - start) * 100)
    await _cancel(keeping)


async def _expire(engine: House, numbers: Iterator[int], count: int, spread: timedelta, lasts: str) -> Heard:
    """Open requests whose deadlines are at one instant, or spread evenly, and have them expire.

    They last longer than opening all of them takes.
    """
    now = datetime.now(UTC)
    for part in range(100):
        engine.clock.stopped = now + part * spread / 100
        share = [next(numbers) for _ in range(count // 100)]
        await run(len(share), (partial(engine.open, number, lasts) for number in share))
    engine.clock.stopped = None
    heard = Heard(count // 100 * 100)
    stop = engine.store.subscribe(heard)
    settle()
    keeping = asyncio.create_task(keep_time(engine.store, engine.clock))
    await asyncio.wait_for(heard.all.wait(), PATIENCE_SECONDS)
    await _cancel(keeping)
    stop()
    return heard


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _report(bench: Bench, section: str, samples: Samples, count: int) -> None:
    add = partial(bench.report.add, section)
    add(f"{count:,} due at once: after due, p50", "ms", samples["once_p50"])
    add(f"{count:,} due at once: after due, p99", "ms", samples["once_p99"], at_most(250))
    add(f"{count:,} due over 5 s: after due, p50", "ms", samples["spread_p50"])
    add(f"{count:,} due over 5 s: after due, p99", "ms", samples["spread_p99"], at_most(50))
    add("carried out early", "", samples["early"], at_most(0))
    add("idle, nothing due", "% of a core", samples["idle"], at_most(0.5), "this process, the sweep alone")
