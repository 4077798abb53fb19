"""What the offices of Slack and Teams have alike: a house in this process, people, cards, and a slow database."""

from __future__ import annotations

import asyncio
import math
import socket as socket_
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from aiohttp import web

from bot.domain.events import Posted
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.requests import MessageRef, Request
from bot.errors import Unavailable
from bot.recording import Needs
from tests.rigs.house import House

DESK = "https://signoff.acme.test/desk"
OUTAGE = math.inf
PEOPLE = ("lee", "dana", "omar", "rosa", "vera")

UserT = TypeVar("UserT")
MessageT = TypeVar("MessageT")


class Slowed:
    """Anything, each of whose coroutines takes ``seconds`` longer, or fails in an ``OUTAGE``."""

    def __init__(self, inner: Any, seconds: Callable[[], float]) -> None:
        self._inner = inner
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "shelf":
            return Slowed(found, self._seconds)
        if not asyncio.iscoroutinefunction(found):
            return found

        async def slowly(*args: Any, **more: Any) -> Any:
            if self._seconds() == OUTAGE:
                raise Unavailable("the database is gone")
            if self._seconds():
                await asyncio.sleep(self._seconds())
            return await found(*args, **more)

        return slowly


class Staffed(ABC, Generic[UserT, MessageT]):
    """A house whose people have accounts on one surface, where cards are posted and put on record."""

    surface: ClassVar[str]
    house: House
    users: Mapping[str, UserT]

    @property
    def dana(self) -> UserT:
        return self.users["dana"]

    @property
    def lee(self) -> UserT:
        return self.users["lee"]

    @property
    def rosa(self) -> UserT:
        return self.users["rosa"]

    @abstractmethod
    async def post(self, request: Request) -> MessageT:
        """Its card where it belongs, on record."""

    def person(self, name: str) -> Person:
        return self.house.person(name)

    async def record(self, request: Request, ref: MessageRef) -> None:
        """Let it be known where its card stands."""
        sender = Actor(ActorKind.OPERATOR, "sender", self.surface)

        def flow(view: Any) -> None:
            view.record("request", request.id, Posted(ref), sender)

        await self.house.store.transact(Needs(requests=(request.id,)), flow)

    async def held(self, amount: float = 120, **more: Any) -> tuple[Request, MessageT]:
        """A request that waits, and its card."""
        request = await self.house.held(amount, **more)
        return request, await self.post(request)

    async def stored(self, request: Request) -> Request:
        """The request as it is kept now."""
        found = await self.house.store.request(request.id)
        assert found is not None
        return found

    async def types(self, request: Request) -> list[str]:
        """The kinds of its events, the oldest first."""
        return [record.type for record in await self.house.store.events(f"request:{request.id}")]


class Mounted(Protocol):
    """What adds its own routes to an application."""

    def mount(self, application: web.Application) -> None: ...


def free_site() -> tuple[socket_.socket, str]:
    """A socket that listens on this machine, and its address."""
    site = socket_.create_server(("127.0.0.1", 0))
    return site, f"http://127.0.0.1:{site.getsockname()[1]}"


async def served(app: Mounted, site: socket_.socket) -> web.AppRunner:
    """Serve it there, until the runner is cleaned up."""
    application = web.Application()
    app.mount(application)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1, auto_decompress=False)
    await runner.setup()
    await web.SockSite(runner, site).start()
    return runner
