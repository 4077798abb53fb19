"""Links, web sessions and secrets in memory."""

from __future__ import annotations

from datetime import datetime

from bot.ports import Session


class MemorySessions:
    """Conforms to ``bot.ports.Sessions``."""

    def __init__(self) -> None:
        self._links: dict[str, tuple[str, datetime]] = {}
        self._sessions: dict[str, Session] = {}

    async def add_link(self, hash_: str, email: str, expires_at: datetime) -> None:
        """See ``Sessions``."""
        self._links[hash_] = (email, expires_at)

    async def peek_link(self, hash_: str, now: datetime) -> str | None:
        """See ``Sessions``."""
        email, expires_at = self._links.get(hash_, (None, now))
        return email if expires_at > now else None

    async def use_link(self, hash_: str, now: datetime) -> str | None:
        """See ``Sessions``."""
        email = await self.peek_link(hash_, now)
        self._links.pop(hash_, None)
        return email

    async def add(self, session: Session) -> None:
        """See ``Sessions``."""
        self._sessions[session.id] = session

    async def session(self, id_: str, now: datetime) -> Session | None:
        """See ``Sessions``."""
        found = self._sessions.get(id_)
        return found if found is not None and found.expires_at > now else None

    async def end(self, id_: str) -> None:
        """See ``Sessions``."""
        self._sessions.pop(id_, None)


class MemoryVault:
    """Conforms to ``bot.ports.Vault``, as far as memory is a safe place."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    async def put(self, name: str, secret: str) -> None:
        """See ``Vault``."""
        self._secrets[name] = secret

    async def get(self, name: str) -> str | None:
        """See ``Vault``."""
        return self._secrets.get(name)

    async def drop(self, name: str) -> None:
        """See ``Vault``."""
        self._secrets.pop(name, None)

    async def reseal(self, key: bytes) -> int:
        """See ``Vault``: nothing is sealed here."""
        del key
        return 0

    def use(self, key: bytes) -> None:
        """See ``Vault``."""
