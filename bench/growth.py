"""Growth: opening and deciding with many requests pending, and with many stored, beside an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack

from bench.databases import Databases
from bench.engine import MANY, lifecycle
from bench.figures import at_least, ratios
from bench.frame import Bench, Samples
from bench.preload import preload
from bench.workload import House, house

EVENTS_EACH = 4
"""A stored request was opened, approved, redeemed and reported."""


async def measure(bench: Bench) -> None:
    """Growth on each database, one after the other: a stored million takes disk."""
    pending = bench.options.size(100_000, 10_000)
    stored = bench.options.stored
    for kind in bench.options.databases:
        samples = Samples()
        async with AsyncExitStack() as houses:
            with ExitStack() as places:
                sizes = {"empty": {}, "pending": {"pending": pending}, "stored": {"decided": stored}}
                engines = {
                    name: await _filled(bench.databases, kind, size, places, houses) for name, size in sizes.items()
                }
                await _rounds(bench, engines, samples)
                await houses.aclose()
        _report(bench, f"growth on {kind}", samples, {"pending": f"{pending:,} pending", "stored": _stored(stored)})


def _stored(count: int) -> str:
    return f"{count:,} stored ({count * EVENTS_EACH:,} events)"


async def _filled(
    databases: Databases, kind: str, size: dict[str, int], places: ExitStack, houses: AsyncExitStack
) -> House:
    url = places.enter_context(databases.fresh(kind))
    await preload(url, **size)
    return await houses.enter_async_context(house(url))


async def _rounds(bench: Bench, engines: dict[str, House], samples: Samples) -> None:
    numbers: Iterator[int] = iter(range(10**9))
    count = bench.options.size(2048, 960)
    for engine in engines.values():
        await lifecycle(engine, MANY, 256, numbers)
    for round_ in bench.rounds:
        order = list(engines.items())
        for name, engine in order if round_ % 2 else reversed(order):  # so that a busy minute spoils each alike
            opening, deciding, _ = await lifecycle(engine, MANY, count, numbers)
            samples.add(**{f"open_{name}": opening.rate, f"decide_{name}": deciding.rate})


def _report(bench: Bench, section: str, samples: Samples, names: dict[str, str]) -> None:
    for what in ("open", "decide"):
        empty = samples[f"{what}_empty"]
        bench.report.add(section, f"{what}, empty", "/s", empty)
        for name, said in names.items():
            theirs = samples[f"{what}_{name}"]
            bench.report.add(section, f"{what}, {said}", "/s", theirs)
            bench.report.add(section, f"{what}, {said} ÷ empty", "x", ratios(theirs, empty), at_least(0.9))
