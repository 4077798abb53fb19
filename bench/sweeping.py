"""Deadlines: with a hundred thousand requests pending, how late after their time a thousand of them expire.

Late is the time from a request's deadline until the commit that expired it was heard of, so that writing counts. With
three processes on one PostgreSQL the bench hears of others' commits by name alone: there it is the time in the record.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bench.databases import POSTGRES
from bench.figures import at_most, quantile
from bench.frame import Bench, LeftOut, Samples, settle
from bench.keeping import keep_time, keep_time_by_a_loop
from bench.load import run
from bench.preload import preload
from bench.sweeping_together import sweepers
from bench.workload import House, house
from bot.domain.requests import Request
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


class Seen:
    """Waits until another process has committed something of each of so many streams."""

    def __init__(self, streams: set[str]) -> None:
        self.all = asyncio.Event()
        self._left = streams

    def __call__(self, committed: Sequence[Committed] | None) -> None:
        """A listener of the store."""
        self._left -= {change.stream for change in committed or () if change.request is None}  # not what we opened
        if not self._left:
            self.all.set()


Keeping = Callable[[Any, Any], Coroutine[Any, Any, None]]
DRIVERS: dict[str, Keeping] = {"": keep_time, "loop_": keep_time_by_a_loop}
PROCESSES = 3
WARM = 100
"""How many expire in three processes before they are measured, as in servers that have run for a while."""


async def measure(bench: Bench) -> None:
    """Deadlines on each database."""
    pending, count = bench.options.size(100_000, 10_000), bench.options.size(1000, 300)
    for kind in bench.options.databases:
        samples = Samples()
        with bench.databases.fresh(kind) as url:
            await preload(url, pending=pending)
            async with house(url) as engine:
                numbers = iter(range(10**9))
                await _rounds(bench, engine, samples, numbers, count)
                if kind == POSTGRES:
                    await _rounds_together(bench, url, engine, samples, numbers, count)
        section = f"deadlines on {kind}, {pending:,} pending"
        _report(bench, section, samples, count)
        if kind == POSTGRES:
            _report_together(bench, section, samples, count)


async def _rounds(bench: Bench, engine: House, samples: Samples, numbers: Iterator[int], count: int) -> None:
    for _ in range(bench.options.size(3, 1)):
        for driver, keeping in DRIVERS.items():
            for name, spread in (("once", timedelta()), ("spread", SPREAD)):
                heard = await _expire(engine, numbers, count, spread, f"{bench.options.size(8, 6)}s", keeping)
                p50, p99 = (quantile(heard.late, share) for share in (0.5, 0.99))
                samples.add(**{f"{driver}{name}_p50": p50, f"{driver}{name}_p99": p99})
                samples.add(early=heard.early)
            samples.add(**{f"{driver}idle": await _idle(engine, keeping, bench.options.size(IDLE_SECONDS, 3))})


async def _idle(engine: House, keeping: Keeping, seconds: float) -> float:
    """Percent of a core."""
    task = asyncio.create_task(keeping(engine.store, engine.clock))
    await asyncio.sleep(1)
    settle()
    cpu, start = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    idle = (time.process_time() - cpu) / (time.perf_counter() - start) * 100
    await _cancel(task)
    return idle


async def _open(engine: House, numbers: Iterator[int], count: int, spread: timedelta, lasts: str) -> list[Request]:
    """Open requests whose deadlines are at one instant, or spread evenly; they last longer than that takes."""
    now = datetime.now(UTC)
    opened: list[Request] = []

    async def open_(number: int) -> None:
        opened.append(await engine.open(number, lasts))

    for part in range(100):
        engine.clock.stopped = now + part * spread / 100
        share = [next(numbers) for _ in range(count // 100)]
        await run(len(share), (partial(open_, number) for number in share))
    engine.clock.stopped = None
    return opened


async def _expire(
    engine: House, numbers: Iterator[int], count: int, spread: timedelta, lasts: str, keeping: Keeping
) -> Heard:
    """Have so many expire, in this process."""
    opened = await _open(engine, numbers, count, spread, lasts)
    heard = Heard(len(opened))
    stop = engine.store.subscribe(heard)
    settle()
    task = asyncio.create_task(keeping(engine.store, engine.clock))
    await asyncio.wait_for(heard.all.wait(), PATIENCE_SECONDS)
    await _cancel(task)
    stop()
    return heard


async def _rounds_together(
    bench: Bench, url: str, engine: House, samples: Samples, numbers: Iterator[int], count: int
) -> None:
    for _ in range(bench.options.size(3, 1)):
        for name, spread in (("once", timedelta()), ("spread", SPREAD)):
            async with sweepers(url, PROCESSES) as counted:
                await _expire_elsewhere(engine, numbers, WARM, timedelta(), "3s")
                late = await _expire_elsewhere(engine, numbers, count, spread, f"{bench.options.size(8, 6)}s")
            samples.add(**{f"three_{name}_p99": quantile(late, 0.99), f"three_{name}_done": counted["done"] - WARM})
            samples.add(**{f"three_{name}_vain": (counted["found"] - counted["done"]) / counted["done"] * 100})
            samples.add(**{f"three_{name}_looks": counted["looks"], f"three_{name}_empty": counted["empty"]})


async def _expire_elsewhere(
    engine: House, numbers: Iterator[int], count: int, spread: timedelta, lasts: str
) -> list[float]:
    """Have so many expire in other processes; returns how late each was, in milliseconds."""
    opened = await _open(engine, numbers, count, spread, lasts)
    seen = Seen({f"request:{request.id}" for request in opened})
    stop = engine.store.subscribe(seen)
    if opened[0].deadline_at <= datetime.now(UTC):
        raise LeftOut("opening took longer than the requests last: the machine is too busy")
    await asyncio.wait_for(seen.all.wait(), PATIENCE_SECONDS)
    stop()
    late = []
    for request in opened:
        now = await engine.store.request(request.id)
        assert now is not None
        assert now.decision is not None
        late.append((now.decision.at - now.deadline_at).total_seconds() * 1000)
    return late


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
    note = "the same sweeps, driven by a loop that only sleeps"
    add(f"plain loop: {count:,} due at once, p99", "ms", samples["loop_once_p99"], None, note)
    add(f"plain loop: {count:,} due over 5 s, p99", "ms", samples["loop_spread_p99"], None, note)
    add("plain loop: idle, nothing due", "% of a core", samples["loop_idle"], None, note)


def _report_together(bench: Bench, section: str, samples: Samples, count: int) -> None:
    add = partial(bench.report.add, section)
    for name, words, goal in (("once", "at once", at_most(250)), ("spread", "over 5 s", at_most(50))):
        three = f"three processes, {count:,} due {words}"
        add(f"{three}: after due, p99", "ms", samples[f"three_{name}_p99"], goal, "the time in the record")
        add(f"{three}: expiries", "", samples[f"three_{name}_done"])
        vain = samples[f"three_{name}_vain"]
        add(f"{three}: read and found done", "% of them", vain, None, "two processes at the same deadline")
        add(f"{three}: looks", "", samples[f"three_{name}_looks"])
        add(f"{three}: looks when nothing was due", "", samples[f"three_{name}_empty"])
