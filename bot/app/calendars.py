"""The calendars of rotations, put together: who may be called, and where files lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import aiohttp

from adapters.calendars import Calendars, Fetching
from adapters.webhooks.addresses import PinnedResolver, check_url
from bot.app.workplace import Workplace
from bot.errors import BadInput
from bot.policy.document import Policy
from bot.ports import Clock, Shelf
from bot.settings import Settings


def calendars(place: Workplace, policy: Callable[[], Policy]) -> Calendars:
    """Those of a running server, which are kept through its next start."""
    return read_calendars(place.settings, place.clock, policy, place.store.shelf)


def read_calendars(settings: Settings, clock: Clock, policy: Callable[[], Policy], shelf: Shelf | None) -> Calendars:
    """Those that the policy file names; without a shelf nothing is kept of them.

    Only public addresses are called over HTTPS, where each redirect leads too, as with webhooks.
    """
    private = settings.allow_private_callbacks

    def check(url: str) -> None:
        try:
            check_url(url, allow_private=private)
        except BadInput as error:
            raise BadInput(
                f"leads to an address that {error.message}", field="calendar", remedy=error.remedy
            ) from error

    def connector() -> aiohttp.BaseConnector:
        return aiohttp.TCPConnector(resolver=PinnedResolver(allow_private=private))

    folder = Path(settings.policy).resolve().parent
    return Calendars(Fetching(folder, check=check, connector=connector), clock, policy, shelf)
