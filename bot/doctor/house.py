"""The house itself: policy, keys, schema, record, address."""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus

import aiohttp

from adapters.signing import load_keys
from bot.app import Workplace, read_policy
from bot.app.calendars import read_calendars
from bot.doctor.findings import Finding, Health
from bot.errors import PolicyInvalid, SettingsInvalid, SignoffError
from bot.policy.document import Policy
from bot.rostering import AHEAD, Rostering, gaps
from bot.rostering.wording import gap_said
from bot.settings import Settings, unknown_names
from store import schema

_GAPS = 5
"""Gaps that are told one by one."""


def python() -> Finding:
    """Which Python runs it."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", Health.FINE, f"Python {version}")


def names() -> Finding:
    """Settings that nobody reads."""
    strange = unknown_names()
    if not strange:
        return Finding("settings", Health.FINE, "every name is known")
    meant = [f"{close} for {name}" for name, close in strange.items() if close]
    remedy = f"perhaps you mean {', '.join(meant)}" if meant else "the README lists the settings"
    return Finding("settings", Health.WARNING, f"read by nobody: {', '.join(strange)}", remedy)


def policy(settings: Settings) -> tuple[Finding, Policy | None]:
    """The policy file, and the policy in it when it is good."""
    try:
        policy = read_policy(settings.policy)
    except PolicyInvalid as error:
        text = f"{len(error.problems)} problem(s), the first: {error.problems[0]}"
        return Finding("policy", Health.WRONG, text, f"signoff policy check {settings.policy}"), None
    except SignoffError as error:
        return Finding("policy", Health.WRONG, error.message, error.remedy or ""), None
    text = f"{settings.policy} ({policy.version}): {len(policy.actions)} action types, {len(policy.people)} people"
    return Finding("policy", Health.FINE, text), policy


def public_url(settings: Settings) -> Finding:
    """How people and agents reach it."""
    if settings.public_url.startswith("https://"):
        return Finding("public URL", Health.FINE, settings.public_url)
    if settings.public_url:
        return Finding(
            "public URL", Health.WARNING, f"{settings.public_url} is not encrypted", "put a TLS proxy before it"
        )
    return Finding(
        "public URL",
        Health.WARNING,
        "not set; links lead to where the server listens",
        "set SIGNOFF_PUBLIC_URL to how people reach this server",
    )


async def tables(settings: Settings) -> Finding:
    """The database's schema."""
    if settings.database.startswith("memory"):
        return Finding("schema", Health.WARNING, "kept in memory: gone when the server stops", "set SIGNOFF_DATABASE")
    have, want = await asyncio.to_thread(schema.current, settings.database), schema.head()
    if have == want:
        return Finding("schema", Health.FINE, f"at {have}")
    if have is None and settings.migrate:
        return Finding("schema", Health.WARNING, "there is no database yet", "signoff serve makes it")
    text = f"the database is at {have or 'nothing'}, this version wants {want}"
    return Finding("schema", Health.WRONG, text, "signoff db upgrade")


def keys(settings: Settings) -> Finding:
    """The master key."""
    if settings.key:
        return Finding("master key", Health.FINE, "from SIGNOFF_KEY")
    try:
        load_keys(settings.key_file, create=False)
    except SettingsInvalid as error:
        health = Health.WRONG if settings.key_file.exists() else Health.WARNING
        return Finding("master key", health, error.message, error.remedy or "")
    return Finding("master key", Health.FINE, f"{settings.key_file}; keep a copy somewhere safe")


async def clock(place: Workplace, _: Policy | None) -> Finding:
    """Whether the record's times lie in the past."""
    future = [record.at for _, record in await place.store.all_events(limit=1) if record.at > place.clock.now()]
    if future:
        return Finding(
            "clock", Health.WRONG, f"the record has events at {future[0]}, in the future", "set this machine's clock"
        )
    return Finding("clock", Health.FINE, f"{place.clock.now():%Y-%m-%d %H:%M:%S} UTC")


async def agents(place: Workplace, policy: Policy | None) -> Finding:
    """Who may propose."""
    agents = [agent for agent in await place.store.agents() if agent.revoked_at is None]
    if not agents:
        return Finding("agents", Health.WARNING, "none yet", "signoff agent create NAME --owner EMAIL --actions refund")
    known = set(policy.actions) if policy is not None else set()
    strange = {name for agent in agents for name in agent.action_types if name != "*" and policy and name not in known}
    if strange:
        text = f"action types that the policy lacks: {', '.join(sorted(strange))}"
        return Finding("agents", Health.WARNING, text, "add them to the policy, or create the agent again")
    return Finding("agents", Health.FINE, f"{len(agents)} in use")


async def outbox(place: Workplace, _: Policy | None) -> Finding:
    """Messages that were given up."""
    backlog = await place.store.outbox.backlog()
    if backlog.get("parked"):
        return Finding(
            "outbox",
            Health.WARNING,
            f"{backlog['parked']} message(s) given up",
            "look at the receivers; agents can poll",
        )
    return Finding("outbox", Health.FINE, f"{backlog.get('waiting', 0)} waiting, {backlog.get('sent', 0)} sent")


async def on_call(place: Workplace, policy: Policy | None) -> Finding:
    """Whether somebody will be on call wherever a ladder asks for it, and whether the calendars can be read."""
    if policy is None or not policy.rotations:
        return Finding("on call", Health.FINE, "the policy has no rotation")
    calendars = read_calendars(place.settings, place.clock, lambda: policy, None)
    await calendars.refresh()
    if calendars.failures:
        text = "; ".join(f"the calendar of {rotation}: {why}" for rotation, why in calendars.failures.items())
        return Finding("on call", Health.WRONG, text, "mend the file or the address; what was read before counts on")
    rostering = Rostering(place.store, place.clock, lambda: policy, planned=calendars.planned)
    now = place.clock.now()
    found = gaps(await rostering.standing(), now, now + AHEAD)
    if found:
        told = [f"{policy.rotations[one.rotation].title} {gap_said(one, policy, now)}" for one in found[:_GAPS]]
        more = f", and {len(found) - _GAPS} more times" if len(found) > _GAPS else ""
        return Finding("on call", Health.WARNING, f"nobody in {'; '.join(told)}{more}", "signoff duty gaps")
    return Finding("on call", Health.FINE, f"{len(policy.rotations)} rotations, without a gap within 14 days")


async def seals(place: Workplace, _: Policy | None) -> Finding:
    """How far the record is sealed."""
    last = await place.store.seals.last()
    if last is None:
        return Finding("record", Health.FINE, "nothing sealed yet; the server seals once a second")
    return Finding("record", Health.FINE, f"{last.size} events sealed, last at {last.at:%Y-%m-%d %H:%M:%S} UTC")


async def server(url: str) -> Finding:
    """Whether it runs."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session,
            session.get(f"{url}/readyz") as response,
        ):
            text = f"{url}/readyz says {response.status}"
            if response.status == HTTPStatus.OK:
                return Finding("server", Health.FINE, f"ready at {url}")
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                return Finding("server", Health.WRONG, text, "look at its log")
            return Finding("server", Health.WRONG, f"{text}: that is no Signoff", "choose another port or public URL")
    except (aiohttp.ClientError, TimeoutError):
        return Finding("server", Health.WARNING, f"nothing answers at {url}", "signoff serve")
