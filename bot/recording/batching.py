"""Batching: several flows on one loaded state; and rebuilding every view from the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.people import Actor, ActorKind
from bot.recording.rows import Changes, Loaded, T
from bot.recording.viewing import View


class Batch:
    """Several flows on one loaded state, committed together; each sees those before it, a refused one leaves none."""

    def __init__(self, loaded: Loaded, now: datetime, entropy: Callable[[int], bytes]) -> None:
        self._loaded = loaded
        self._now = now
        self._entropy = entropy
        self.changes = Changes()

    def run(self, flow: Callable[[View], T]) -> T:
        """Run one flow; what it raises is passed on and nothing of it remains."""
        view = View(self._loaded, self._now, self._entropy)
        answer = flow(view)
        self.changes.absorb(view.changes)
        for name in ("requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting"):
            getattr(self._loaded, name).update(getattr(view.changes, name))
        return answer


def rebuild(records: Iterable[EventRecord]) -> Changes:
    """Every view, made anew from the record alone, in the order in which it was kept.

    Where the personal data of a request or contact was erased, the event of that says what remains known of each step.
    """
    kept = list(records)
    erasures = {
        record.stream: event
        for record in kept
        if record.type in {"request.erased", "contact.erased"}
        and record.payload is not None
        and isinstance(event := e.event_of(record), e.Erased | e.ContactErased)
    }
    everything = Changes()
    for record in kept:
        kind, _, id_ = record.stream.partition(":")
        view = View(everything, record.at, _no_entropy, whole=True)
        if record.payload is None:
            view.take_erased(erasures[record.stream], record)
        else:
            view.take(kind, id_, e.event_of(record), record, _actor(record))
        everything.absorb(view.changes)
    _drop_what_went(everything)
    return everything


def _drop_what_went(everything: Changes) -> None:
    """Leave only rows that are: a deadline that passed, arguments that wait no more and erased keys have none."""
    everything.deadlines = {key: due_at for key, due_at in everything.deadlines.items() if due_at is not None}
    everything.keys = {name: use for name, use in everything.keys.items() if use is not None}
    everything.waiting = {key: requests for key, requests in everything.waiting.items() if requests}


def _no_entropy(_: int) -> bytes:
    raise AssertionError("rebuilding draws no random bytes")


def _actor(record: EventRecord) -> Actor:
    kind, _, id_ = record.actor.partition(":")
    return Actor(ActorKind(kind), id_, record.surface)
