"""Worker threads: what the event loop hands over in one turn is done in one go and answered in one go."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import Unavailable
from store.calls import Call

log = logging.getLogger(__name__)


W = TypeVar("W", bound=Call)


class Worker(Generic[W]):
    """One thread, fed from one event loop.

    ``handle`` gets up to ``most`` items and must leave in each what it came to; ``idle`` is called after every
    ``tick`` seconds without work; ``finish`` ends the thread. All of them run in the thread.
    """

    def __init__(
        self,
        name: str,
        handle: Callable[[Sequence[W]], None],
        *,
        most: int,
        idle: Callable[[], None] | None = None,
        tick: float | None = None,
        finish: Callable[[], None] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle = handle
        self._most = most
        self._idle = idle
        self._tick = tick
        self._finish = finish
        self._turn: list[W] = []
        self._queue: queue.SimpleQueue[list[W] | None] = queue.SimpleQueue()
        self._open = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: W) -> None:
        """Hand over; what comes in the same turn of the loop goes together.

        Raises:
            Unavailable: when the worker has ended.
        """
        if not self._open:
            raise Unavailable("the store is closed")
        if not self._turn:
            self._loop.call_soon(self._flush)
        self._turn.append(item)

    async def close(self) -> None:
        """Do what was handed over, then end the thread; twice is once."""
        if self._open:
            self._open = False
            self._flush()
            self._queue.put(None)
        while self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)

    def _flush(self) -> None:
        if self._turn:
            turn, self._turn = self._turn, []
            self._queue.put(turn)

    def _run(self) -> None:
        going = True
        while going:
            try:
                taken = self._queue.get(timeout=self._tick)
            except queue.Empty:
                self._rest()
                continue
            items: list[W] = []
            while taken is not None:
                items.extend(taken)
                if len(items) >= self._most or self._queue.empty():
                    break
                taken = self._queue.get()
            going = taken is not None
            self._work(items)
        if self._finish is not None:
            self._finish()

    def _rest(self) -> None:
        if self._idle is not None:
            try:
                self._idle()
            except Exception:
                log.exception("idle work failed")

    def _work(self, items: list[W]) -> None:
        for start in range(0, len(items), self._most):
            part = items[start : start + self._most]
            try:
                self._handle(part)
            except Exception as error:  # a fault in here must not leave anybody waiting
                log.exception("a batch failed")
                for item in part:
                    item.error = item.error or Unavailable(f"the store failed: {error}")
            self._answer(part)

    def _answer(self, part: Sequence[W]) -> None:
        def settle() -> None:
            for item in part:
                item.settle()

        try:
            self._loop.call_soon_threadsafe(settle)
        except RuntimeError:
            log.warning("the event loop ended before %d answers", len(part))
