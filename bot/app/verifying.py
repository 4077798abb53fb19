"""Verifying in a process of its own: ``python -m bot.app.verifying`` reads where the record is, and says how it goes.

It goes through every event and holds the interpreter while it does; none of that is the server's.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from functools import partial

import msgspec

from adapters.clock import SystemClock
from bot.errors import Unavailable
from bot.ports import Store
from bot.proving.findings import Report
from bot.proving.keys import Keyring, PublicKey, read_public_key
from bot.proving.together import verify_together
from bot.proving.verifying import Step, Verify
from store.address import address
from store.opening import open_store

LONG = 200_000
"""Events from which on several processes are faster than one."""
MOST_ROWS = 1_000_000
"""Events up to which every row is compared as well: that holds all of them in memory."""
_LINE = 64 * 1024 * 1024
"""Bytes of a report at most."""
_NICE = 10


class _Asked(msgspec.Struct):
    database: str
    key: str


class _Said(msgspec.Struct, omit_defaults=True):
    more: int = 0
    total: int = 0
    report: Report | None = None


def verifier(store: Store, database: str, key: PublicKey) -> Verify:
    """What verifies the record of a database; what is in this process's memory alone is verified in it."""
    if address(database).kind == "memory":
        return partial(_here, store, key)
    return partial(_beside, database, key)


async def _here(store: Store, key: PublicKey, step: Step) -> Report:
    total = await store.recorded()

    async def again() -> Store:
        return store

    return await verify_together(store, Keyring([key]), again, 1, progress=lambda more: step(more, total))


async def _beside(database: str, key: PublicKey, step: Step) -> Report:
    """Raises Unavailable when the process ends without a report."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "bot.app.verifying",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LINE,
    )
    report = None
    try:
        if process.stdin is None or process.stdout is None:
            raise Unavailable("the process that verifies has no pipes")
        process.stdin.write(msgspec.json.encode(_Asked(database, key.line)))
        process.stdin.close()
        async for line in process.stdout:
            said = msgspec.json.decode(line, type=_Said)
            report = said.report or report
            if said.report is None:
                step(said.more, said.total)
        await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    if report is None:
        raise Unavailable("the process that verifies ended before its work did")
    return report


async def _main() -> None:
    this = asyncio.current_task()
    if this is not None:  # told to stop, it ends its own processes first
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=_Asked)
    opener = partial(open_store, asked.database, SystemClock(), vault_key=None, migrate=False)
    store = await opener()
    try:
        total = await store.recorded()
        workers = (os.cpu_count() or 1) if total >= LONG else 1
        report = await verify_together(
            store,
            Keyring([read_public_key(asked.key)]),
            opener,
            workers,
            rows=total <= MOST_ROWS,
            progress=lambda more: _say(_Said(more, total)),
        )
        _say(_Said(report=report))
    finally:
        await store.close()


def _say(said: _Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    os.nice(_NICE)
    with suppress(asyncio.CancelledError):
        asyncio.run(_main())
