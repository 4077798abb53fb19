"""Signing while the server runs: it seals with the key that counts, and notices when another took its place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from adapters.signing import Keys, load_keys, next_file
from bot.domain.people import Actor
from bot.errors import KeyRetired, SettingsInvalid
from bot.ports import Clock, Committed, Store
from bot.proving.key_changes import LEDGER, changes_in
from bot.recording import stream_of
from bot.sealing import require_same_key, seal_pending
from bot.settings import Settings

_STREAM = stream_of("ledger", LEDGER)


class Signing:
    """``seal`` again and again; ``watch`` runs until it is cancelled, or ends with what makes going on impossible."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, keys: Keys) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._keys = keys
        self._follows: frozenset[str] = frozenset()
        self._changed = asyncio.Event()
        self._changed.set()  # a change before anybody watched is one too

    async def begin(self, by: Actor, *, new_key: bool) -> None:
        """See that this process has the key that the record goes on with.

        Raises:
            SettingsInvalid: when it has another one, or a change of the key was broken off.
        """
        waiting = next_file(self._settings.key_file)
        if not self._settings.key and waiting.exists():
            raise SettingsInvalid(
                f"{waiting} is there: a change of the key was broken off",
                field="SIGNOFF_KEY_FILE",
                remedy="run `signoff audit rotate-key` again, which finishes it",
            )
        known = changes_in(await self._store.events(_STREAM))
        handed_on = [(change.before.id, change.now.id) for change in known]
        await require_same_key(self._store, self._keys.signer, by=by, new_key=new_key, handed_on=handed_on)
        last = await self._store.seals.last()
        self._follows = frozenset() if last is None else frozenset({last.key_id})

    async def seal(self) -> None:
        """Seal what may be sealed now, unless another key took the place of this process's."""
        try:
            await seal_pending(self._store.seals, self._keys.signer, self._clock, follows=self._follows)
        except KeyRetired:
            self._changed.set()

    async def watch(self) -> None:
        """Take the new key once there is one.

        Raises:
            KeyRetired: when this process can't have it: it has to be started again with that key.
        """
        unsubscribe = self._store.subscribe(self._hear)
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._renew()
        finally:
            unsubscribe()

    def _hear(self, changes: Sequence[Committed] | None) -> None:
        if changes is None or any(change.stream == _STREAM for change in changes):
            self._changed.set()

    async def _renew(self) -> None:
        known = changes_in(await self._store.events(_STREAM))
        newest = known[-1].now.id if known else self._keys.signer.key_id
        if newest == self._keys.signer.key_id:
            return
        keys = load_keys(self._settings.key_file, self._settings.key, create=False)
        log = structlog.get_logger("signoff")
        if keys.signer.key_id != newest:
            log.error("key.changed", now=newest, ours=self._keys.signer.key_id)
            raise KeyRetired(
                f"the master key was changed: the record is sealed with {newest} now, and this server has "
                f"{self._keys.signer.key_id}",
                field="SIGNOFF_KEY" if self._settings.key else "SIGNOFF_KEY_FILE",
                remedy="give it the new key and start it again",
            )
        self._follows = frozenset({self._keys.signer.key_id})
        self._keys = keys
        self._store.vault.use(keys.vault_key)
        log.info("key.changed", now=newest)
