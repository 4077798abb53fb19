"""Warning: whoever answers for a rotation is told in chat that nobody will be on call, before it happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.people import CLOCK
from bot.ports import Clock, Store
from bot.recording import GAPS, Needs, View, gaps_ledger, stream_of
from bot.rostering.leave import answering
from bot.rostering.looking_ahead import AHEAD, Span, gaps
from bot.rostering.on_call import Roster

EVERY_SECONDS = timedelta(minutes=10).total_seconds()
MORNING = 9
"""The hour of the policy's zone before which nobody is told of what is further away than that day's morning."""
SOON = timedelta(days=1)
MOST = 30
"""Gaps that one message tells of, the soonest."""


async def warn_of_gaps(store: Store, clock: Clock, roster: Roster, surfaces: Sequence[str]) -> int:
    """Note, for each person, the gaps of the rotations that they answer for, where one is new; returns for how many.

    A gap is new where it begins at a time that they were not told of yet. Somebody is told once a day at most, unless a
    new one begins within a day; and not before the morning, unless it begins before. However many processes do this at
    once, each gap is told once.
    """
    now, told = clock.now(), 0
    if not surfaces:
        return 0
    found: dict[str, list[Span]] = {}
    for span in gaps(roster, now, now + AHEAD):
        for owner in answering(roster.policy, span.rotation):
            mine = found.setdefault(owner.accountable, [])
            mine += [span] if span not in mine else []
    for person, mine in found.items():
        told += await _warn(store, roster, person, mine, now, surfaces)
    return told


async def _warn(
    store: Store, roster: Roster, person: str, mine: list[Span], now: datetime, surfaces: Sequence[str]
) -> bool:
    ledger = gaps_ledger(person)
    records = await store.events(stream_of("ledger", ledger))
    if not _due(records, mine, roster, now):
        return False
    facts = {
        "to": person,
        "surfaces": list(surfaces),
        "gaps": [
            {"rotation": one.rotation, "since": one.since.isoformat(), "until": one.until.isoformat(), "text": one.text}
            for one in mine[:MOST]
        ],
    }
    flow = partial(_noted, ledger, len(records), e.Noted(GAPS, facts))
    return await store.transact(Needs(ledgers=(ledger,)), flow)


def _noted(ledger: str, seen: int, event: e.Noted, view: View) -> bool:
    """Note it, unless another process was first."""
    if view.version("ledger", ledger) != seen:
        return False
    view.record("ledger", ledger, event, CLOCK)
    return True


def _due(records: Sequence[EventRecord], mine: list[Span], roster: Roster, now: datetime) -> bool:
    """Whether there is a new gap, and it is time to tell of it."""
    before = [span for record in records for span in _told(record)]
    new = [span for span in mine[:MOST] if not any(_knew(one, span) for one in before)]
    if not new:
        return False
    if any(span.since < now + SOON for span in new) and any(span.since < _morning(roster, now) for span in new):
        return True
    local = now.astimezone(roster.policy.zone)
    if local.hour < MORNING:
        return False
    if any(span.since < now + SOON for span in new):
        return True
    return not any(record.at.astimezone(roster.policy.zone).date() == local.date() for record in records[-1:])


def _morning(roster: Roster, now: datetime) -> datetime:
    """The next time that it is morning; now, where it is day already."""
    local = now.astimezone(roster.policy.zone)
    return now if local.hour >= MORNING else local.replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _told(record: EventRecord) -> list[Span]:
    event = None if record.payload is None else e.event_of(record)
    if not isinstance(event, e.Noted) or event.what != GAPS:
        return []
    return [
        Span(one["rotation"], datetime.fromisoformat(one["since"]), datetime.fromisoformat(one["until"]))
        for one in event.facts["gaps"]
    ]


def _knew(told: Span, span: Span) -> bool:
    """Whether a gap begins within one that was told of; where that was cut at the end of what was looked at, at it."""
    return told.rotation == span.rotation and told.since <= span.since <= told.until
