"""Noting which digests are due: the instant at which one is due is what makes it one, in whichever process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from bot.answering.asking import zone_of
from bot.digesting.due import Due, due_of
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.people import CLOCK, Actor
from bot.errors import SignoffError
from bot.policy.cron import Cron
from bot.policy.digests import Digest
from bot.policy.document import Owner, Policy
from bot.ports import Clock, Store
from bot.recording import DIGEST_DUE, Needs, View, digests_ledger, stream_of

log = logging.getLogger("signoff.digests")

NextAfter = Callable[[Cron, str, datetime], datetime | None]
"""The first instant after another at which a cron expression comes on the clocks of a zone."""
PLANNED = "digest.planned"
"""Noted when a digest, or another time for it, is seen for the first time: nothing before it was missed."""
LONGEST = 60.0
"""Seconds after which it is looked again."""
OLDEST = timedelta(days=62)
"""What was due longer ago is not sent any more."""
_SOONEST = 0.05


class Digesting:
    """``step`` notes what is due, for good; ``send`` notes a summary that somebody wants sent now.

    ``surfaces`` are the chat surfaces that are connected: elsewhere nothing is sent.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        policy: Callable[[], Policy],
        next_after: NextAfter,
        surfaces: Callable[[], Sequence[str]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._next_after = next_after
        self._surfaces = surfaces
        self._next: dict[tuple[str, str, str], datetime] = {}

    async def step(self) -> float:
        """Note every digest that is due by now; returns in how many seconds the next one is, ``LONGEST`` at most.

        A digest that can't be noted is logged and tried again; the others go on.
        """
        now, policy = self._clock.now(), self._policy()
        soonest = now + timedelta(seconds=LONGEST)
        for owner in policy.owners.values():
            zone = zone_of(owner, policy).key
            for digest in owner.digests:
                try:
                    upcoming = await self._look(owner, digest, zone, now)
                except SignoffError as error:
                    log.warning("the digest %s of %s can't be noted: %s", digest.name, owner.id, error.code)
                    continue
                soonest = soonest if upcoming is None else min(soonest, upcoming)
        return max(_SOONEST, (soonest - self._clock.now()).total_seconds())

    async def send(self, owner: Owner, digest: Digest, by: Actor) -> Due:
        """Note that a digest is to be sent now, whenever it is due; its next one comes as if this had not been."""
        zone = zone_of(owner, self._policy()).key
        due = Due(
            owner.id,
            digest.name,
            self._clock.now(),
            digest.period,
            self._places(digest),
            timezone=zone,
            kind=digest.kind,
        )
        ledger = digests_ledger(owner.id)
        fact = e.Noted(DIGEST_DUE, msgspec.to_builtins(due))
        await self._store.transact(Needs(ledgers=(ledger,)), lambda view: view.record("ledger", ledger, fact, by))
        return due

    async def _look(self, owner: Owner, digest: Digest, zone: str, now: datetime) -> datetime | None:
        """Note it if it is due; when it is next."""
        schedule = f"{digest.cron.text} {zone}"
        key = owner.id, digest.name, schedule
        known = self._next.get(key)
        if known is not None and now < known:
            return known
        ledger = digests_ledger(owner.id)
        while True:
            records = await self._store.events(stream_of("ledger", ledger))
            since = _since(records, digest.name, schedule)
            fact = self._fact(owner, digest, zone, since, now)
            if fact is None or await self._note(ledger, len(records), fact):
                break
        upcoming = self._next_after(digest.cron, zone, now)
        if upcoming is not None:
            self._next[key] = upcoming
        return upcoming

    def _fact(self, owner: Owner, digest: Digest, zone: str, since: datetime | None, now: datetime) -> e.Noted | None:
        """What is to be noted of it now, if anything."""
        schedule = f"{digest.cron.text} {zone}"
        if since is None:
            return e.Noted(PLANNED, {"digest": digest.name, "schedule": schedule, "since": now.isoformat()})
        came = list(self._came(digest.cron, zone, since, now))
        if not came:
            return None
        late = (now - came[-1]) // timedelta(seconds=1)
        due = Due(
            owner=owner.id,
            digest=digest.name,
            due_at=came[-1],
            period=digest.period,
            places=self._places(digest),
            schedule=schedule,
            timezone=zone,
            kind=digest.kind,
            missed=len(came) - 1,
            late_seconds=late,
        )
        return e.Noted(DIGEST_DUE, msgspec.to_builtins(due))

    def _came(self, cron: Cron, zone: str, since: datetime, now: datetime) -> Iterator[datetime]:
        """When it was due since then, oldest first."""
        at = self._next_after(cron, zone, max(since, now - OLDEST))
        while at is not None and at <= now:
            yield at
            at = self._next_after(cron, zone, at)

    def _places(self, digest: Digest) -> dict[str, tuple[str, ...]]:
        return {surface: digest.places[surface] for surface in self._surfaces() if surface in digest.places}

    async def _note(self, ledger: str, seen: int, fact: e.Noted) -> bool:
        return await self._store.transact(Needs(ledgers=(ledger,)), partial(_noted, ledger, seen, fact))


def _noted(ledger: str, seen: int, fact: e.Noted, view: View) -> bool:
    """Note it, unless another process has noted something meanwhile."""
    if view.version("ledger", ledger) != seen:
        return False
    view.record("ledger", ledger, fact, CLOCK)
    return True


def _since(records: Sequence[EventRecord], name: str, schedule: str) -> datetime | None:
    """Until when this digest by this schedule was noted last; None where it never was."""
    for record in reversed(records):
        event = None if record.payload is None else e.event_of(record)
        if not isinstance(event, e.Noted) or event.facts.get("digest") != name:
            continue
        if event.facts.get("schedule") == schedule:
            return due_of(event).due_at if event.what == DIGEST_DUE else datetime.fromisoformat(event.facts["since"])
        if event.facts.get("schedule"):
            return None  # it came by another schedule until now
    return None
