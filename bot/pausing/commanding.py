"""Pausing and resuming, and what is paused, kept at hand for banners."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from bot.domain import events as e
from bot.domain import people
from bot.domain.events import EventRecord
from bot.domain.lifecycle import apply_pauses
from bot.domain.pauses import PAUSES, Pause
from bot.domain.people import Actor, Person
from bot.errors import BadInput, Conflict, SignoffError, Unavailable
from bot.pausing.scopes import allowed, sayable
from bot.policy.document import Policy
from bot.ports import Clock, Committed, Store
from bot.recording import Needs, View, stream_of

log = logging.getLogger("signoff.pausing")

AGAIN_SECONDS = 1.0
"""Between two reads of a ledger that can't be read."""
STREAM = stream_of("ledger", PAUSES)
NEEDS = Needs(ledgers=(PAUSES,))


def in_force(records: Iterable[EventRecord], now: datetime) -> tuple[Pause, ...]:
    """What is paused at ``now``, oldest first, from the ledger's records."""
    standing: tuple[Pause, ...] = ()
    for record in records:
        if record.payload is not None:
            by = record.actor.partition(":")[2]
            standing = apply_pauses(standing, e.event_of(record), record.at, by)
    return tuple(pause for pause in standing if pause.stands(now))


class Pausing:
    """``pause`` and ``resume``; ``now`` for what people are shown. ``start`` before the first use, ``close`` after.

    ``surfaces`` are the chat surfaces that are connected. Whether a request is paused is not asked here, but of the
    view inside its own transaction.
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
        self._records: Sequence[EventRecord] = ()
        self._unknown = False
        self._failures = 0
        self._closing = asyncio.Event()
        self._reading: set[asyncio.Task[None]] = set()
        self._stop: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Read what is in force, and follow what changes."""
        self._stop = self._store.subscribe(self._heard)
        await self._read()

    async def close(self) -> None:
        """Follow no longer."""
        self._stop()
        self._closing.set()
        await asyncio.gather(*self._reading, return_exceptions=True)

    def now(self) -> tuple[Pause, ...]:
        """What is paused.

        Raises:
            Unavailable: while something changed that could not be read; it may have been a pause.
        """
        if self._unknown:
            raise Unavailable("it is not known what is paused", remedy="try again in a moment")
        return in_force(self._records, self._clock.now()) if self._records else ()

    async def standing(self) -> tuple[Pause, ...]:
        """What is paused, as the store has it at this moment."""
        await self._read()
        return self.now()

    def checked(self, scope: str, reason: str, person: Person) -> str:
        """The reason without space around it, once it is clear that this person may stop or resume that.

        Raises:
            BadInput, NotAllowed: as for ``pause``.
        """
        return allowed(scope, reason, person, self._policy())

    async def pause(
        self,
        scope: str,
        reason: str,
        person: Person,
        surface: str,
        *,
        until: datetime | None = None,
        freeze: bool = False,
    ) -> Pause:
        """Stop it. Again with the same reason, end and freeze changes nothing.

        Raises:
            BadInput: naming ``scope``, ``reason`` or ``until``.
            NotAllowed: saying who may.
        """
        reason = self.checked(scope, reason, person)
        return await self.pause_as(people.person(person.id, surface), scope, reason, until=until, freeze=freeze)

    async def pause_as(
        self, actor: Actor, scope: str, reason: str, *, until: datetime | None = None, freeze: bool = False
    ) -> Pause:
        """As ``pause``, by whoever needs no leave: an operator at the console of the machine.

        Raises:
            BadInput: as for ``pause``.
        """
        reason = sayable(scope, reason, self._policy())
        if until is not None and until <= self._clock.now():
            raise BadInput("is over already", field="until", remedy="choose a later time, or none")
        connected = self._surfaces()

        def flow(view: View) -> Pause:
            standing = _of(view, scope)
            if standing is None or (standing.reason, standing.until, standing.freeze) != (reason, until, freeze):
                shown = connected if freeze or (standing is not None and standing.freeze) else ()
                view.record("ledger", PAUSES, e.Paused(scope, reason, until, freeze, surfaces=shown), actor)
            found = _of(view, scope)
            if found is None:
                raise BadInput("is over already", field="until", remedy="choose a later time, or none")
            return found

        made = await self._store.transact(NEEDS, flow)
        await self._read()
        return made

    async def resume(self, scope: str, reason: str, person: Person, surface: str) -> Pause:
        """Let it go on; returns the pause that ended.

        Raises:
            Conflict: ``not_paused``.
            BadInput, NotAllowed: as for ``pause``.
        """
        reason = self.checked(scope, reason, person)
        return await self.resume_as(people.person(person.id, surface), scope, reason)

    async def resume_as(self, actor: Actor, scope: str, reason: str) -> Pause:
        """As ``resume``, by whoever needs no leave.

        Raises:
            Conflict, BadInput: as for ``resume``.
        """
        reason = sayable(scope, reason, self._policy())
        connected = self._surfaces()

        def flow(view: View) -> Pause:
            standing = _of(view, scope)
            if standing is None:
                raise Conflict(f"{scope} is not paused", code="not_paused")
            view.record("ledger", PAUSES, e.Resumed(scope, reason, connected if standing.freeze else ()), actor)
            return standing

        ended = await self._store.transact(NEEDS, flow)
        await self._read()
        return ended

    async def _follow(self) -> None:
        """Read what was heard of, until that succeeds."""
        while True:
            try:
                await self._read()
            except SignoffError as error:
                self._failures += 1
                self._unknown = True
                log.warning("what is paused could not be read: %s", error.code)
            if not self._unknown or self._closing.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self._again_seconds):
                    await self._closing.wait()

    async def _read(self) -> None:
        failures = self._failures
        records = await self._store.events(STREAM)
        self._unknown = self._unknown and self._failures != failures
        if len(records) >= len(self._records):  # a ledger only grows: what is shorter was read before, and came late
            self._records = records

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None or any(change.stream == STREAM for change in committed):
            task = asyncio.create_task(self._follow(), name="pauses")
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)


def _of(view: View, scope: str) -> Pause | None:
    return next((pause for pause in view.pauses() if pause.scope == scope), None)
