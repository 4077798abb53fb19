"""Gathering: what arrives while a transaction is under way goes into the next one, on one of several lines."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import Unavailable
from store.calls import Call

log = logging.getLogger(__name__)


W = TypeVar("W", bound=Call)


class Gathering(Generic[W]):
    """Hands up to ``most`` waiting items at a time to whichever of the ``workers`` is free, and answers them after."""

    def __init__(self, name: str, workers: Sequence[Callable[[Sequence[W]], Awaitable[None]]], *, most: int) -> None:
        self._most = most
        self._items: deque[W] = deque()
        self._came = asyncio.Event()
        self._closing = False
        self._tasks = [
            asyncio.create_task(self._run(work), name=f"{name}-{number}") for number, work in enumerate(workers)
        ]

    def put(self, item: W) -> None:
        """Have it done.

        Raises:
            Unavailable: when it is closed.
        """
        if self._closing:
            raise Unavailable("the store is closed")
        self._items.append(item)
        self._came.set()

    async def close(self) -> None:
        """Finish what was put; twice is once."""
        self._closing = True
        self._came.set()
        await asyncio.gather(*self._tasks)

    async def _run(self, work: Callable[[Sequence[W]], Awaitable[None]]) -> None:
        while True:
            await self._came.wait()
            taken = [self._items.popleft() for _ in range(min(len(self._items), self._most))]
            if not self._items and not self._closing:
                self._came.clear()
            if taken:
                await self._do(work, taken)
            elif self._closing:
                return

    async def _do(self, work: Callable[[Sequence[W]], Awaitable[None]], taken: list[W]) -> None:
        try:
            await work(taken)
        except Exception as error:  # a fault in here must not leave anybody waiting
            log.exception("a batch failed")
            for item in taken:
                item.error = item.error or Unavailable(f"the store failed: {error}")
        for item in taken:
            item.settle()
