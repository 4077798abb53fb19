"""Load: a number of clients, each with one operation at a time, and what each operation took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.figures import quantile

Operation = Callable[[], Awaitable[Any]]


@dataclass(slots=True)
class Load:
    """What came of it: the time of each operation and of all together, and what this process computed meanwhile."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Operations a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_millis(self) -> float:
        """What one operation made this process compute, in ms."""
        return self.cpu_seconds / len(self.latencies) * 1000

    def millis(self, share: float) -> float:
        """The latency that this share of the operations kept, in ms."""
        return quantile(self.latencies, share) * 1000


async def run(clients: int, operations: Iterable[Operation]) -> Load:
    """Carry out the operations, ``clients`` at a time; the first that fails ends it."""
    load = Load()
    waiting = iter(operations)
    cpu, start = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_client(waiting, load.latencies))
    load.seconds = time.perf_counter() - start
    load.cpu_seconds = time.process_time() - cpu
    return load


async def _client(waiting: Iterator[Operation], latencies: list[float]) -> None:
    for operation in waiting:
        start = time.perf_counter()
        await operation()
        latencies.append(time.perf_counter() - start)


def run_here(operations: Iterable[Callable[[], Any]]) -> Load:
    """Carry out plain calls one after the other."""
    load = Load()
    cpu, begin = time.process_time(), time.perf_counter()
    for operation in operations:
        start = time.perf_counter()
        operation()
        load.latencies.append(time.perf_counter() - start)
    load.seconds = time.perf_counter() - begin
    load.cpu_seconds = time.process_time() - cpu
    return load
