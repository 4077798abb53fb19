"""Passing over what is kept: once among all processes, page by page, each request in a transaction of its own."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from bot.domain import people
from bot.erasing import erase_contact, erase_request
from bot.errors import Conflict
from bot.holding import STREAM, standing_now
from bot.policy.document import Policy
from bot.policy.durations import spoken
from bot.ports import Clock, ContactQuery, Store
from bot.retaining.judging import Due, Kept, judged, rule_for

log = logging.getLogger("signoff.retaining")

EVERY_SECONDS = 3600.0
"""How often it is looked for what is over."""
_TURN = timedelta(minutes=30)
"""For how long after one process began to look no other does."""
CONTACTS = "retention.contacts"
_ROOM, _KEY = "retention", "turn"
_PAGE, _CONTACTS = 1000, 200
_AT_ONCE = 20
"""Requests that are erased at a time: the store commits together what comes together."""


class Passed(msgspec.Struct, frozen=True):
    """What became of everything whose time was over."""

    erased: int = 0
    kept: dict[Kept, int] = {}
    contacts: int = 0


class Retaining:
    """``pass_over`` erases what is over; ``due`` says what would go and when."""

    def __init__(self, store: Store, clock: Clock, policy: Callable[[], Policy]) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy

    async def take_turn(self) -> Passed | None:
        """``pass_over``, unless another process has lately; None then."""
        now = self._clock.now()
        if not await self._store.shelf.add(_ROOM, _KEY, b"", expires_at=now + _TURN, now=now):
            return None
        return await self.pass_over()

    async def pass_over(self) -> Passed:
        """Erase every request whose time is over and that nothing keeps. Safe to run in several processes at once."""
        policy, now = self._policy(), self._clock.now()
        erased, kept = 0, Counter[Kept]()
        over: list[Due] = []
        async for due in self.due(now):
            if due.kept is not None:
                kept[due.kept] += 1
                continue
            over.append(due)
            if len(over) == _AT_ONCE:
                erased += await self._erase_all(over, policy)
                over = []
        erased += await self._erase_all(over, policy)
        contacts, held = await self._pass_over_contacts(policy, now)
        kept[Kept.HOLD] += held
        kept = +kept
        if erased or contacts or kept:
            log.info(
                "retention erased %d requests; %s", erased, ", ".join(f"{n} kept: {why}" for why, n in kept.items())
            )
        return Passed(erased, dict(kept), contacts)

    async def _pass_over_contacts(self, policy: Policy, now: datetime) -> tuple[int, int]:
        """Erase who was in contact long ago; how many were, and how many a legal hold keeps."""
        seconds = policy.retention.contacts
        if seconds is None:
            return 0, 0
        reason = f"kept for {spoken(seconds)}, as {CONTACTS} says"
        erased = held = 0
        after: str | None = None
        while True:
            before = now - timedelta(seconds=seconds) + timedelta(microseconds=1)
            page = await self._store.contacts(
                ContactQuery(named=True, contacted_before=before, limit=_CONTACTS, after=after)
            )
            for contact in page.items:
                try:
                    by = people.policy(policy.version)
                    await erase_contact(self._store, contact, reason=reason, by=by, veil=policy.veil)
                    erased += 1
                except Conflict:
                    held += 1
            after = page.next
            if after is None:
                return erased, held

    async def due(self, until: datetime) -> AsyncIterator[Due]:
        """What goes by ``until``, the oldest decision first, with what keeps it where something does."""
        policy, now = self._policy(), self._clock.now()
        shortest = policy.retention.shortest
        if shortest is None:
            return
        holds = standing_now(await self._store.events(STREAM))
        after: tuple[datetime, str] | None = None
        while True:
            before = until - timedelta(seconds=shortest) + timedelta(microseconds=1)
            page = await self._store.ended(before, after=after, limit=_PAGE)
            for one in page:
                keeping = rule_for(policy, one.action_type, one.owner, None)
                if keeping is not None and not _may_be_over(keeping.seconds, one.decided_at, until):
                    continue
                request = await self._store.request(one.id)
                due = None if request is None else judged(request, policy, holds, now)
                if due is not None and due.at <= until:
                    yield due
            if len(page) < _PAGE:
                return
            after = (page[-1].decided_at, page[-1].id)

    async def _erase_all(self, over: Sequence[Due], policy: Policy) -> int:
        return sum(await asyncio.gather(*(self._erase(due, policy) for due in over)))

    async def _erase(self, due: Due, policy: Policy) -> bool:
        reason = f"kept for {spoken(due.seconds)}, as {due.rule} says"
        try:
            await erase_request(
                self._store,
                due.request.id,
                reason=reason,
                by=people.policy(policy.version),
                veil=policy.veil,
                rule=due.rule,
            )
        except Conflict as error:  # held, or opened again, since it was looked at: another pass will see
            log.info("request %s is kept: %s", due.request.id, error.code)
            return False
        return True


def _may_be_over(seconds: int | None, decided_at: datetime, until: datetime) -> bool:
    return seconds is not None and decided_at + timedelta(seconds=seconds) <= until
