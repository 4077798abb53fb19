"""Slack: the token, its scopes, the way in; then, workspace by workspace, what the policy names there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp

from adapters.slack.client.calling import make_session
from adapters.slack.client.examining import Examiner, Identity, require_socket
from adapters.slack.client.installing import Installations
from adapters.slack.client.refusals import TokenRefused
from adapters.slack.client.suspending import Suspensions
from bot.app import Workplace
from bot.doctor import slack_places
from bot.doctor.findings import Finding, Health, guarded
from bot.errors import SignoffError
from bot.manifest import slack_scopes
from bot.policy.document import Policy
from bot.ports import Clock
from bot.settings import Settings

_NOTICEABLE = timedelta(seconds=60)
_REFUSED = timedelta(seconds=300)
"""Slack's signatures carry a time; further off than this they count as replayed:
https://docs.slack.dev/authentication/verifying-requests-from-slack."""
_PAGES = "https://api.slack.com/apps"


async def installed(place: Workplace) -> Mapping[str, str]:
    """The token of each workspace that installed the app, by team."""
    installations = Installations(place.store.vault, place.store.shelf, place.clock)
    tokens = {team: await installations.token(team) for team in await installations.installed()}
    return {team: token for team, token in tokens.items() if token}


async def left_alone(place: Workplace) -> Mapping[str, str]:
    """Why each suspended workspace is suspended, by team."""
    suspended = await Suspensions(place.store.shelf, place.clock).all()
    return {team: suspension.why for team, suspension in suspended.items()}


async def examine(
    settings: Settings,
    policy: Policy | None,
    clock: Clock,
    *,
    tokens: Mapping[str, str],
    url: str,
    suspended: Mapping[str, str] | None = None,
) -> AsyncIterator[Finding]:
    """Look at everything that has to do with Slack.

    ``tokens`` are the bot's by workspace, ``suspended`` says of which nothing is asked any more and why, and we listen
    at ``url``.
    """
    if settings.slack_mode == "off":
        yield Finding("Slack", Health.FINE, "not connected; the README says how: `signoff manifest slack` comes first")
        return
    async with make_session() as session:
        yield await guarded("Slack address", lambda: _way_in(settings, session, url))
        workspaces: dict[str, Examiner] = {}
        for token in tokens.values():
            examiner = Examiner(settings.slack_api_url, session, token)
            findings, identity = await _identity(examiner, clock)
            for finding in findings:
                yield finding
            if identity is not None:
                workspaces[identity.team] = examiner
        for team, why in (suspended or {}).items():
            remedy = f"install the app there again ({settings.public_url or url}/slack/install), if it is still wanted"
            yield Finding(f"Slack workspace {team}", Health.WARNING, f"left alone: {why}", remedy)
        for team in settings.slack_teams:
            if team not in tokens and team not in (suspended or {}):
                remedy = f"open {settings.public_url or url}/slack/install as somebody who may install apps there"
                yield Finding(f"Slack workspace {team}", Health.WARNING, "has not installed the app yet", remedy)
        if policy is not None and workspaces:
            async for finding in slack_places.examine(policy, workspaces):
                yield finding


async def _identity(examiner: Examiner, clock: Clock) -> tuple[list[Finding], Identity | None]:
    try:
        identity = await examiner.identity()
    except TokenRefused as error:
        remedy = f"copy the Bot User OAuth Token again (OAuth & Permissions at {_PAGES}), or install the app again"
        return [Finding("Slack token", Health.WRONG, error.message, remedy)], None
    except SignoffError as error:
        remedy = error.remedy or "see whether this machine gets there, and SIGNOFF_SLACK_API_URL"
        return [Finding("Slack token", Health.WRONG, error.message, remedy)], None
    token = Finding("Slack token", Health.FINE, f"{identity.bot} in {identity.name} ({identity.team})")
    return [token, _scopes(identity), _skew(identity, clock.now())], identity


def _scopes(identity: Identity) -> Finding:
    wanted = set(slack_scopes())
    lacking, idle = sorted(wanted - identity.scopes), sorted(identity.scopes - wanted)
    if lacking:
        remedy = f"add them (OAuth & Permissions at {_PAGES}, or the manifest again), then install the app again"
        return Finding("Slack scopes", Health.WRONG, f"{identity.name} lacks {', '.join(lacking)}", remedy)
    if idle:
        remedy = f"take them away (OAuth & Permissions at {_PAGES}) and install the app again"
        return Finding("Slack scopes", Health.WARNING, f"never used in {identity.name}: {', '.join(idle)}", remedy)
    return Finding("Slack scopes", Health.FINE, f"the {len(wanted)} that it needs")


def _skew(identity: Identity, now: datetime) -> Finding:
    if identity.told_at is None:
        return Finding("Slack clock", Health.WARNING, "Slack's answer has no time to compare with", "look again later")
    off = now - identity.told_at
    text = f"this machine is {abs(off).total_seconds():.0f} s {'ahead of' if off > timedelta(0) else 'behind'} Slack"
    remedy = "set this machine's clock (NTP)"
    if abs(off) > _REFUSED:
        return Finding("Slack clock", Health.WRONG, f"{text}: every call of Slack's is refused as a replay", remedy)
    if abs(off) > _NOTICEABLE:
        return Finding("Slack clock", Health.WARNING, text, remedy)
    return Finding("Slack clock", Health.FINE, "agrees with Slack's within a minute")


async def _way_in(settings: Settings, session: aiohttp.ClientSession, url: str) -> Finding:
    """How Slack's calls reach us."""
    if settings.slack_mode == "socket":
        try:
            await require_socket(settings.slack_api_url, session, settings.slack_app_token)
        except SignoffError as error:
            remedy = f"make an app-level token with connections:write (Basic Information at {_PAGES}), Socket Mode on"
            return Finding("Slack address", Health.WRONG, f"Socket Mode: {error.message}", remedy)
        return Finding("Slack address", Health.FINE, "Socket Mode: none is needed")
    if not settings.public_url.startswith("https://"):
        text = f"Slack calls https:// alone, and SIGNOFF_PUBLIC_URL is {settings.public_url or 'not set'}"
        remedy = "set it to the address in the app's manifest, or use Socket Mode (SIGNOFF_SLACK_APP_TOKEN)"
        found = await _answers(session, url)
        return found if found.health is Health.WRONG else Finding("Slack address", Health.WARNING, text, remedy)
    return await _answers(session, settings.public_url)


async def _answers(session: aiohttp.ClientSession, url: str) -> Finding:
    """An unsigned call is refused by us; whatever else answers is not us, or has no Slack."""
    address = f"{url}/slack/events"
    try:
        async with session.post(address, json={}) as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError):
        return Finding("Slack address", Health.WARNING, f"nothing answers at {address}", "signoff serve")
    if status == HTTPStatus.UNAUTHORIZED:
        return Finding("Slack address", Health.FINE, f"{address} refuses what Slack did not sign")
    text = f"{address} answers {status} to what Slack did not sign, where we answer 401"
    remedy = "start `signoff serve` again with these settings, and let the proxy or tunnel lead to it unchanged"
    return Finding("Slack address", Health.WRONG, text, remedy)
