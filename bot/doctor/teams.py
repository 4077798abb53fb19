"""Teams: the bot's token, Microsoft's keys, the way in; then what the policy names there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

from adapters.teams.app.teams import MESSAGES
from adapters.teams.client import Credentials, InboundTokens, References, TeamsPeople
from adapters.teams.client.botbuilder import BotbuilderPort
from adapters.teams.client.keys import Keys
from adapters.teams.client.references import ADDRESSES, CHANNELS, CHATS, LINKS, TEAMS, TENANTS
from bot.app.registration import cloud_of, grant_of
from bot.doctor import teams_places
from bot.doctor.findings import Finding, Health, guarded
from bot.errors import SettingsInvalid, SignoffError
from bot.policy.document import Policy
from bot.ports import Clock, Shelf
from bot.settings import Settings
from store.memory import MemoryStore

_SECONDS = 5.0


async def remembered(shelf: Shelf, clock: Clock) -> Shelf:
    """A copy of what is known of places in Teams: looking at them notes things, and the doctor changes nothing."""
    copy = MemoryStore(clock).shelf
    for room in (TENANTS, TEAMS, CHANNELS, LINKS, CHATS, ADDRESSES):
        for key, value in (await shelf.entries(room, clock.now())).items():
            await copy.put(room, key, value)
    return copy


async def examine(
    settings: Settings, policy: Policy | None, clock: Clock, *, shelf: Shelf | None, url: str
) -> AsyncIterator[Finding]:
    """Look at everything that has to do with Teams.

    ``shelf`` is a copy that may be written to, None when none could be made; we listen at ``url``.
    """
    try:
        cloud, grant = cloud_of(settings), grant_of(settings)
    except SettingsInvalid as error:
        yield Finding("Teams cloud", Health.WRONG, error.message, error.remedy or "")
        return
    yield await guarded("Teams address", lambda: _way_in(settings, url))
    yield await guarded("Teams keys", lambda: _keys(cloud.openid_url, clock))
    credentials = Credentials(grant, clock)
    home = settings.teams_tenant
    tokens = InboundTokens(app_id=settings.teams_app_id, tenants=(home,), clock=clock, cloud=cloud)
    port = BotbuilderPort(credentials, tokens)
    try:
        token = await _token(credentials, settings)
        yield token
        if policy is not None and token.health is Health.FINE:
            references = References(shelf or MemoryStore(clock).shelf, clock, service_url=cloud.service_url, home=home)
            people = TeamsPeople(port, references, clock=clock, policy=lambda: policy)
            async for finding in teams_places.examine(policy, port, references, people, home):
                yield finding
    finally:
        await port.close()


async def _token(credentials: Credentials, settings: Settings) -> Finding:
    try:
        await credentials.token()
    except SignoffError as error:
        if settings.teams_managed_identity:
            remedy = "give this machine that managed identity (Azure portal, Identity), and run Signoff there"
        elif error.code == "credentials_refused":
            remedy = (
                "compare SIGNOFF_TEAMS_APP_ID and SIGNOFF_TEAMS_TENANT with the app registration's overview, and make "
                "a new secret (Certificates & secrets) when that one has expired"
            )
        else:
            remedy = "see whether this machine gets to Microsoft's login, and SIGNOFF_TEAMS_CLOUD"
        return Finding("Teams token", Health.WRONG, error.message, remedy)
    return Finding("Teams token", Health.FINE, f"for the bot {settings.teams_app_id}")


async def _keys(openid_url: str, clock: Clock) -> Finding:
    keys = Keys(openid_url, clock)
    try:
        await keys.find("")
    except SignoffError as error:
        remedy = f"let this machine get to {openid_url}: without them every call of Teams is refused"
        return Finding("Teams keys", Health.WRONG, error.message, remedy)
    finally:
        await keys.close()
    return Finding("Teams keys", Health.FINE, "those that sign Teams' calls can be had")


async def _way_in(settings: Settings, url: str) -> Finding:
    """How Teams' calls reach us."""
    if settings.public_url.startswith("https://"):
        return await _answers(settings.public_url)
    found = await _answers(url)
    text = f"Teams calls https:// alone, and SIGNOFF_PUBLIC_URL is {settings.public_url or 'not set'}"
    remedy = f"set it to the server's public address, and the Azure Bot's messaging endpoint to that and {MESSAGES}"
    return found if found.health is Health.WRONG else Finding("Teams address", Health.WARNING, text, remedy)


async def _answers(url: str) -> Finding:
    """A call without a token is refused by us; whatever else answers is not us, or has no Teams."""
    address = f"{url}{MESSAGES}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.post(address, json={"type": "message"}, allow_redirects=False) as response,
        ):
            status = response.status
    except (aiohttp.ClientError, TimeoutError):
        return Finding("Teams address", Health.WARNING, f"nothing answers at {address}", "signoff serve")
    if status == HTTPStatus.UNAUTHORIZED:
        return Finding("Teams address", Health.FINE, f"{address} refuses what Teams did not sign")
    text = f"{address} answers {status} to what Teams did not sign, where we answer 401"
    remedy = "start `signoff serve` again with these settings, and let the proxy or tunnel lead to it unchanged"
    return Finding("Teams address", Health.WRONG, text, remedy)
