"""Batching: flows that wait are run together on what they need and committed together, whatever the database.

A store loads the rows that a batch needs with ``Reading`` (which says what else they bring along), runs the flows with
``run``, writes the changes, commits, and then answers with ``Call.settle`` and tells its listeners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.verdicts import Tally
from bot.ports import Committed, Listener
from bot.recording import Batch, Changes, Loaded, Needs, waits_under
from store.calls import Waiting

log = logging.getLogger(__name__)

Entropy = Callable[[int], bytes]
LARGEST = 512
"""Flows in one transaction."""

_KINDS = ("requests", "agents", "instances", "ledgers", "contacts", "tallies", "keys", "waiting")


class Reading:
    """Which rows a batch reads: what its flows need, and what those rows bring along."""

    def __init__(self) -> None:
        self._asked: dict[str, set[Any]] = {kind: set() for kind in _KINDS}

    def first(self, batch: Iterable[Waiting]) -> Needs:
        """Everything that the flows named."""
        for kind, asked in self._asked.items():
            asked.update(*(getattr(waiting.needs, kind) for waiting in batch))
        return Needs(**{kind: tuple(asked) for kind, asked in self._asked.items()})

    def more(self, found: Loaded) -> Needs | None:
        """What the rows just found bring along and was not asked for yet; None when that is nothing."""
        wanted = brought_along(found)
        fresh = {kind: wanted[kind] - self._asked[kind] for kind in _KINDS if kind in wanted}
        for kind, names in fresh.items():
            self._asked[kind] |= names
        if not any(fresh.values()):
            return None
        return Needs(**{kind: tuple(names) for kind, names in fresh.items()})

    def complete(self, loaded: Loaded) -> None:
        """Put a zero where nothing was counted, so that a flow can tell a known zero from an unknown tally."""
        loaded.ledgers_known |= self._asked["ledgers"]
        for key in self._asked["tallies"]:
            if key not in loaded.tallies:
                loaded.tallies[key] = Tally(key)

    def add(self, needs: Needs) -> None:
        """Read these as well."""
        for kind, asked in self._asked.items():
            asked.update(getattr(needs, kind))

    def names(self) -> dict[str, list[Any]]:
        """Everything that is read, by kind."""
        return {kind: list(asked) for kind, asked in self._asked.items()}


def brought_along(found: Loaded) -> dict[str, set[Any]]:
    """What rows bring along: requests behind keys and waiting grants, instances, agents, tallies, waiting grants."""
    requests: set[str] = {id_ for ids in found.waiting.values() for id_ in ids}
    instances: set[str] = set()
    agents = {kept.state.agent_id for kept in found.instances.values()}
    tallies: set[str] = set()
    waiting: set[str] = set()
    for use in filter(None, found.keys.values()):
        (instances if use.scope.startswith("provisioner:") else requests).add(use.subject)
    for kept in found.requests.values():
        request = kept.state
        instances.add(request.instance_id)
        agents.add(request.agent_id)
        tallies.update(held.key for held in request.reserved)
        if under := waits_under(request):
            waiting.add(under)
    return {"requests": requests, "instances": instances, "agents": agents, "tallies": tallies, "waiting": waiting}


def load(batch: Iterable[Waiting], fetch: Callable[[Needs], Loaded]) -> Loaded:
    """Everything that a batch reads, when ``fetch`` gives the rows that exist of what is named."""
    reading = Reading()
    loaded = Loaded()
    needs: Needs | None = reading.first(batch)
    while needs is not None:
        found = fetch(needs)
        merge(loaded, found)
        needs = reading.more(found)
    reading.complete(loaded)
    return loaded


def merge(into: Loaded, found: Loaded) -> None:
    """Add the rows of one to the other."""
    for kind in _KINDS:
        getattr(into, kind).update(getattr(found, kind))


def run(batch: Iterable[Waiting], loaded: Loaded, now: datetime, entropy: Entropy) -> Changes:
    """Run the flows one after the other; each keeps its answer or what it raised, and the changes are of all others."""
    running = Batch(loaded, now, entropy)
    for waiting in batch:
        waiting.answer = waiting.error = None
        try:
            waiting.answer = running.run(waiting.flow)
        except Exception as error:  # noqa: BLE001 - whatever a flow raises belongs to its caller alone
            waiting.error = error
    return running.changes


def committed(changes: Changes) -> list[Committed]:
    """What listeners hear of a commit."""
    types: dict[str, list[str]] = {}
    for record in changes.records:
        types.setdefault(record.stream, []).append(record.type)
    heard = []
    for stream, happened in types.items():
        kind, _, id_ = stream.partition(":")
        request = changes.requests[id_].state if kind == "request" else None
        heard.append(Committed(stream, request, tuple(happened)))
    return heard


@dataclass(slots=True)
class Listeners:
    """Who hears of commits. One that raises is logged and spoils nothing."""

    heard: dict[int, Listener] = field(default_factory=dict)
    number: int = 0

    def add(self, listener: Listener) -> Callable[[], None]:
        """Have it hear of every commit from now on; returns how to stop."""
        self.number += 1
        number = self.number
        self.heard[number] = listener

        def stop() -> None:
            self.heard.pop(number, None)

        return stop

    def tell(self, what: Sequence[Committed] | None) -> None:
        """Call each listener; only on the event loop."""
        if what is not None and not what:
            return
        for listener in tuple(self.heard.values()):
            try:
                listener(what)
            except Exception:
                log.exception("a listener failed")
