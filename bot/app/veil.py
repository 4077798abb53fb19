"""The key of the pseudonyms of customers and sessions, which stays when the master key is changed."""

from __future__ import annotations

from adapters.signing import Keys
from bot.errors import SettingsInvalid
from bot.ports import Vault

NAME = "pseudonym key"
"""Under which the vault keeps it, once the master key was changed."""


async def veil_of(vault: Vault, keys: Keys) -> bytes:
    """32 bytes: what the vault keeps, else what the present master key gives.

    Where the vault can't be opened the present key gives it: whether that is the house's key is asked elsewhere, and
    with a key that was lost its pseudonyms are lost as well.
    """
    try:
        kept = await vault.get(NAME)
    except SettingsInvalid:
        return keys.veil_key
    return keys.veil_key if kept is None else bytes.fromhex(kept)


async def keep_veil(vault: Vault, keys: Keys) -> None:
    """Keep the present one, before another master key gives another: caps, holds and used keys go on. Safe to repeat.

    Raises:
        SettingsInvalid: when the vault does not open with this key.
    """
    if await vault.get(NAME) is None:
        await vault.put(NAME, keys.veil_key.hex())
