"""Which events of other streams bear on a request: who its agent is, under which policy, and what was paused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain import events as e
from bot.domain.events import EventRecord, event_of
from bot.domain.pauses import EVERYTHING, PAUSES
from bot.domain.people import ActorKind
from bot.domain.requests import Request
from bot.filing.people import IN_USE, POLICY
from bot.ports import Store
from bot.recording import stream_of

_SIGNING = frozenset({"request.signed", "request.decided"})


async def bearing(store: Store, request: Request, own: Sequence[EventRecord], now: datetime) -> list[EventRecord]:
    """These events, by stream and number."""
    found = [
        *(await store.events(stream_of("agent", request.agent_id)))[:1],
        *_policies(await store.events(POLICY), request, own),
        *_pauses(await store.events(stream_of("ledger", PAUSES)), request, now),
    ]
    return sorted(found, key=lambda record: (record.stream, record.seq))


def _policies(noted: Sequence[EventRecord], request: Request, own: Sequence[EventRecord]) -> Iterator[EventRecord]:
    """The one that judged it, and those in use whenever a person signed; each once."""
    events = [(record, event_of(record)) for record in noted if record.payload is not None]
    in_use = [(record, event) for record, event in events if isinstance(event, e.Noted) and event.what == IN_USE]
    version = request.assessment.verdict.policy_version
    judging = [
        record for record, event in in_use if event.facts.get("version") == version and record.at <= request.opened_at
    ]
    found = {record.seq: record for record in judging[-1:]}
    for signed in own:
        by_person = signed.actor.startswith(f"{ActorKind.PERSON}:")
        if signed.type in _SIGNING and by_person:
            found.update({record.seq: record for record in [one for one, _ in in_use if one.at <= signed.at][-1:]})
    yield from found.values()


def _pauses(records: Sequence[EventRecord], request: Request, now: datetime) -> Iterator[EventRecord]:
    """Pauses that covered it between its opening and its end, each with what ended it."""
    scopes = {
        EVERYTHING,
        f"action:{request.assessment.action_type}",
        f"agent:{request.agent_id}",
        f"owner:{request.routing.owner}",
    }
    end = _end(request, now)
    standing: dict[str, tuple[EventRecord, e.Paused]] = {}
    for record in records:
        event = None if record.payload is None else event_of(record)
        if not isinstance(event, e.Paused | e.Resumed) or event.scope not in scopes:
            continue
        before = standing.pop(event.scope, None)
        touched = before is not None and _touches(before, record.at, request.opened_at, end)
        if touched and before is not None:
            yield before[0]
        if isinstance(event, e.Paused):
            standing[event.scope] = (record, event)
        elif touched:
            yield record
    for kept in standing.values():
        if _touches(kept, now, request.opened_at, end):
            yield kept[0]


def _touches(pause: tuple[EventRecord, e.Paused], ended: datetime, opened_at: datetime, end: datetime) -> bool:
    record, event = pause
    over = ended if event.until is None else min(ended, event.until)
    return record.at <= end and over >= opened_at


def _end(request: Request, now: datetime) -> datetime:
    """Until when anything could still become of it."""
    grant, decision = request.grant, request.decision
    if decision is None:
        return now
    if grant is None:
        return decision.at
    return grant.ended_at or min(now, grant.expires_at)
