"""Waiting: one suspended coroutine for each agent that waits and each page that watches; no polling of the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.domain.requests import Request
from bot.ports import Committed, Store

BACKLOG = 1000
"""Notices that a watcher may fall behind before it is told that anything may have changed."""


class Waiting:
    """Wakes whoever waits for a request, from the commits of this process and of others."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiters: dict[str, set[asyncio.Future[Request | None]]] = {}
        self._watchers: set[asyncio.Queue[Committed | None]] = set()
        self._closed = False
        self._stop = store.subscribe(self._heard)

    def close(self) -> None:
        """Stop listening and let everybody go with what they know."""
        self._stop()
        self._closed = True
        for futures in self._waiters.values():
            for future in futures:
                _wake(future, None)

    @property
    def waiting(self) -> int:
        """How many coroutines wait for a decision."""
        return sum(map(len, self._waiters.values()))

    async def until_decided(self, request_id: str, seconds: float) -> Request | None:
        """The request once it has its decision, or as it stands after ``seconds``; None when there is none."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            future: asyncio.Future[Request | None] = loop.create_future()
            self._waiters.setdefault(request_id, set()).add(future)
            try:
                request = await self._store.request(request_id)
                left = until - loop.time()
                if request is None or not request.pending or left <= 0 or self._closed:
                    return request
                woken = await _within(future, left)
            finally:
                self._forget(request_id, future)
            if woken is not None and not woken.pending:
                return woken

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[asyncio.Queue[Committed | None]]:
        """A queue of what was committed from now on; None in it means that anything may have changed."""
        queue: asyncio.Queue[Committed | None] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    def _forget(self, request_id: str, future: asyncio.Future[Request | None]) -> None:
        waiters = self._waiters.get(request_id)
        if waiters is not None:
            waiters.discard(future)
            if not waiters:
                del self._waiters[request_id]

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None:
            for futures in list(self._waiters.values()):
                for future in futures:
                    _wake(future, None)
        else:
            for change in committed:
                for future in self._waiters.get(change.stream.removeprefix("request:"), ()):
                    _wake(future, change.request)
        for queue in self._watchers:
            _tell(queue, committed)


def _wake(future: asyncio.Future[Request | None], request: Request | None) -> None:
    if not future.done():
        future.set_result(request)


def _tell(queue: asyncio.Queue[Committed | None], committed: Sequence[Committed] | None) -> None:
    if committed is None or queue.qsize() + len(committed) > BACKLOG:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return
    for change in committed:
        queue.put_nowait(change)


async def _within(future: asyncio.Future[Request | None], seconds: float) -> Request | None:
    """What the future brings, or None when the time is over."""
    done, _ = await asyncio.wait((future,), timeout=seconds)
    return future.result() if done else None
