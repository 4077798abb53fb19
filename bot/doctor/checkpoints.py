"""Whether published checkpoints arrive."""

from __future__ import annotations

from datetime import timedelta

from bot.app import Workplace
from bot.app.publishing import targets_of
from bot.doctor.findings import Finding, Health
from bot.policy.document import Policy
from bot.publishing import newest_published
from bot.recording import CHECKPOINT, publishing_lane

_SLOW = timedelta(minutes=2)
_NAME = "checkpoints"


async def published(place: Workplace, _: Policy | None) -> Finding:
    """Whether each target took what was noted for it."""
    targets = targets_of(place.settings)
    if not targets:
        remedy = (
            "set SIGNOFF_CHECKPOINT_FILE, _URL or _CHANNEL, so that a record that is cut can be told from a whole one"
        )
        return Finding(_NAME, Health.WARNING, "published nowhere", remedy)
    late = [said for target in targets if (said := await _late(place, target))]
    if late:
        remedy = "mend the target; what waits is published then, in its order, and the server's log says why it failed"
        return Finding(_NAME, Health.WRONG, "; ".join(late), remedy)
    newest = await newest_published(place.store)
    told = (
        "none published yet"
        if newest is None
        else f"the newest, over {newest.size:,} events, at {newest.at:%Y-%m-%d %H:%M} UTC"
    )
    return Finding(_NAME, Health.FINE, f"to {', '.join(targets)}: {told}")


async def _late(place: Workplace, target: str) -> str | None:
    surface, _, channel = target.partition(":")
    kind = surface if channel else CHECKPOINT
    waiting = await place.store.outbox.waiting(kind, publishing_lane(target), limit=100)
    if not waiting or waiting[0].created_at > place.clock.now() - _SLOW:
        return None
    many = f"{len(waiting)} checkpoints wait" if len(waiting) > 1 else "a checkpoint waits"
    return f"{many} for the {target} since {waiting[0].created_at:%Y-%m-%d %H:%M} UTC"
