"""A fake platform as a server that is started and stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.delivering import DeliveryT
from tests.fakes.watching import Watching

BIGGEST_BODY = 64 * 2**20


class Serving(Watching[DeliveryT], ABC):
    """One HTTP server on 127.0.0.1. Use it as an asynchronous context, or `start` and `stop` it.

    Args:
        port: Where to listen; 0 takes a free one.
        extra: Adds routes of its own before the server starts.
    """

    def __init__(self, port: int, extra: Callable[[Self, web.Application], None] | None) -> None:
        self._port = port
        self._extra = extra
        self._runner: web.AppRunner | None = None

    @abstractmethod
    def mount(self, application: web.Application) -> None:
        """Add the platform's routes."""

    async def start(self) -> Self:
        """Listen."""
        application = web.Application(client_max_size=BIGGEST_BODY)
        self.mount(application)
        if self._extra is not None:
            self._extra(self, application)
        # A caller that gives up ends its call; what is still open when the server stops is not waited for.
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.url = f"http://127.0.0.1:{self._port}"
        await self.carrier.open()
        return self

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        await self.carrier.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
