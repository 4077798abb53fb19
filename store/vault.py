"""Secrets that must be read back, sealed with AES-256-GCM and bound to their names: none can take another's place."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import SettingsInvalid
from store.database import Database
from store.sql import Script, sql, step

SETTING = "SIGNOFF_KEY"
KEY_SIZE = 32
"""Bytes of the vault's key."""
_NONCE = 12
_PUT = sql(
    "INSERT INTO secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed"
)
_GET = sql("SELECT sealed FROM secrets WHERE name = $1")
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
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._opener().encrypt(nonce, secret.encode(), name.encode())

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
        sealed = bytes(rows[0][0])
        try:
            return self._opener().decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode()).decode()
        except InvalidTag as error:
            raise SettingsInvalid(
                "does not open what is in the database", field=SETTING, remedy="give the key that sealed it"
            ) from error

    async def drop(self, name: str) -> None:
        """See ``Vault``."""

        def script() -> Script[None]:
            yield step(_DROP, name)

        await self._database.perform(script)

    def _opener(self) -> AESGCM:
        if self._cipher is None:
            raise SettingsInvalid("is not set", field=SETTING, remedy=f"give {KEY_SIZE} random bytes")
        return self._cipher
