"""Rotating the master key: a new signing key that the old one vouches for, and every secret sealed anew.

The order makes every break recoverable by running it again: the new key is on disk first; the secrets are sealed anew
in one transaction; then the new key takes the old one's place, the change is recorded under both signatures, and the
first checkpoint with the new key ends the old one's time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.clock import SystemClock
from adapters.signing import Keys, load_keys, next_file, next_keys, retired_keys, take_next
from bot.app.veil import keep_veil
from bot.domain.people import Actor
from bot.errors import BadInput, KeyRetired
from bot.ports import Store
from bot.proving.key_changes import LEDGER, changes_in, record_change
from bot.proving.keys import PublicKey
from bot.recording import stream_of
from bot.sealing import seal_once, seal_pending
from bot.settings import Settings
from store.opening import open_store


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did."""

    before: PublicKey
    now: PublicKey
    secrets: int
    """Secrets that were sealed anew."""
    file: Path
    """Where the new master key is."""
    retired: Path | None
    """Where the old one is; None where it was given by the environment."""
    continued: bool
    """Whether it finished what an earlier run had begun."""


async def rotate(settings: Settings, by: Actor, *, out: Path | None = None) -> Rotated:
    """Change the master key, or finish changing it. ``out`` is where the new one goes when SIGNOFF_KEY gives the old.

    Raises:
        BadInput: when ``out`` is missing or of no use.
        SettingsInvalid: when a key or the database can't be used.
        KeyRetired: when this key is not the one that seals the record.
    """
    if bool(settings.key) != (out is not None):
        raise BadInput(
            "is needed where SIGNOFF_KEY gives the key, and of no use otherwise",
            field="--out",
            remedy="with SIGNOFF_KEY: `signoff audit rotate-key --out FILE`, then set it to what the file says",
        )
    if out is not None:
        return await _rotate_given(settings, by, out)
    return await _rotate_file(settings, by)


async def _rotate_file(settings: Settings, by: Actor) -> Rotated:
    path = settings.key_file
    present = load_keys(path, create=False)
    continued = next_file(path).exists()
    async with _store(settings, present) as store:
        old = None if continued else await _unfinished(store, path, present)
        if old is not None:  # broken off after the new key had taken its place
            await _hand_on(store, old, present, by)
            retired = take_next(path, old.public_key)
            return Rotated(old.public_key, present.public_key, 0, path, retired, continued=True)
        if not continued:
            await _require_sealing(store, present)
            await keep_veil(store.vault, present)
        new = next_keys(path)
        secrets = await store.vault.reseal(new.vault_key)
        retired = take_next(path, present.public_key)
        await _hand_on(store, present, new, by)
    return Rotated(present.public_key, new.public_key, secrets, path, retired, continued)


async def _rotate_given(settings: Settings, by: Actor, out: Path) -> Rotated:
    old, continued = load_keys(settings.key_file, settings.key, create=False), _there(out)
    async with _store(settings, old) as store:
        if not continued:
            await _require_sealing(store, old)
            await keep_veil(store.vault, old)
        new = load_keys(out)
        secrets = await store.vault.reseal(new.vault_key)
        await _hand_on(store, old, new, by)
    return Rotated(old.public_key, new.public_key, secrets, out, None, continued)


def _there(path: Path) -> bool:
    return path.exists()


async def _unfinished(store: Store, path: Path, present: Keys) -> Keys | None:
    """The old keys, when the present key has taken their place in the file and nowhere else yet."""
    last = await store.seals.last()
    if last is None or last.key_id == present.signer.key_id:
        return None
    return next((old for old in retired_keys(path) if old.signer.key_id == last.key_id), None)


async def _require_sealing(store: Store, keys: Keys) -> None:
    """Whoever changes the key has to have the one that counts."""
    last = await store.seals.last()
    if last is not None and last.key_id != keys.signer.key_id:
        known = changes_in(await store.events(stream_of("ledger", LEDGER)))
        handed_on = any((one.before.id, one.now.id) == (last.key_id, keys.signer.key_id) for one in known)
        if not handed_on:
            raise KeyRetired(
                f"the record is sealed with the key {last.key_id}, and this key is {keys.signer.key_id}",
                field="SIGNOFF_KEY",
                remedy="run it where the server's key is (SIGNOFF_KEY_FILE or SIGNOFF_KEY)",
            )


async def _hand_on(store: Store, old: Keys, new: Keys, by: Actor) -> None:
    """Seal what there is with the old key, record the change, and seal that with the new one."""
    clock = SystemClock()
    last = await store.seals.last()
    if last is None or last.key_id == old.signer.key_id:
        await seal_pending(store.seals, old.signer, clock, follows=())
    await record_change(store, old.signer, new.signer, by)
    await seal_once(store.seals, new.signer, clock)


@asynccontextmanager
async def _store(settings: Settings, keys: Keys) -> AsyncIterator[Store]:
    store = await open_store(settings.database, SystemClock(), vault_key=keys.vault_key, migrate=False)
    try:
        yield store
    finally:
        await store.close()
