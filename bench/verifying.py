"""Verifying: how many events a second one core checks, chains, tree and checkpoints together."""

from __future__ import annotations

import time
from functools import partial

from adapters.signing import derive_keys
from bench.engine import MANY, lifecycle
from bench.figures import at_least
from bench.frame import Bench, Samples, settle
from bench.workload import VAULT_KEY, House, house
from bot.proving.keys import Keyring
from bot.proving.record import verify
from bot.sealing import seal_once

EVENTS_EACH = 3


async def measure(bench: Bench) -> None:
    """The whole record, sealed, on each database."""
    count = bench.options.size(10_000, 2_000)
    for kind in bench.options.databases:
        samples = Samples()
        with bench.databases.fresh(kind) as url:
            async with house(url) as engine:
                await lifecycle(engine, MANY, count, iter(range(10**9)))
                events = await _seal(engine, samples)
                for _ in bench.rounds:
                    await _verify(engine, samples, events)
        add = partial(bench.report.add, f"the record on {kind}, {events:,} events")
        add("seal", "events/s", samples["seal"])
        add("verify", "events/s", samples["verify"])
        add("verify, for each second computed", "events/s", samples["verify_core"], at_least(100_000))


async def _seal(engine: House, samples: Samples) -> int:
    signer = derive_keys(VAULT_KEY).signer
    start = time.perf_counter()
    size = 0
    while checkpoint := await seal_once(engine.store.seals, signer, engine.clock):
        size = checkpoint.size
    samples.add(seal=size / (time.perf_counter() - start))
    return size


async def _verify(engine: House, samples: Samples, events: int) -> None:
    settle()
    keys = Keyring([derive_keys(VAULT_KEY).public_key])
    cpu, start = time.process_time(), time.perf_counter()
    report = await verify(engine.store, keys, rows=False)
    took, computed = time.perf_counter() - start, time.process_time() - cpu
    assert not report.findings, report.findings
    assert report.events == events, report
    samples.add(verify=events / took, verify_core=events / computed)
