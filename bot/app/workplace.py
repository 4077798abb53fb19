"""The workplace: the database, the keys and the policy file, opened for one command and closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from adapters.clock import SystemClock
from adapters.signing import Keys, load_keys
from bot.app.veil import veil_of
from bot.errors import SettingsInvalid
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports import Store
from bot.settings import Settings
from store.opening import open_store


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a command works with."""

    settings: Settings
    clock: SystemClock
    store: Store
    keys: Keys
    load_policy: Callable[[], Policy]
    veil: bytes
    """The key of pseudonyms, see ``bot.app.veil``."""

    @property
    def policy(self) -> Policy:
        """The policy file, read now.

        Raises:
            SettingsInvalid: when it can't be read.
            PolicyInvalid: when it can't be used, with every problem.
        """
        return self.load_policy()


@asynccontextmanager
async def workplace(settings: Settings, *, migrate: bool | None = None) -> AsyncIterator[Workplace]:
    """Open the database, the keys and the policy file, and close what was opened.

    Without ``migrate`` the database and the key have to be there: nothing is made in what may be the wrong folder.

    Raises:
        SettingsInvalid: when a setting names something that can't be used.
    """
    clock = SystemClock()
    keys = load_keys(settings.key_file, settings.key, create=migrate is not False)
    store = await open_store(
        settings.database,
        clock,
        vault_key=keys.vault_key,
        migrate=settings.migrate if migrate is None else migrate,
    )
    try:
        veil = await veil_of(store.vault, keys)
        yield Workplace(settings, clock, store, keys, lambda: replace(read_policy(settings.policy), veil=veil), veil)
    finally:
        await store.close()


def read_policy(path: Path) -> Policy:
    """The policy in a file.

    Raises:
        SettingsInvalid: when there is no such file.
        PolicyInvalid: when it can't be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"the policy file {path} can't be read: {error}",
            field="SIGNOFF_POLICY",
            remedy="point SIGNOFF_POLICY or --policy at a policy file; examples/policy.yaml is one to copy",
        ) from error
    return load(text, str(path))
