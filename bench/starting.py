"""Starting: how soon a server is ready with many requests pending, what it holds, and what it computes idle."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from bench.figures import at_most
from bench.frame import Bench, Samples
from bench.machine import cpu_seconds, memory_bytes
from bench.preload import preload
from bench.serving import seal_all, serving

CALM_SECONDS = 2


async def measure(bench: Bench) -> None:
    """A server started again and again on one database."""
    pending = bench.options.size(100_000, 10_000)
    for kind in bench.options.databases:
        samples = Samples()
        with bench.databases.fresh(kind) as url:
            await preload(url, pending=pending)
            await seal_all(url, bench.databases.folder)
            for _ in range(bench.options.size(3, 1)):
                await _start(bench, url, samples)
        add = partial(bench.report.add, f"starting on {kind}, {pending:,} pending")
        add("start to ready", "s", samples["seconds"], at_most(2))
        add("memory when ready", "MB", samples["megabytes"], at_most(250))
        add("memory when idle", "MB", samples["later"], at_most(250))
        add("idle", "% of a core", samples["idle"], at_most(0.5), "the whole server")


async def _start(bench: Bench, url: str, samples: Samples) -> None:
    async with serving(url, bench.databases.folder) as server:
        samples.add(seconds=server.seconds, megabytes=memory_bytes(server.pid) / 1e6)
        await asyncio.sleep(CALM_SECONDS)
        cpu, start = cpu_seconds(server.pid), time.perf_counter()
        await asyncio.sleep(bench.options.size(10, 3))
        idle = (cpu_seconds(server.pid) - cpu) / (time.perf_counter() - start) * 100
        samples.add(idle=idle, later=memory_bytes(server.pid) / 1e6)
