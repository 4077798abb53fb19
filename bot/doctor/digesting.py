"""Digests: whether each has somewhere to go, when it comes next, and whether what draws their charts is there."""

from __future__ import annotations

from importlib.util import find_spec

from adapters.timers import next_by_cron
from bot.answering.asking import zone_of
from bot.app import Workplace
from bot.doctor.findings import Finding, Health
from bot.policy.document import Policy

_NAME = "digests"


async def digests(place: Workplace, policy: Policy | None) -> Finding:
    """The summaries that come by themselves."""
    if policy is None or not any(owner.digests for owner in policy.owners.values()):
        return Finding(_NAME, Health.FINE, "the policy has none")
    settings, now = place.settings, place.clock.now()
    connected = {"slack": settings.slack_mode != "off", "teams": bool(settings.teams_app_id)}
    silent, upcoming = [], []
    for owner in policy.owners.values():
        zone = zone_of(owner, policy)
        for digest in owner.digests:
            if not any(connected[surface] for surface in digest.places):
                silent.append(f"{owner.id}/{digest.name}")
            at = next_by_cron(digest.cron, zone.key, now)
            if at is not None:
                upcoming.append((at, f"{owner.id}/{digest.name} {at.astimezone(zone):%a %Y-%m-%d %H:%M} {zone.key}"))
    if silent:
        remedy = "set up Slack or Teams (SIGNOFF_SLACK_..., SIGNOFF_TEAMS_...), or take them out of the policy"
        return Finding(_NAME, Health.WARNING, f"no surface is connected for {', '.join(silent)}", remedy)
    if find_spec("matplotlib") is None:
        return Finding(_NAME, Health.WARNING, "they come without a chart: matplotlib is missing", "run make setup")
    following = f"; next {min(upcoming)[1]}" if upcoming else ""
    return Finding(_NAME, Health.FINE, f"{len(upcoming)} by schedule{following}")
