"""What is no part of the record: secrets, one-time links and web sessions."""

from __future__ import annotations

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
