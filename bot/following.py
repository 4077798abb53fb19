"""Following: the records of one ledger, kept at hand while any process may add to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.domain.events import EventRecord
from bot.errors import SignoffError, Unavailable
from bot.ports import Committed, Store

log = logging.getLogger("signoff.following")

AGAIN_SECONDS = 1.0
"""Between two reads of a ledger that can't be read."""


class Following:
    """A ledger's records as last read. ``start`` before the first use, ``close`` after; ``what`` is it in sentences."""

    def __init__(self, store: Store, stream: str, what: str, *, again_seconds: float = AGAIN_SECONDS) -> None:
        self._store = store
        self._stream = stream
        self._what = what
        self._again_seconds = again_seconds
        self._records: Sequence[EventRecord] = ()
        self._unknown = False
        self._failures = 0
        self._closing = asyncio.Event()
        self._reading: set[asyncio.Task[None]] = set()
        self._stop: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Read it, and follow what is added.

        Raises:
            Unavailable: when it can't be read.
        """
        self._stop = self._store.subscribe(self._heard)
        await self.read()

    async def close(self) -> None:
        """Follow no longer."""
        self._stop()
        self._closing.set()
        await asyncio.gather(*self._reading, return_exceptions=True)

    @property
    def last_known(self) -> Sequence[EventRecord]:
        """The records as last read, even while something was added that could not be read."""
        return self._records

    def records(self) -> Sequence[EventRecord]:
        """The records as last read.

        Raises:
            Unavailable: while something was added that could not be read.
        """
        if self._unknown:
            raise Unavailable(f"it is not known {self._what}", remedy="try again in a moment")
        return self._records

    async def read(self) -> Sequence[EventRecord]:
        """The records as the store has them at this moment.

        Raises:
            Unavailable: when they can't be read.
        """
        failures = self._failures
        records = await self._store.events(self._stream)
        self._unknown = self._unknown and self._failures != failures
        if len(records) >= len(self._records):  # a ledger only grows: what is shorter was read before, and came late
            self._records = records
        return self._records

    async def _follow(self) -> None:
        """Read what was heard of, until that succeeds."""
        while True:
            try:
                await self.read()
            except SignoffError as error:
                self._failures += 1
                self._unknown = True
                log.warning("%s could not be read: %s", self._what, error.code)
            if not self._unknown or self._closing.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self._again_seconds):
                    await self._closing.wait()

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None or any(change.stream == self._stream for change in committed):
            task = asyncio.create_task(self._follow(), name=f"following {self._stream}")
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
