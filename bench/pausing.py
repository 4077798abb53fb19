"""Pausing: how many requests a second arrive while a pause commits. That none is let through after it is required."""

from __future__ import annotations

from functools import partial

from bench.databases import POSTGRES
from bench.figures import at_least, at_most
from bench.frame import Bench, Samples, settle
from bench.workload import VAULT_KEY
from bot.ports import Store
from store.opening import open_store
from tests.rigs.rush import RealClock, around_the_pause, rushed


async def measure(bench: Bench) -> None:
    """A pause amid a rush, on each database; on PostgreSQL also with two stores as two processes have them."""
    for kind in bench.options.databases:
        samples = Samples()
        for _ in bench.rounds:
            await _round(bench, kind, samples, "", 1)
            if kind == POSTGRES:
                await _round(bench, kind, samples, "two_", 2)
        _report(bench, kind, samples)


async def _round(bench: Bench, kind: str, samples: Samples, name: str, count: int) -> None:
    with bench.databases.fresh(kind) as url:
        stores: list[Store] = [await open_store(url, RealClock(), vault_key=VAULT_KEY) for _ in range(count)]
        try:
            settle()
            rush = await rushed(stores)
            before, after = around_the_pause(await rush.records())
        finally:
            for store in stores:
                await store.close()
    passed = after["allowed"] + after["approved"] + after["spent"] + len(rush.too_late)
    assert passed == 0, after
    assert min(before.values()) > 0, before
    samples.add(**{f"{name}rate": rush.rate, f"{name}passed": passed})


def _report(bench: Bench, kind: str, samples: Samples) -> None:
    add = partial(bench.report.add, f"pausing on {kind}")
    note = "opened, within half a second before and after the commit"
    add("arrivals around the pause's commit", "/s", samples["rate"], at_least(1000), note)
    add("let through after it", "", samples["passed"], at_most(0), "allowed, approved or spent")
    add("two stores: arrivals around the pause's commit", "/s", samples["two_rate"], None, note)
    add("two stores: let through after it", "", samples["two_passed"], at_most(0))
