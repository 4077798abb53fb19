"""What one process does for itself to be measured: ``python -m bench.child verify|export URL [words]``.

It prints one line of JSON: how long it took, how much it computed, and the most memory it held.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from adapters.clock import SystemClock
from adapters.signing import derive_keys
from bench.workload import VAULT_KEY
from bot.ports import Store
from bot.proving.exports import Span, export
from bot.proving.keys import Keyring
from bot.proving.selecting import selection
from bot.proving.selections import export_selected
from bot.proving.together import verify_together
from store.opening import open_store

KEYS = derive_keys(VAULT_KEY)


async def main(what: str, url: str, *words: str) -> int:
    """Do it; how many events it was done with."""
    store = await open_store(url, SystemClock(), vault_key=None, migrate=False)
    try:
        return await _verify(store, url, *words) if what == "verify" else await _export(store, *words)
    finally:
        await store.close()


async def _verify(store: Store, url: str, workers: str) -> int:
    if workers == "1" and sys.platform == "linux":  # how much one core verifies
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    opener = partial(open_store, url, SystemClock(), vault_key=None, migrate=False)
    keys = Keyring([KEYS.public_key])
    report = await verify_together(store, keys, opener, int(workers), rows=False)
    assert report.ok, report.findings[:5]
    return report.events


async def _export(store: Store, format_: str, out: str) -> int:
    now = datetime.now(UTC)
    if format_ == "whole":
        with Path(out).open("wb") as file:  # noqa: ASYNC230 - as the command does, which does nothing else
            return (await export(store, KEYS.public_key, now, file)).events
    wanted = selection(("refunds",) if format_ == "jsonl" else (), None, Span())
    made = await export_selected(store, KEYS.signer, now, Path(out), format_, wanted, Span())
    return made.rows


def _most_memory() -> float:
    """In MB, of this process since it began; what getrusage says is at least what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _computed() -> float:
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


if __name__ == "__main__":
    computed, start = _computed(), time.perf_counter()
    events = asyncio.run(main(*sys.argv[1:]))
    took = time.perf_counter() - start
    print(json.dumps({"events": events, "took": took, "computed": _computed() - computed, "memory": _most_memory()}))
