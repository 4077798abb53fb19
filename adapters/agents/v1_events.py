"""Server-sent events: an instance hears of its own requests as they change."""

from __future__ import annotations

import asyncio
from collections import Counter as Counting
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from aiohttp import web

from adapters.agents.callers import require_instance
from adapters.agents.counter import Counter
from adapters.agents.exchange import EXCHANGE
from adapters.agents.limits import MAX_STREAMS
from adapters.agents.v1_wire import request_view
from bot.domain.requests import Request
from bot.errors import Busy, SignoffError
from bot.policy.document import Policy
from bot.ports import Committed, Store
from bot.waiting import Waiting

BEAT_SECONDS = 15.0
"""A comment this often keeps proxies from closing a quiet stream, and ends one whose credential has ended."""
_PREFIX = "request:"


class EventRoutes:
    """``GET /events``."""

    def __init__(
        self,
        counter: Counter,
        store: Store,
        policy: Callable[[], Policy],
        waiting: Waiting,
        *,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._counter = counter
        self._store = store
        self._policy = policy
        self._waiting = waiting
        self._beat = beat_seconds
        self._streams: set[asyncio.Task[Any]] = set()
        self._open: Counting[str] = Counting()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve it."""
        router.add_get("/events", self.stream, allow_head=False)

    async def stop(self, _: web.Application) -> None:
        """End every stream: the server stops."""
        for task in self._streams:
            task.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """``event: request`` with the request as it is now, ``event: reload`` when some may have been missed."""
        caller = await self._counter.admit(request)
        instance_id = require_instance(caller).id
        if self._open[caller.agent.id] >= MAX_STREAMS:
            raise Busy(f"{MAX_STREAMS} streams of this agent are open", retry_after=self._beat)
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
                "X-Request-ID": request[EXCHANGE],
            }
        )
        async with self._waiting.watch() as changes, self._stoppable(caller.agent.id):
            await response.prepare(request)
            with suppress(ConnectionError):  # the other side has gone
                await response.write(b": open\n\n")
                while await self._live(request):
                    await response.write(await self._next(changes, instance_id))
        return response

    async def _next(self, changes: asyncio.Queue[Committed | None], instance_id: str) -> bytes:
        try:
            async with asyncio.timeout(self._beat):
                change = await changes.get()
        except TimeoutError:
            return b": beat\n\n"
        if change is None:
            return event("reload", {})
        if not change.stream.startswith(_PREFIX):
            return b""
        found = change.request or await self._store.request(change.stream.removeprefix(_PREFIX))
        if found is None or found.instance_id != instance_id:
            return b""
        return event("request", self._told(found, change))

    def _told(self, found: Request, change: Committed) -> dict[str, Any]:
        return {"types": list(change.types), "request": request_view(found, self._policy())}

    @asynccontextmanager
    async def _stoppable(self, agent_id: str) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a stream runs in a task")
        self._streams.add(task)
        self._open[agent_id] += 1
        try:
            yield
        finally:
            self._streams.discard(task)
            self._open[agent_id] -= 1
            if not self._open[agent_id]:
                del self._open[agent_id]

    async def _live(self, request: web.Request) -> bool:
        try:
            await self._counter.still(request)
        except SignoffError:
            return False
        return True


def event(name: str, data: dict[str, Any]) -> bytes:
    """One server-sent event; JSON has no line breaks, so one data line holds it."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data, default=str))
