"""Patience: connections that say nothing, or too little, are not kept.

A caller that opens connections and sends half a request on each would otherwise hold them for ever, without any
credential. Idle connections between two requests end by aiohttp's own time; this ends those that never sent one.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

FIRST_SECONDS = 30.0
"""How long a new connection may take until its first request's headers are there."""
IDLE_SECONDS = 75.0
"""How long a connection may stay without a request after the first; above what proxies and clients keep theirs."""


class Patience:
    """Who has not said anything yet, and the middleware that hears them: the application's outermost one."""

    def __init__(self, first_seconds: float = FIRST_SECONDS) -> None:
        self._first_seconds = first_seconds
        self._silent: set[web.RequestHandler] = set()

    def site(self, runner: web.AppRunner, host: str, port: int, *, backlog: int) -> web.BaseSite:
        """A listener whose callers have to say something."""
        return _PatientSite(self, runner, host, port, backlog)

    def greet(self, handler: web.RequestHandler) -> None:
        """A connection was opened."""
        self._silent.add(handler)
        asyncio.get_running_loop().call_later(self._first_seconds, self._tire, handler)

    @web.middleware
    async def listened(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The headers of a request are there."""
        self._silent.discard(request.protocol)
        return await handler(request)

    def _tire(self, handler: web.RequestHandler) -> None:
        if handler in self._silent:
            self._silent.discard(handler)
            handler.force_close()


class _PatientSite(web.BaseSite):
    """A TCP listener like ``web.TCPSite``."""

    def __init__(self, patience: Patience, runner: web.AppRunner, host: str, port: int, backlog: int) -> None:
        super().__init__(runner, backlog=backlog)
        self._patience = patience
        self._host = host
        self._port = port

    @property
    def name(self) -> str:
        """Where it listens, as it was asked to."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen."""
        await super().start()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._greet, self._host, self._port, backlog=self._backlog)

    def _greet(self) -> web.RequestHandler:
        server = self._runner.server
        if server is None:
            raise RuntimeError("the runner was not set up")
        handler: web.RequestHandler = server()
        self._patience.greet(handler)
        return handler
