"""Whether what is kept goes when the policy says so, and what legal holds keep."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.app import Workplace
from bot.doctor.findings import Finding, Health
from bot.holding import STREAM, standing_now
from bot.policy.document import Policy
from bot.retaining import Retaining, rules_in_a_line

_PATIENCE = timedelta(days=1)
"""What is over for longer was left: the server looks once an hour."""
_MOST = 1000


async def retention(place: Workplace, policy: Policy | None) -> Finding:
    """Whether anything is kept for longer than the policy says."""
    if policy is None:
        return Finding("retention", Health.FINE, "nobody can tell without a policy")
    veiled = replace(policy, veil=place.veil)
    holds = len(standing_now(await place.store.events(STREAM)))
    over = 0
    async for due in Retaining(place.store, place.clock, lambda: veiled).due(place.clock.now() - _PATIENCE):
        over += due.kept is None
        if over >= _MOST:
            break
    held = f"; {holds} legal hold{'' if holds == 1 else 's'}" if holds else ""
    if over:
        many = f"{over} or more" if over >= _MOST else str(over)
        text = f"{many} request(s) should have gone more than a day ago{held}"
        return Finding(
            "retention", Health.WARNING, text, "start the server: it looks once an hour; `signoff retention`"
        )
    return Finding("retention", Health.FINE, f"kept: {rules_in_a_line(policy)}{held}")
