"""What the desk's handlers work with, and who stands before them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from adapters.desk.pages import Pages
from bot.answering import Answering
from bot.answering.boards import Plates
from bot.cards.pauses import Stopped
from bot.deciding import Deciding
from bot.domain.people import Person
from bot.filing import Filing
from bot.pausing import Pausing
from bot.policy.document import Policy
from bot.ports import Clock, Session, Store
from bot.proving.verifying import Verifying
from bot.rostering import Rostering
from bot.waiting import Waiting

SURFACE = "desk"
DrawPlates = Callable[[Plates], Awaitable[list[tuple[str, str]] | None]]
"""Makes two SVGs of each plate, light and dark; None when that is not possible now."""


@dataclass(frozen=True, slots=True)
class Workroom:
    """Everything that was wired in."""

    store: Store
    clock: Clock
    policy: Callable[[], Policy]
    deciding: Deciding
    pausing: Pausing
    rostering: Rostering
    answering: Answering
    filing: Filing
    verifying: Verifying
    draw: DrawPlates
    waiting: Waiting
    public_url: str
    pages: Pages
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server is told to stop, so that live streams end by themselves."""

    @property
    def secure(self) -> bool:
        """Whether people reach it over TLS."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person signed in."""

    person: Person
    session: Session
    stopped: tuple[Stopped, ...] = ()
    """What is paused and concerns them, for the banner on every page."""


WORKROOM = web.AppKey("workroom", Workroom)
VISITOR = web.RequestKey("visitor", Visitor)
