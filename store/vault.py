"""Secrets that must be read back, sealed with AES-256-GCM and bound to their names: none can take another's place."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsInvalid
from store.database import Database
from store.sql import Script, Step, sql, step

SETTING = "SIGNOFF_KEY"
KEY_SIZE = 32
"""Bytes of the vault's key."""
_NONCE = 12
_PUT = sql(
    "INSERT INTO secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed"
)
_GET = sql("SELECT sealed FROM secrets WHERE name = $1")
_ALL = sql("SELECT name, sealed FROM secrets ORDER BY name")
_DROP = sql("DELETE FROM secrets WHERE name = $1")


class SqlVault:
    """Conforms to ``bot.ports.Vault``. Without a key it can only forget."""

    def __init__(self, database: Database, key: bytes | None) -> None:
        if key is not None and len(key) != KEY_SIZE:
            raise SettingsInvalid(f"has {len(key)} bytes", field=SETTING, remedy=f"give {KEY_SIZE} random bytes")
        self._database = database
        self._cipher = None if key is None else AESGCM(key)

    async def put(self, name: str, secret: str) -> None:
        """See ``Vault``.

        Raises:
            SettingsInvalid: when there is no key.
        """
        sealed = _sealed(self._opener(), name, secret.encode())

        def script() -> Script[None]:
            yield step(_PUT, name, sealed)

        await self._database.perform(script)

    async def get(self, name: str) -> str | None:
        """See ``Vault``.

        Raises:
            SettingsInvalid: when there is no key, or the secret was sealed with another one.
        """
        rows = await self._database.read(_GET, name)
        if not rows:
            return None
        try:
            return _opened(self._opener(), name, bytes(rows[0][0])).decode()
        except InvalidTag as error:
            raise _foreign() from error

    async def drop(self, name: str) -> None:
        """See ``Vault``."""

        def script() -> Script[None]:
            yield step(_DROP, name)

        await self._database.perform(script)

    async def reseal(self, key: bytes) -> int:
        """See ``Vault``."""
        old, new = self._opener(), AESGCM(key)

        def script() -> Script[int]:
            anew = [
                (name, resealed)
                for name, sealed in (yield step(_ALL))
                if (resealed := _resealed(old, new, name, bytes(sealed))) is not None
            ]
            if anew:
                yield Step(_PUT, each=anew)
            return len(anew)

        done = await self._database.perform(script)
        self._cipher = new
        return done

    def use(self, key: bytes) -> None:
        """See ``Vault``."""
        self._cipher = AESGCM(key)

    def _opener(self) -> AESGCM:
        if self._cipher is None:
            raise SettingsInvalid("is not set", field=SETTING, remedy=f"give {KEY_SIZE} random bytes")
        return self._cipher


def _sealed(cipher: AESGCM, name: str, secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, secret, name.encode())


def _opened(cipher: AESGCM, name: str, sealed: bytes) -> bytes:
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())


def _resealed(old: AESGCM, new: AESGCM, name: str, sealed: bytes) -> bytes | None:
    """A secret sealed with the new key; None when it is that already."""
    try:
        _opened(new, name, sealed)
    except InvalidTag:
        pass
    else:
        return None
    try:
        return _sealed(new, name, _opened(old, name, sealed))
    except InvalidTag as error:
        raise _foreign() from error


def _foreign() -> SettingsInvalid:
    return SettingsInvalid("does not open what is in the database", field=SETTING, remedy="give the key that sealed it")
