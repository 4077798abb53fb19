"""The engine beside its floors: open, decide and redeem with policy, caps, idempotency and events, and no HTTP.

A round measures the floors and the engine one right after the other, so that their ratio is of the same minute. The
same on a slower disk, with 2 ms added to every fsync.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial

from bench import slow_disk
from bench.databases import POSTGRES, SQLITE
from bench.figures import Goal, at_least, at_most, ratios
from bench.floors import Way, floor
from bench.frame import Bench, LeftOut, Samples, settle
from bench.load import Load, run
from bench.workload import House, house
from bot.domain.requests import Request

MANY = 64


async def measure(bench: Bench) -> None:
    """The engine on this machine's disk."""
    for kind in bench.options.databases:
        samples = Samples()
        for _ in bench.rounds:
            await _round(bench, kind, samples, slow=False)
        _report(bench, kind, samples, f"engine on {kind}", slow=False)


async def measure_slow(bench: Bench) -> None:
    """The engine on a slower disk."""
    if reason := slow_disk.reason_against():
        raise LeftOut(reason)
    for kind in bench.options.databases:
        samples = Samples()
        for _ in range(min(3, bench.options.rounds)):
            await _round(bench, kind, samples, slow=True)
        _report(bench, kind, samples, f"engine on {kind}, 2 ms added to every fsync", slow=True)


@contextmanager
def _disk(kind: str, *, slow: bool) -> Iterator[None]:
    """SQLite syncs in this process; a PostgreSQL server brings its slowness along."""
    with slow_disk.slow_here() if slow and kind == SQLITE else nullcontext():
        yield


async def _round(bench: Bench, kind: str, samples: Samples, *, slow: bool) -> None:
    size = bench.options.size
    few, many = (size(300, 100), size(600, 200)) if slow else (size(1000, 150), size(2000, 400))
    with _disk(kind, slow=slow):
        with bench.databases.fresh(kind, slow=slow) as url:
            await _floor_round(url, kind, samples, (few, many, bench.options.size(6400, 1920)))
        with bench.databases.fresh(kind, slow=slow) as url:
            async with house(url) as engine:
                await _engine_round(engine, samples, few, bench.options.size(3200, 960))


async def _floor_round(url: str, kind: str, samples: Samples, counts: tuple[int, int, int]) -> None:
    for name, clients, count, way in _floors(kind, *counts):
        settle()
        least = await floor(kind, url, count, clients, way)
        samples.add(**{f"open_{name}": least.opening.rate, f"decide_{name}": least.deciding.rate})


def _floors(kind: str, few: int, many: int, most: int) -> list[tuple[str, int, int, Way]]:
    """Name, clients, operations and way of each floor; one writer makes the first two the same on SQLite."""
    alone = [] if kind == SQLITE else [("raw1", 1, few, Way.ONE_COMMIT_EACH)]
    bulk = [] if kind == SQLITE else [("bulk", MANY, most, Way.ONE_STATEMENT_FOR_64)]
    return [
        *alone,
        ("raw", MANY, many, Way.ONE_COMMIT_EACH),
        ("batched", MANY, most, Way.ONE_COMMIT_FOR_64),
        *bulk,
    ]


async def _engine_round(engine: House, samples: Samples, few: int, many: int) -> None:
    numbers = iter(range(10**9))
    await lifecycle(engine, MANY, 256, numbers)  # what is prepared and cached once is not measured
    alone = await lifecycle(engine, 1, few, numbers)
    together = await lifecycle(engine, MANY, many, numbers)
    for what, one, all_ in zip(("open", "decide", "redeem"), alone, together, strict=True):
        samples.add(**{f"{what}_1": one.rate, f"{what}_p99_1": one.millis(0.99), f"{what}_64": all_.rate})
        samples.add(**{f"{what}_p50": all_.millis(0.5), f"{what}_p99": all_.millis(0.99)})
        samples.add(**{f"{what}_cpu": all_.cpu_millis})


async def lifecycle(engine: House, clients: int, count: int, numbers: Iterator[int]) -> tuple[Load, Load, Load]:
    """Open so many requests, then decide all of them, then redeem all of them."""
    requests: list[Request] = []

    async def open_(number: int) -> None:
        requests.append(await engine.open(number))

    settle()
    opening = await run(clients, (partial(open_, next(numbers)) for _ in range(count)))
    settle()
    deciding = await run(clients, (partial(engine.decide, request) for request in requests))
    settle()
    redeeming = await run(clients, (partial(engine.redeem, request) for request in requests))
    return opening, deciding, redeeming


def _report(bench: Bench, kind: str, samples: Samples, section: str, *, slow: bool) -> None:
    add = partial(bench.report.add, section)
    raw1 = "raw1" if kind == POSTGRES else "raw"
    for what in ("open", "decide"):
        if kind == POSTGRES:
            add(f"{what}, floor: one commit each, 1 client", "/s", samples[f"{what}_raw1"])
        add(f"{what}, floor: one commit each", "/s", samples[f"{what}_raw"], note="64 clients")
        add(f"{what}, floor: 64 in one commit", "/s", samples[f"{what}_batched"])
        if kind == POSTGRES:
            add(f"{what}, floor: 64 in one statement", "/s", samples[f"{what}_bulk"], note="for comparison, no goal")
    for what in ("open", "decide", "redeem"):
        add(f"{what}, 1 client", "/s", samples[f"{what}_1"])
        add(f"{what}, 64 clients", "/s", samples[f"{what}_64"])
        add(f"{what}, 64 clients, p50", "ms", samples[f"{what}_p50"])
        add(f"{what}, 64 clients, p99", "ms", samples[f"{what}_p99"], None if slow else at_most(30))
        add(f"{what}, 64 clients, CPU an operation", "ms", samples[f"{what}_cpu"])
    for what in ("open", "decide"):
        ours, ours1 = samples[f"{what}_64"], samples[f"{what}_1"]
        goal = at_least(8) if slow and kind == SQLITE else at_least(1.5)
        batched: Goal | None = None if slow else at_least(0.2)
        add(f"{what}, 1 client ÷ one commit each", "x", ratios(ours1, samples[f"{what}_{raw1}"]), at_least(0.4))
        add(f"{what}, 64 clients ÷ one commit each", "x", ratios(ours, samples[f"{what}_raw"]), goal)
        add(f"{what}, 64 clients ÷ 64 in one commit", "x", ratios(ours, samples[f"{what}_batched"]), batched)
