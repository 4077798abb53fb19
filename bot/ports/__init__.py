"""What the flow needs of the world. A port belongs to its callers; whoever provides it conforms, inheriting nothing.

Times are aware UTC datetimes everywhere. Every port's fake passes the same contract suite as the real thing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.ports.due import Deadlines, Leased, Outbox
from bot.ports.private import Session, Sessions, Shelf, Vault
from bot.ports.proof import Checkpoint, Sealed, Seals, Signer, Unsealed
from bot.ports.record import (
    Committed,
    ContactPage,
    ContactQuery,
    Ended,
    FactsPage,
    Head,
    Library,
    Listener,
    Page,
    Recorder,
    RequestQuery,
    Stray,
)
from bot.ports.surfaces import Chat, Directory, Posting

__all__ = [
    "Chat",
    "Checkpoint",
    "Clock",
    "Committed",
    "ContactPage",
    "ContactQuery",
    "Deadlines",
    "Directory",
    "Ended",
    "FactsPage",
    "Head",
    "Leased",
    "Library",
    "Listener",
    "Outbox",
    "Page",
    "Posting",
    "Recorder",
    "RequestQuery",
    "Sealed",
    "Seals",
    "Session",
    "Sessions",
    "Shelf",
    "Signer",
    "Store",
    "Stray",
    "Unsealed",
    "Vault",
]


class Clock(Protocol):
    """The time. Nobody else reads it."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class Store(Recorder, Library, Deadlines, Protocol):
    """One database. The smaller ports stand beside: ``outbox``, ``seals``, ``vault``, ``sessions`` and ``shelf``."""

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        ...

    @property
    def seals(self) -> Seals:
        """The tree over the record."""
        ...

    @property
    def vault(self) -> Vault:
        """Secrets."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Links and web sessions."""
        ...

    @property
    def shelf(self) -> Shelf:
        """Small operational things."""
        ...

    async def catch_up(self, limit: int = 500) -> int:
        """Take up to so many requests, the newest first, into the index that searching goes by; returns how many.

        0 says that it is complete. Requests are found before as well, but the more slowly the more wait. Any number of
        processes may do this at any time.
        """
        ...

    async def erase(self, stream: str) -> int:
        """Delete the payloads and salts of a stream's events up to its newest erasure event; returns how many."""
        ...

    async def ready(self) -> bool:
        """Whether it answers and its schema is this version's."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the database; twice is once."""
        ...
