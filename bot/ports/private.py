"""What is no part of the record: secrets, one-time links, web sessions and what lies on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec


class Vault(Protocol):
    """Secrets that must be read back (webhook signing secrets), encrypted at rest; no part of the record."""

    async def put(self, name: str, secret: str) -> None:
        """Keep or replace a secret."""
        ...

    async def get(self, name: str) -> str | None:
        """The secret, if there is one."""
        ...

    async def drop(self, name: str) -> None:
        """Forget it."""
        ...

    async def reseal(self, key: bytes) -> int:
        """Seal every secret anew with another key (32 bytes), all in one transaction, and go on with that key.

        Secrets that the other key opens already are left, so that it is safe to repeat; returns how many were not.

        Raises:
            SettingsInvalid: when a secret opens with neither key; nothing was changed.
        """
        ...

    def use(self, key: bytes) -> None:
        """Open and seal with this key from now on: another process sealed everything anew."""
        ...


class Session(msgspec.Struct, frozen=True, gc=False):
    """A person signed in on the desk; ``id`` is the SHA-256 of the cookie, ``csrf`` goes into every form."""

    id: str
    email: str
    csrf: str
    created_at: datetime
    expires_at: datetime


class Sessions(Protocol):
    """One-time links and web sessions: operational, no fact lives in them alone."""

    async def add_link(self, hash_: str, email: str, expires_at: datetime) -> None:
        """Keep a one-time link by the SHA-256 (hex) of its token."""
        ...

    async def peek_link(self, hash_: str, now: datetime) -> str | None:
        """Whose link it is, while it is unused and in time."""
        ...

    async def use_link(self, hash_: str, now: datetime) -> str | None:
        """The same, and it is used up: of any number of callers one gets the address."""
        ...

    async def add(self, session: Session) -> None:
        """Keep a session."""
        ...

    async def session(self, id_: str, now: datetime) -> Session | None:
        """A session that has not expired."""
        ...

    async def end(self, id_: str) -> None:
        """Sign out."""
        ...


class Shelf(Protocol):
    """Small operational things by room and key: what was seen before, who has a page open, a form half filled.

    No fact lives here alone. A room has up to 64 characters, a key up to 512, a value up to 256 KiB. ``expires_at``
    None keeps a thing; what has expired is as good as gone. What was answered is durable.

    Raises:
        BadInput: when a room, key or value is too long, naming the field.
        Unavailable: when the database can't be reached; a change may have been made or not.
    """

    async def put(self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None) -> None:
        """Keep or replace it."""
        ...

    async def add(
        self, room: str, key: str, value: bytes, *, expires_at: datetime | None = None, now: datetime
    ) -> bool:
        """Keep it where nothing unexpired stands; of any number of callers at once, one is told True."""
        ...

    async def get(self, room: str, key: str, now: datetime) -> bytes | None:
        """What is there."""
        ...

    async def take(self, room: str, key: str, now: datetime) -> bytes | None:
        """Read and remove it; of any number of callers one gets it."""
        ...

    async def drop(self, room: str, key: str) -> None:
        """Remove it; twice is once."""
        ...

    async def entries(self, room: str, now: datetime) -> Mapping[str, bytes]:
        """Everything in a room, by key."""
        ...

    async def clear_expired(self, now: datetime) -> int:
        """Delete what has expired, in every room; returns how many."""
        ...
