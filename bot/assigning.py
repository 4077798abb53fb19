"""Assigning: who is given a request when it opens: the least loaded of those who may sign it and are not away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from threading import Lock

import msgspec

from bot.deciding import Standing, approvers_now, covers, require_approver
from bot.domain.people import Person
from bot.domain.requests import Request
from bot.errors import NotAllowed, Unavailable
from bot.policy.document import Policy
from bot.ports import Clock, Committed, RequestQuery, Store
from bot.rostering import Roster, away

OPENED, GIVEN = "request.opened", "request.reassigned"
STALE_SECONDS = 2.0
"""For how long what other processes committed may not be counted yet."""
_PAGE = 500


class Load(msgspec.Struct, frozen=True, order=True):
    """How much somebody has: fewer comes first, then fewer given today."""

    pending: int = 0
    """Requests that wait for a decision and that they have claimed, or were given."""
    today: int = 0
    """Requests given to them since midnight, as far as this process knows."""


NOTHING = Load()


def chosen(request: Request, policy: Policy, roster: Roster, loads: Mapping[str, Load], now: datetime) -> str | None:
    """Whose it becomes: a person's id; None where nobody may sign it, or all who may are away. Pure.

    Those come into question who could sign it by themselves: their limit covers its amount, nothing bars them, and it
    is not done on their behalf. Of those who have the least, the one whose id comes first.
    """
    able = [id_ for id_ in approvers_now(request, policy) if _able(request, policy.people[id_], policy, now)]
    there = [id_ for id_ in able if away(roster, id_, now) is None]
    return min(there, key=lambda id_: (loads.get(id_, NOTHING), id_), default=None)


def _able(request: Request, person: Person, policy: Policy, now: datetime) -> bool:
    standing = Standing(person, "", now, policy, reserve=lambda _: (), random_id=lambda: "")
    try:
        require_approver(request, standing)
    except NotAllowed:
        return False
    return covers(request, person, policy)


class Loads:
    """Who has how much, kept at hand. ``start`` before the first use, ``close`` after.

    What this process commits counts at once, what others do within ``stale_seconds``: two processes that give at the
    same moment may be off by as much.
    """

    def __init__(
        self, store: Store, clock: Clock, policy: Callable[[], Policy], *, stale_seconds: float = STALE_SECONDS
    ) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._stale_seconds = stale_seconds
        self._held: dict[str, str] = {}
        self._giving: dict[str, str] = {}
        self._given: Counter[str] = Counter()
        self._day = date.min
        self._heard_meanwhile: set[str] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lock = Lock()  # flows run in another thread than listeners
        self._stop: Callable[[], None] = lambda: None

    def give(self, request: Request, policy: Policy, roster: Roster, now: datetime) -> str | None:
        """Whose it becomes, as ``chosen`` says; from then on it counts for what is opened in the same commit.

        Asked again about the same request, it answers as if it had not been asked before. ``done`` ends that.
        """
        with self._lock:
            self._giving.pop(request.id, None)
            person = chosen(request, policy, roster, self._now(now), now)
            if person is not None:
                self._giving[request.id] = person
            return person

    def done(self, request_id: str) -> None:
        """Its opening was committed, or failed: the record tells from now on who has it."""
        with self._lock:
            self._giving.pop(request_id, None)

    async def start(self) -> None:
        """Count what there is and follow what changes, where the policy lets anything be given at all."""
        if not any(owner.assigns for owner in self._policy().owners.values()):
            return
        self._stop = self._store.subscribe(self._heard)
        await self._read()

    async def close(self) -> None:
        """Follow no longer."""
        self._stop()
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    def now(self) -> dict[str, Load]:
        """By person's id; whoever has nothing may be absent."""
        with self._lock:
            return self._now(self._clock.now())

    def _now(self, at: datetime) -> dict[str, Load]:
        self._turn_the_day(at)
        pending = Counter((self._giving | self._held).values())
        given = self._given + Counter(by for id_, by in self._giving.items() if id_ not in self._held)
        return {id_: Load(pending[id_], given[id_]) for id_ in {*pending, *given}}

    def _turn_the_day(self, at: datetime) -> None:
        today = at.astimezone(self._policy().zone).date()
        if today != self._day:
            self._day = today
            self._given.clear()

    def _heard(self, committed: Sequence[Committed] | None) -> None:
        changes = committed or ()
        if committed is None or any(one.request is None and one.stream.startswith("request:") for one in changes):
            self._read_soon()
        with self._lock:
            for change in changes:
                if change.request is not None:
                    self._note(change.request, change.types)

    def _note(self, request: Request, types: tuple[str, ...]) -> None:
        if self._heard_meanwhile is not None:
            self._heard_meanwhile.add(request.id)
        if request.claim is not None and {OPENED, GIVEN} <= {*types}:
            self._turn_the_day(self._clock.now())
            self._given[request.claim.by.id] += 1
        if request.pending and request.claim is not None:
            self._held[request.id] = request.claim.by.id
        else:
            self._held.pop(request.id, None)

    def _read_soon(self) -> None:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_later(), name="loads")

    async def _read_later(self) -> None:
        await asyncio.sleep(self._stale_seconds)
        with suppress(Unavailable):  # the next commit of another process is the next occasion
            await self._read()

    async def _read(self) -> None:
        self._heard_meanwhile = newer = set[str]()
        found: dict[str, str] = {}
        after: str | None = None
        try:
            while True:
                page = await self._store.requests(RequestQuery(statuses=("pending",), limit=_PAGE, after=after))
                found |= {one.id: one.claim.by.id for one in page.items if one.claim is not None}
                after = page.next
                if after is None:
                    break
        finally:
            self._heard_meanwhile = None
        with self._lock:
            kept = {id_: by for id_, by in self._held.items() if id_ in newer}
            self._held = {id_: by for id_, by in found.items() if id_ not in newer} | kept
