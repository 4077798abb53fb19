"""Verifying on demand: one at a time in the whole house, what it came to on record, progress for whoever looks on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from bot.domain.events import EventRecord, Noted, event_of
from bot.domain.people import Actor, Person
from bot.domain.people import person as actor_of
from bot.errors import NotAllowed, SignoffError
from bot.policy.document import Policy
from bot.ports import Clock, Store
from bot.proving.findings import Finding, Report
from bot.proving.key_changes import with_changes
from bot.proving.keys import Keyring
from bot.proving.notes import compare_kept, read_notes
from bot.recording import Needs, View, stream_of

log = logging.getLogger("signoff.verifying")

LEDGER = "verifications"
BEGUN, ENDED = "verification.begun", "verification.ended"
LEASE = timedelta(seconds=30)
"""How long a run counts as under way after its last beat: past it, its process is gone."""
BEAT_SECONDS = 1.0
NAMED = 50
"""Findings whose kind and place go on record; what was expected and found there may be somebody's data and does not."""
_ROOM, _KEY = "verifying", "running"
_KNOWN = 10
Step = Callable[[int, int], None]
"""Told how many more events are done, and how many there are."""
Verify = Callable[[Step], Awaitable[Report]]


class Running(msgspec.Struct, frozen=True):
    """A verification under way, in this process or another."""

    by: str
    """The person's id."""
    begun_at: datetime
    done: int = 0
    """Events; of all runs through them together no more than ``total`` is shown."""
    total: int = 0


class Run(msgspec.Struct, frozen=True):
    """A verification as it stands on record."""

    number: int
    """Of the fact that began it."""
    by: str
    begun_at: datetime
    ended_at: datetime | None = None
    """None: it did not come to its end, or is under way."""
    ok: bool | None = None
    """None where it could not be finished; ``problem`` says why."""
    events: int = 0
    sealed: int = 0
    unsealed: int = 0
    views: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    """Kind and place."""
    more: int = 0
    problem: str = ""


class Standing(msgspec.Struct, frozen=True):
    """How it stands with verifying."""

    running: Running | None
    runs: tuple[Run, ...]
    """The newest first, without the one that is running."""
    report: Report | None
    """The whole report of the newest run, where it was this process's."""


def may_verify(person: Person, policy: Policy) -> bool:
    """Risk owners and accountable executives of anybody."""
    return any(person.id in {owner.risk_owner, owner.accountable} for owner in policy.owners.values())


