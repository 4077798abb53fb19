"""What the policy names on a chat surface."""

from __future__ import annotations

from bot.policy.digests_section import PERSON
from bot.policy.document import Policy


def named_places(policy: Policy, surface: str) -> dict[str, str]:
    """Every place of a surface that the policy names, with the owners that use it."""
    found: dict[str, dict[str, None]] = {}
    for owner in policy.owners.values():
        posts = (*(step.post_to for step in owner.sla.escalate), owner.knowledge_channels)
        for channels in (owner.channels, owner.second_channels, *posts):
            if place := channels.get(surface):
                found.setdefault(place, {})[owner.id] = None
        for digest in owner.digests:
            for place in digest.places.get(surface, ()):
                if not place.startswith(PERSON):
                    found.setdefault(place, {})[owner.id] = None
    return {place: ", ".join(owners) for place, owners in found.items()}
