"""Pausing and resuming, and what is paused, kept at hand for banners."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain import events as e
from bot.domain import people
from bot.domain.events import EventRecord
from bot.domain.lifecycle import apply_pauses
from bot.domain.pauses import PAUSES, Pause
from bot.domain.people import Actor, Person
from bot.errors import BadInput, Conflict
from bot.following import AGAIN_SECONDS, Following
from bot.pausing.scopes import allowed, sayable
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.recording import Needs, View, stream_of

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
        self._ledger = Following(store, STREAM, "what is paused", again_seconds=again_seconds)

    async def start(self) -> None:
        """Read what is in force, and follow what changes."""
        await self._ledger.start()

    async def close(self) -> None:
        """Follow no longer."""
        await self._ledger.close()

    def now(self) -> tuple[Pause, ...]:
        """What is paused.

        Raises:
            Unavailable: while something changed that could not be read; it may have been a pause.
        """
        records = self._ledger.records()
        return in_force(records, self._clock.now()) if records else ()

    async def standing(self) -> tuple[Pause, ...]:
        """What is paused, as the store has it at this moment."""
        await self._ledger.read()
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
        await self._ledger.read()
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
        await self._ledger.read()
        return ended


def _of(view: View, scope: str) -> Pause | None:
    return next((pause for pause in view.pauses() if pause.scope == scope), None)
