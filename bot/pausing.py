"""Pausing: stop automation for an action type, an agent, an owner or everything, and let it go on, on record.

What is in force is a fold of the events of one ledger. ``Pausing`` keeps it at hand for the gate, which must not read
the database for it: it follows every commit of any process, and until it has read the ledger once, nothing opens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain import events as e
from bot.domain import people
from bot.domain.events import EventRecord
from bot.domain.pauses import EVERYTHING, Pause
from bot.domain.people import Person
from bot.errors import BadInput, Conflict, NotAllowed, SignoffError, Unavailable
from bot.policy.document import Policy
from bot.ports import Clock, Committed, Store
from bot.recording import Needs, View, stream_of

log = logging.getLogger("signoff.pausing")

LEDGER = "pauses"
MAX_REASON = 1000
"""Characters."""
AGAIN_SECONDS = 1.0
"""Between two reads of a ledger that can't be read."""
_ENDS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}
END_CHOICES = (("", "Until somebody resumes it"), ("1h", "In 1 hour"), ("4h", "In 4 hours"), ("1d", "In 1 day"))
"""When a pause ends by itself, as every surface's form offers it: values and titles."""


def in_force(records: Iterable[EventRecord], now: datetime) -> tuple[Pause, ...]:
    """What is paused at ``now``, oldest first, from the ledger's records."""
    standing: dict[str, Pause] = {}
    for record in records:
        event = e.event_of(record) if record.payload is not None else None
        if isinstance(event, e.Paused):
            by = record.actor.partition(":")[2]
            standing[event.scope] = Pause(event.scope, by, event.reason, record.at, event.until)
        elif isinstance(event, e.Resumed):
            standing.pop(event.scope, None)
    return tuple(pause for pause in standing.values() if pause.until is None or now < pause.until)


def may_pause(person: Person, scope: str, policy: Policy) -> bool:
    """Accountable executives and risk owners stop and resume what is theirs; an agent or everything, any of them."""
    kind, _, id_ = scope.partition(":")
    if kind == "action":
        action = policy.actions.get(id_)
        owners = [policy.owners[name] for name in _owners_of(policy, id_)] if action else []
    elif kind == "owner":
        owners = [policy.owners[id_]] if id_ in policy.owners else []
    else:
        owners = list(policy.owners.values())
    return any(person.id in {owner.accountable, owner.risk_owner} for owner in owners)


def _owners_of(policy: Policy, action_id: str) -> list[str]:
    action = policy.actions[action_id]
    return [action.owner, *(rule.owner for rule in action.routes)]


def pausable(person: Person, policy: Policy, agents: Iterable[str]) -> list[str]:
    """The scopes that this person may stop, the widest first; ``agents`` are the ids of those that there are."""
    known = [EVERYTHING, *(f"owner:{id_}" for id_ in policy.owners), *(f"action:{id_}" for id_ in policy.actions)]
    known += [f"agent:{id_}" for id_ in agents]
    return [scope for scope in known if may_pause(person, scope, policy)]


def concerns(scope: str, person: Person, policy: Policy) -> bool:
    """Whether what is stopped would come to an owner of theirs: as approver, accountable executive or risk owner."""
    mine = {owner.id for owner in policy.owners_of(person.id)}
    kind, _, id_ = scope.partition(":")
    if kind == "owner":
        return id_ in mine
    if kind == "action" and id_ in policy.actions:
        return not mine.isdisjoint(_owners_of(policy, id_))
    return bool(mine)


def end_of(choice: str, now: datetime) -> datetime | None:
    """When a pause ends that is made now with one of ``END_CHOICES``; None: when somebody resumes it.

    Raises:
        BadInput: naming ``end``, when it is none of them.
    """
    if not choice:
        return None
    if choice not in _ENDS:
        raise BadInput("is none of the choices", field="end", remedy="choose one of them")
    return now + _ENDS[choice]


def who_may(scope: str, policy: Policy) -> list[str]:
    """The names of those who may stop and resume it."""
    return [person.name for person in policy.people.values() if may_pause(person, scope, policy)]


class Pausing:
    """``pause`` and ``resume`` for people; ``now`` for the gate. ``start`` before the first use, ``close`` after."""

    def __init__(
        self, store: Store, clock: Clock, policy: Callable[[], Policy], *, again_seconds: float = AGAIN_SECONDS
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
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
        policy, reason = self._policy(), reason.strip()
        kind, _, id_ = scope.partition(":")
        known = id_ in policy.actions if kind == "action" else id_ in policy.owners if kind == "owner" else bool(id_)
        if scope != EVERYTHING and not (known and kind in {"action", "owner", "agent"}):
            remedy = "write everything, action:<id>, agent:<id> or owner:<id>"
            raise BadInput(f"{scope[:60]!r} is nothing that can be paused", field="scope", remedy=remedy)
        if not reason or len(reason) > MAX_REASON:
            remedy = "write a sentence; it goes to agents and on record"
            raise BadInput(f"has to be 1 to {MAX_REASON} characters long", field="reason", remedy=remedy)
        if not may_pause(person, scope, policy):
            names = ", ".join(who_may(scope, policy)) or "nobody"
            raise NotAllowed(f"{person.name} may not pause or resume this", remedy=f"ask {names}")
        return reason

    async def pause(
        self, scope: str, reason: str, person: Person, surface: str, *, until: datetime | None = None
    ) -> Pause:
        """Stop it. Again with the same reason and end changes nothing.

        Raises:
            BadInput: naming ``scope``, ``reason`` or ``until``.
            NotAllowed: saying who may.
        """
        reason = self.checked(scope, reason, person)
        if until is not None and until <= self._clock.now():
            raise BadInput("is over already", field="until", remedy="choose a later time, or none")

        def flow(view: View) -> None:
            view.record("ledger", LEDGER, e.Paused(scope, reason, until), people.person(person.id, surface))

        standing = next((one for one in await self.standing() if one.scope == scope), None)
        if standing is not None and (standing.reason, standing.until) == (reason, until):
            return standing
        await self._store.transact(Needs(ledgers=(LEDGER,)), flow)
        return next(one for one in await self.standing() if one.scope == scope)

    async def resume(self, scope: str, reason: str, person: Person, surface: str) -> Pause:
        """Let it go on; returns the pause that ended.

        Raises:
            Conflict: ``not_paused``.
            BadInput, NotAllowed: as for ``pause``.
        """
        reason = self.checked(scope, reason, person)
        standing = next((one for one in await self.standing() if one.scope == scope), None)
        if standing is None:
            raise Conflict(f"{scope} is not paused", code="not_paused")

        def flow(view: View) -> None:
            view.record("ledger", LEDGER, e.Resumed(scope, reason), people.person(person.id, surface))

        await self._store.transact(Needs(ledgers=(LEDGER,)), flow)
        await self._read()
        return standing

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
        records = await self._store.events(stream_of("ledger", LEDGER))
        self._unknown = self._unknown and self._failures != failures
        if len(records) >= len(self._records):  # a ledger only grows: what is shorter was read before, and came late
            self._records = records

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        if committed is None or any(change.stream == stream_of("ledger", LEDGER) for change in committed):
            task = asyncio.create_task(self._follow(), name="pauses")
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
