"""Verifying and exporting: how many events a second, and how much memory, with a long record and with shorter ones.

Each is done in a process of its own, as the commands are, so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from adapters.signing import derive_keys
from bench.figures import at_least, at_most, ratios
from bench.frame import Bench, Samples, settle
from bench.past import fill
from bench.pasts import filled
from bench.workload import VAULT_KEY, BenchClock
from bot.sealing import PIECE, seal_once
from store.opening import open_store

WORKERS = 2
PARTS = ("csv", "parquet", "jsonl")
"""The whole record as a sheet and as Parquet; the requests of one owner as lines: each event with its path, so that a
long record takes long and much disk."""
EXPORTS = {"tiny": PARTS, "short": ("whole", *PARTS), "long": ("whole",)}
"""What is exported of which record; of each the two longest are compared."""
Figures = dict[str, float]


async def measure(bench: Bench) -> None:
    """A record of the stored requests on each database, one of a tenth and one of a hundredth of them."""
    for kind in bench.options.databases:
        samples = {name: Samples() for name in EXPORTS}
        events: dict[str, int] = {}
        async with filled(bench, kind, bench.options.stored) as past:
            events["long"] = await _measure(bench, past.url, "long", samples["long"])
            for name, part in (("short", 10), ("tiny", 100)):
                with bench.databases.fresh(kind) as url:
                    await fill(url, max(1, past.requests // part))
                    events[name] = await _measure(bench, url, name, samples[name])
        _report(bench, kind, samples, events)


async def _measure(bench: Bench, url: str, name: str, samples: Samples) -> int:
    """Seal what isn't yet, verify and export it; its events."""
    events = await _seal(url, samples)
    await _verify(bench, url, samples, events)
    with tempfile.TemporaryDirectory() as folder:
        for format_ in EXPORTS[name]:
            await _export(url, format_, Path(folder) / "out", samples)
    return events


async def _seal(url: str, samples: Samples) -> int:
    signer, clock = derive_keys(VAULT_KEY).signer, BenchClock()
    store = await open_store(url, clock, vault_key=VAULT_KEY)
    last = await store.seals.last()
    before = size = last.size if last is not None else 0
    start = time.perf_counter()
    while checkpoint := await seal_once(store.seals, signer, clock, limit=PIECE):
        size = checkpoint.size
    if not before:  # a past that is kept was sealed earlier
        samples.add(seal=size / (time.perf_counter() - start))
    await store.close()
    return size


async def _verify(bench: Bench, url: str, samples: Samples, events: int) -> None:
    settle()
    for _ in range(min(5, bench.options.rounds)):
        alone, several = [await _child("verify", url, str(workers)) for workers in (1, WORKERS)]
        assert alone["events"] == several["events"] == events, (alone, several, events)
        samples.add(verify=events / alone["took"], verify_core=events / alone["computed"], memory=alone["memory"])
        samples.add(several=events / several["took"], several_core=events / several["computed"])


async def _export(url: str, format_: str, out: Path, samples: Samples) -> None:
    made = await _child("export", url, format_, str(out))
    samples.add(**{f"{format_}_rate": made["events"] / made["took"], f"{format_}_memory": made["memory"]})
    await asyncio.to_thread(out.unlink)


async def _child(*words: str) -> Figures:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.child", *words, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, words
    figures: Figures = json.loads(out)
    return figures


def _report(bench: Bench, kind: str, samples: dict[str, Samples], events: dict[str, int]) -> None:
    long, short = samples["long"], samples["short"]
    add = partial(bench.report.add, f"the record on {kind}, {events['long']:,} events")
    if long["seal"]:
        add("seal", "events/s", long["seal"])
    add("verify, one process", "events/s", long["verify"])
    add("verify, one process, for each second computed", "events/s", long["verify_core"], at_least(100_000))
    add("verify, one process, memory", "MB", long["memory"], note=f"{short['memory'][0]:.0f} with a tenth")
    add(f"verify, {WORKERS} processes", "events/s", long["several"])
    add(f"verify, {WORKERS} processes, for each second computed", "events/s", long["several_core"])
    for format_ in ("whole", *PARTS):
        more, less = (long, short) if format_ == "whole" else (short, samples["tiny"])
        of = "" if format_ == "whole" else " of a tenth"
        add(f"export{of}, {format_}", "events/s", more[f"{format_}_rate"])
        add(f"export{of}, {format_}, memory", "MB", more[f"{format_}_memory"])
        grown = ratios(more[f"{format_}_memory"], less[f"{format_}_memory"])
        add(f"export{of}, {format_}, memory ÷ with ten times less", "x", grown, at_most(1.3))
