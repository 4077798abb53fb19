"""Asking: the signals of an owner and a period, read from the store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime

import msgspec

from bot.answering.asking import find_owner, zone_of
from bot.answering.periods import Period, read_period
from bot.friction.facts import Fact, fact_of
from bot.friction.measuring import Measuring
from bot.friction.reporting import RELEASES, releases_of
from bot.friction.signals import Friction, Hints
from bot.policy.document import Policy
from bot.ports import Clock, FactsPage, Store

PAGE = 200
"""Requests read at a time. Decoding them holds the event loop, for as long as one page takes."""


class Measured(msgspec.Struct, frozen=True):
    """What somebody asked for."""

    friction: Friction
    hints: Hints | None = None
    """What is for risk owners alone; None for everybody else."""


class Frictions:
    """Answers what automation costs, from the store as it is and the policy in use. One at a time, the next waits."""

    def __init__(self, store: Store, clock: Clock, policy: Callable[[], Policy], *, page: int = PAGE) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._page = page
        self._turn = asyncio.Lock()

    async def measured(
        self,
        owner: str | None = None,
        period: str | None = None,
        *,
        at: datetime | None = None,
        reader: str | None = None,
    ) -> Measured:
        """The signals of an owner (id or title; None is everybody) in a period of a month at most; nothing is a week.

        The period is seen ``at`` an instant, now without it.
        ``reader`` is the id of the one person who will see the answer. Where they are the risk owner of any of these
        owners, what is for their eyes is with it. It has to be None wherever others see the answer too.

        Raises:
            BadInput: naming ``owner`` or ``period`` and what to write.
            Unavailable: when the database can't be read.
        """
        policy = self._policy()
        whose = None if owner is None else find_owner(owner, policy)
        when = read_period(period, at or self._clock.now(), policy.zone if whose is None else zone_of(whose, policy))
        async with self._turn:
            return await self._measured(policy, None if whose is None else whose.id, when, reader)

    async def _measured(self, policy: Policy, owner: str | None, period: Period, reader: str | None) -> Measured:
        agents = await self._store.agents()
        releases = releases_of(await self._store.events(RELEASES))
        measuring = Measuring(policy, owner, period, agents=agents, releases=releases)
        async for facts in self._facts(owner, measuring.span.since, measuring.span.end):
            for fact in facts:
                measuring.add(fact)
            await asyncio.sleep(0)
        times = measuring.contact_times()
        contacts = () if times is None else await self._store.contact_times(times[0], _after(times[1]))
        friction = measuring.friction(contacts)
        return Measured(friction, None if reader is None else measuring.hints(reader))

    async def _facts(self, owner: str | None, since: datetime, before: datetime) -> AsyncIterator[Iterable[Fact]]:
        """Page by page; while one is counted, the next is read."""
        reading: asyncio.Task[FactsPage] | None = self._read(owner, since, before, None)
        try:
            while reading is not None:
                page = await reading
                reading = None if page.next is None else self._read(owner, since, before, page.next)
                yield map(fact_of, page.items)
        finally:
            if reading is not None:
                reading.cancel()

    def _read(self, owner: str | None, since: datetime, before: datetime, after: str | None) -> asyncio.Task[FactsPage]:
        reading = self._store.facts(since, before, owner, limit=self._page, after=after)
        return asyncio.create_task(reading, name="friction facts")


def _after(at: datetime) -> datetime:
    """The next instant that can be told apart: what comes at ``at`` itself is wanted too."""
    return at + datetime.resolution
