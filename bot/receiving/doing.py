"""Work that goes on after a call was acknowledged: bounded, never forgotten, ended with the server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from bot.errors import Busy

T = TypeVar("T")

MOST = 1000
"""Pieces of work under way at once. Beyond that nothing is acknowledged: the user sees that nothing was done."""


class Jobs:
    """Tasks that are kept until they end; ``surface`` names them, and what is logged of them."""

    def __init__(self, surface: str, most: int = MOST) -> None:
        self._surface = surface
        self._most = most
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Let work go on by itself. What it raises is logged by its kind alone.

        Raises:
            Busy: when too much is under way; the work is not begun.
        """
        self.awaited(work, name).add_done_callback(self._log)

    def awaited(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """The same, for somebody who looks at what comes of it.

        Raises:
            Busy: as above.
        """
        if len(self._tasks) >= self._most:
            work.close()
            raise Busy("too much is under way", retry_after=1.0)
        task = asyncio.create_task(work, name=f"{self._surface} {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way, and cancel what has not ended by then."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._tasks and (left := until - loop.time()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=left)
        late = tuple(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _log(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        kind = type(error).__name__
        structlog.get_logger(self._surface).error("work_failed", work=task.get_name(), kind=kind)
