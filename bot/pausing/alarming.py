"""Alarming: when people correct too much, the policy pauses by itself; once, however many processes look."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain import events as e
from bot.domain import people
from bot.domain.events import EventRecord
from bot.domain.pauses import PAUSES
from bot.domain.people import ActorKind
from bot.domain.requests import DecisionKind, Request
from bot.errors import SignoffError
from bot.pausing.commanding import NEEDS, STREAM
from bot.policy.alarms import Alarm, Stops
from bot.policy.document import Owner, Policy
from bot.policy.durations import spoken
from bot.ports import Clock, Committed, RequestQuery, Store
from bot.recording import View

log = logging.getLogger("signoff.alarming")

OVERRIDES = frozenset({DecisionKind.APPROVED_WITH_EDITS, DecisionKind.REJECTED})
"""What a person decides otherwise than the agent proposed."""
AGAIN_SECONDS = 30.0
"""How often everything is counted again, for what another process had no time to count."""
PAGE = 500
_TRIES = 5


def is_override(request: Request) -> bool:
    """Whether a person edited or rejected it."""
    decision = request.decision
    return decision is not None and decision.kind in OVERRIDES and decision.by.kind is ActorKind.PERSON


class Alarming:
    """``run`` counts after every override until it is cancelled; ``check`` counts everything once.

    Nothing is kept here: overrides are counted in the store, so that a restart forgets none.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        *,
        surfaces: Callable[[], tuple[str, ...]] = tuple,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._surfaces = surfaces
        self._again_seconds = again_seconds
        self._wake = asyncio.Event()
        self._owners: set[str] = set()

    async def run(self) -> None:
        """Count at once, after every override that is committed here, and every now and then, for good."""
        stop = self._store.subscribe(self._heard)
        owners: set[str] | None = None
        try:
            while True:
                try:
                    await self.check(owners)
                except SignoffError as error:
                    log.warning("overrides could not be counted: %s", error.code)
                owners = await self._next()
        finally:
            stop()

    async def check(self, owners: Iterable[str] | None = None) -> int:
        """Count for these owners (None: for all), and pause where an alarm says so; returns how often it did."""
        policy = self._policy()
        wanted = policy.owners.keys() if owners is None else owners
        made = 0
        for owner in (policy.owners[id_] for id_ in wanted if id_ in policy.owners):
            for alarm in owner.alarms:
                made += await self._check(owner, alarm, policy)
        return made

    async def _next(self) -> set[str] | None:
        """The owners of whom there is something new; None when it is time to count all again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._again_seconds):
                await self._wake.wait()
            self._wake.clear()
            owners, self._owners = self._owners, set()
            return owners
        return None

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        for change in committed or ():
            request = change.request
            if request is not None and "request.decided" in change.types and is_override(request):
                self._owners.add(request.routing.owner)
                self._wake.set()

    async def _check(self, owner: Owner, alarm: Alarm, policy: Policy) -> int:
        """Pause what the alarm's overrides have reached; what was counted before a pause is not counted again."""
        for _ in range(_TRIES):
            records = await self._store.events(STREAM)
            overrides = await self._overrides(owner.id, alarm)
            events = _due(alarm, owner, overrides, records, self._clock.now(), self._surfaces())
            if not events:
                return 0
            if await self._paused(events, len(records), policy.version):
                log.warning("the alarm %s/%s paused %d scopes", owner.id, alarm.name, len(events))
                return len(events)
        log.warning("the alarm %s/%s was overtaken again and again", owner.id, alarm.name)
        return 0

    async def _paused(self, events: list[e.Paused], seen: int, version: str) -> bool:
        """Record them, unless anything was paused or resumed since the ledger was read."""

        def flow(view: View) -> bool:
            if view.version("ledger", PAUSES) != seen:
                return False
            for event in events:
                view.record("ledger", PAUSES, event, people.policy(version))
            return True

        return await self._store.transact(NEEDS, flow)

    async def _overrides(self, owner: str, alarm: Alarm) -> list[Request]:
        since = self._clock.now() - timedelta(seconds=alarm.within)
        found: list[Request] = []
        after: str | None = None
        while True:
            page = await self._store.requests(
                RequestQuery(
                    statuses=tuple(sorted(kind.value for kind in OVERRIDES)),
                    owners=(owner,),
                    decided_from=since,
                    limit=PAGE,
                    after=after,
                )
            )
            found += [request for request in page.items if is_override(request)]
            after = page.next
            if after is None:
                return found


def _due(
    alarm: Alarm,
    owner: Owner,
    overrides: Iterable[Request],
    records: Sequence[EventRecord],
    now: datetime,
    surfaces: tuple[str, ...],
) -> list[e.Paused]:
    """What the alarm pauses now."""
    ends = _ends(records)
    counted: dict[str, Counter[DecisionKind]] = {}
    for request in overrides:
        scope = _scope(alarm, request)
        decision = request.decision
        end = ends.get(scope)
        if decision is None or (scope in ends and (end is None or decision.at <= end)):
            continue
        counted.setdefault(scope, Counter())[decision.kind] += 1
    until = None if alarm.lasts is None else now + timedelta(seconds=alarm.lasts)
    return [
        e.Paused(scope, _why(alarm, owner, kinds), until, alarm.freeze, f"{owner.id}/{alarm.name}", surfaces)
        for scope, kinds in counted.items()
        if kinds.total() >= alarm.overrides
    ]


def _ends(records: Iterable[EventRecord]) -> dict[str, datetime | None]:
    """By scope that was ever paused, when that ended or will; None while only somebody can end it.

    What was overridden up to then, its pause has answered already.
    """
    ends: dict[str, datetime | None] = {}
    for record in records:
        event = e.event_of(record) if record.payload is not None else None
        if isinstance(event, e.Paused):
            ends[event.scope] = event.until
        elif isinstance(event, e.Resumed):
            ends[event.scope] = record.at
    return ends


def _scope(alarm: Alarm, request: Request) -> str:
    if alarm.stops is Stops.ACTION:
        return f"action:{request.assessment.action_type}"
    if alarm.stops is Stops.AGENT:
        return f"agent:{request.agent_id}"
    return f"owner:{request.routing.owner}"


def _why(alarm: Alarm, owner: Owner, kinds: Counter[DecisionKind]) -> str:
    edited, rejected = kinds[DecisionKind.APPROVED_WITH_EDITS], kinds[DecisionKind.REJECTED]
    return (
        f"people overrode {kinds.total()} requests of {owner.title} within {spoken(alarm.within)} ({edited} edited, "
        f"{rejected} rejected); the alarm {alarm.name} allows fewer than {alarm.overrides}"
    )
