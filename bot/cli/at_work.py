"""Commands that need the server's keys and its policy besides the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.app import Workplace, workplace
from bot.cli.reading import operator
from bot.sealing import require_same_key
from bot.settings import load_settings

T = TypeVar("T")


def at_work(database: str | None, work: Callable[[Workplace], Awaitable[T]]) -> T:
    """Run ``work`` with the database, the keys and the policy file that the settings name; none of them is made.

    Raises:
        SettingsInvalid, Unavailable: when one can't be opened, or the keys are not those that sealed the record: what
            they veil could not be found by the server's.
    """
    settings = load_settings(database=database)

    async def run() -> T:
        async with workplace(settings, migrate=False) as place:
            await require_same_key(place.store, place.keys.signer, by=operator(), new_key=False)
            return await work(place)

    return asyncio.run(run())
