"""Doctor: what is wrong with this set-up, and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

from adapters.clock import SystemClock
from bot.addressing import last_address
from bot.app import workplace
from bot.doctor import digesting, house, keeping, slack
from bot.doctor.checkpoints import published
from bot.doctor.findings import Finding, Health, guarded
from bot.errors import SignoffError
from bot.policy.document import Policy
from bot.ports import Clock, Shelf
from bot.settings import Settings

__all__ = ["Finding", "Health", "examine"]


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, in the order in which one would mend it. Changes nothing."""
    yield house.python()
    yield house.names()
    policy_finding, policy = house.policy(settings)
    yield policy_finding
    yield house.public_url(settings)
    keys, tables = house.keys(settings), await guarded("schema", lambda: house.tables(settings))
    yield keys
    yield tables
    url = settings.url
    tokens: Mapping[str, str] = {"": settings.slack_bot_token} if settings.slack_bot_token else {}
    suspended: Mapping[str, str] = {}
    shelf: Shelf | None = None
    kept = tables.health is Health.FINE or settings.database.startswith("memory")
    if keys.health is Health.FINE and kept:
        try:
            async with workplace(settings, migrate=False) as place:
                url = settings.public_url or await last_address(place.store) or url
                for check in (
                    house.clock,
                    house.agents,
                    house.on_call,
                    digesting.digests,
                    house.outbox,
                    house.seals,
                    published,
                    keeping.retention,
                ):
                    yield await guarded(check.__name__, partial(check, place, policy))
                if settings.slack_client_id:
                    tokens, suspended = await slack.installed(place), await slack.left_alone(place)
                if settings.teams_app_id:
                    from bot.doctor.teams import remembered  # noqa: PLC0415 - see below

                    shelf = await remembered(place.store.shelf, place.clock)
        except SignoffError as error:
            yield Finding("database", Health.WRONG, error.message, error.remedy or "")
    yield await guarded("server", lambda: house.server(url))
    looked = slack.examine(settings, policy, SystemClock(), tokens=tokens, url=url, suspended=suspended)
    async for finding in looked:
        yield finding
    async for finding in _teams(settings, policy, SystemClock(), shelf, url):
        yield finding


async def _teams(
    settings: Settings, policy: Policy | None, clock: Clock, shelf: Shelf | None, url: str
) -> AsyncIterator[Finding]:
    if not settings.teams_app_id:
        text = "not connected; the README says how: an Azure Bot comes first, then `signoff manifest teams`"
        yield Finding("Teams", Health.FINE, text)
        return
    from bot.doctor import teams  # noqa: PLC0415 - the Bot Framework takes a second to import

    async for finding in teams.examine(settings, policy, clock, shelf=shelf, url=url):
        yield finding
