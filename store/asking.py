"""Asking: what is looked up by name in one turn of the event loop is answered by one query.

A batch that is committed wakes everybody who took part in it at once, and most of them look something up next. On
PostgreSQL sixty-four round trips cost more than the work that they are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Asking(Generic[T]):
    """Looks names up together; ``fetch`` gives what there is of them, ``most`` at a time."""

    def __init__(self, fetch: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]], *, most: int = 256) -> None:
        self._fetch = fetch
        self._most = most
        self._asked: dict[str, list[asyncio.Future[T | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, name: str) -> T | None:
        """What the name stands for now, None when there is nothing; raises what ``fetch`` raises."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._flush)
        future: asyncio.Future[T | None] = loop.create_future()
        self._asked.setdefault(name, []).append(future)
        return await future

    def _flush(self) -> None:
        asked, self._asked = self._asked, {}
        names = list(asked)
        for start in range(0, len(names), self._most):
            part = {name: asked[name] for name in names[start : start + self._most]}
            task = asyncio.create_task(self._answer(part), name="signoff-asking")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, part: Mapping[str, Sequence[asyncio.Future[T | None]]]) -> None:
        waiting = [(name, future) for name, futures in part.items() for future in futures]
        try:
            found = await self._fetch(list(part))
        except BaseException as error:
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
            return
        for name, future in waiting:
            if not future.done():
                future.set_result(found.get(name))