class Verifying:
    """Runs ``verify`` beside everything else. ``close`` ends what is under way; it then did not come to its end."""

    def __init__(self, store: Store, clock: Clock, policy: Callable[[], Policy], keys: Keyring, verify: Verify) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._keys = keys
        self._verify = verify
        self._task: asyncio.Task[None] | None = None
        self._running: Running | None = None
        self._report: tuple[int, Report] | None = None

    async def begin(self, person: Person, surface: str) -> bool:
        """Begin one; False where one is under way, whoever began it, and nothing is done.

        Raises:
            NotAllowed: saying who may.
            Unavailable: when the database can't be reached.
        """
        self._require(person)
        now = self._clock.now()
        running = Running(person.id, now)
        shelf = self._store.shelf
        if not await shelf.add(_ROOM, _KEY, msgspec.json.encode(running), expires_at=now + LEASE, now=now):
            return False
        by = actor_of(person.id, surface)
        try:
            number = await self._store.transact(Needs(ledgers=(LEDGER,)), lambda view: _record(view, BEGUN, {}, by))
        except BaseException:
            with suppress(SignoffError):
                await shelf.drop(_ROOM, _KEY)
            raise
        self._running = running
        self._task = asyncio.create_task(self._run(number, by), name="verifying")
        return True

    async def standing(self) -> Standing:
        """What runs, and what was found before."""
        runs = _runs(await self._store.events(stream_of("ledger", LEDGER)))
        kept = await self._store.shelf.get(_ROOM, _KEY, self._clock.now())
        running = None if kept is None else self._running or msgspec.json.decode(kept, type=Running)
        if running is not None:
            runs = [run for run in runs if run.ended_at is not None or run.begun_at < running.begun_at]
        report = None
        if self._report is not None and runs and runs[0].number == self._report[0]:
            report = self._report[1]
        return Standing(running, tuple(runs[:_KNOWN]), report)

    async def compare(self, text: str, person: Person) -> tuple[int, list[Finding]]:
        """Hold checkpoints that were kept elsewhere against the record's: how many, and what speaks against them.

        Raises:
            NotAllowed: saying who may.
            BadInput: when the text has no checkpoint in it, or something else among them.
        """
        self._require(person)
        kept = read_notes(text)
        checkpoints = await self._store.seals.checkpoints()
        keys = await with_changes(self._store, self._keys)

        def found() -> list[Finding]:
            return [finding for one in kept for finding in compare_kept(one, checkpoints, keys)]

        return len(kept), await asyncio.to_thread(found)

    async def settled(self) -> None:
        """Wait until what this process began is over."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """End what this process began."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if self._running is not None:  # it was ended before it did anything
                await self._over()

    def _require(self, person: Person) -> None:
        policy = self._policy()
        if may_verify(person, policy):
            return
        ids = dict.fromkeys(id_ for owner in policy.owners.values() for id_ in (owner.risk_owner, owner.accountable))
        names = ", ".join(policy.people[id_].name for id_ in ids if id_ in policy.people)
        raise NotAllowed("Risk owners and accountable executives verify the record.", remedy=f"Ask {names}.")

    async def _run(self, number: int, by: Actor) -> None:
        beating = asyncio.create_task(self._beat())
        try:
            facts = await self._facts(number)
            with suppress(SignoffError):  # what was found then stays in this process alone
                await self._store.transact(
                    Needs(ledgers=(LEDGER,)), lambda view: _record(view, ENDED, {"begun": number, **facts}, by)
                )
        finally:
            beating.cancel()
            await self._over()

    async def _over(self) -> None:
        self._running = None
        with suppress(SignoffError):
            await self._store.shelf.drop(_ROOM, _KEY)

    async def _facts(self, number: int) -> dict[str, object]:
        try:
            report = await self._verify(self._step)
        except SignoffError as error:
            log.warning("the record could not be verified: %s", error.code)
            return {"problem": error.code}
        except Exception as error:  # noqa: BLE001 - whatever kept it from its end is on record as that
            log.warning("the record could not be verified: %s", type(error).__name__)
            return {"problem": type(error).__name__}
        self._report = number, report
        return {
            "ok": report.ok,
            "events": report.events,
            "sealed": report.sealed,
            "unsealed": report.unsealed,
            "views": report.views,
            "findings": [[finding.kind.value, finding.place] for finding in report.findings[:NAMED]],
            "more": max(0, len(report.findings) - NAMED) + report.more,
        }

    def _step(self, more: int, total: int) -> None:
        if self._running is not None:
            done = min(self._running.done + more, total)
            self._running = msgspec.structs.replace(self._running, done=done, total=total)

    async def _beat(self) -> None:
        """Say again and again that it is under way, and how far it has come."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(SignoffError):
                value = msgspec.json.encode(self._running)
                await self._store.shelf.put(_ROOM, _KEY, value, expires_at=self._clock.now() + LEASE)


def _record(view: View, what: str, facts: dict[str, object], by: Actor) -> int:
    view.record("ledger", LEDGER, Noted(what, facts), by)
    return view.version("ledger", LEDGER)


def _runs(records: Sequence[EventRecord]) -> list[Run]:
    """Every run on record, the newest first."""
    runs: dict[int, Run] = {}
    for record in records:
        event = event_of(record)
        if not isinstance(event, Noted):
            continue
        if event.what == BEGUN:
            runs[record.seq] = Run(record.seq, record.actor.partition(":")[2], record.at)
        elif event.what == ENDED and (begun := runs.get(event.facts["begun"])) is not None:
            facts = {name: value for name, value in event.facts.items() if name != "begun"}
            told = {**msgspec.to_builtins(begun), **facts, "ended_at": record.at}
            runs[begun.number] = msgspec.convert(told, Run, strict=False)
    return sorted(runs.values(), key=lambda run: -run.number)
