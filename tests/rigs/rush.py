"""A rush at the gate while somebody stops everything: proposals that would be allowed, approvals and redemptions, many
of each at a time, through the engine, on one store or several on one database.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle

from adapters.clock import SystemClock
from bot.deciding import Approve
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.requests import Request
from bot.errors import SignoffError
from bot.pausing import STREAM, Pausing
from bot.ports import Store
from tests.rigs.house import POLICY, House, MovedClock, new_house

ROOMY = POLICY.replace("300 actions", "1000000 actions")
BEFORE, AFTER = 2000, 1500
"""Arrivals that are waited for before the pause, and after it."""
PROPOSING, OTHERS = 256, 8
"""Proposals at a time; approvals, and redemptions, at a time."""
READY = 500
"""Requests that wait for an approval, and approvals that wait to be spent."""
AROUND = 0.5
"""Seconds before and after the pause's commit in which arrivals are counted."""


class RealClock(MovedClock):
    """The machine's, for a house."""

    def now(self) -> datetime:
        return SystemClock().now()


@dataclass
class Rush:
    """What came of it: when each arrival was answered, by the loop's clock, and what was refused why."""

    houses: list[House]
    answered: list[float] = field(default_factory=list)
    committed: float = 0.0
    """When the pause was heard of as committed."""
    too_late: list[str] = field(default_factory=list)
    """What was begun after the pause had been answered and yet let through."""
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Arrivals a second in the second around the pause's commit."""
        begins = max(self.committed - AROUND, self.answered[0])
        ends = min(self.committed + AROUND, self.answered[-1])
        return sum(begins <= at <= ends for at in self.answered) / (ends - begins)

    async def records(self) -> list[EventRecord]:
        """The whole record, in its order."""
        found: list[EventRecord] = []
        position = 0
        while page := await self.houses[0].store.all_events(after=position, limit=5000):
            found += [record for _, record in page]
            position = page[-1][0]
        return found


async def rushed(stores: Sequence[Store]) -> Rush:
    """Have everything arrive at once, pause in the middle of it, and go on for a while."""
    first = await new_house(stores[0], RealClock(), ROOMY)
    houses = [first, *(House(store, first.clock, first.policy, first.issued) for store in stores[1:])]
    for number, house in enumerate(houses):
        house._keys = number * 10**6
    held = await _several(lambda number: _proposed(houses, number, 120))
    granted = await _several(lambda number: _proposed(houses, number, 10))
    rush = Rush(houses)
    await _Crowd(rush, held, granted).run()
    return rush


async def _several(call: Callable[[int], Awaitable[Request]]) -> list[Request]:
    return list(await asyncio.gather(*(call(number) for number in range(READY))))


async def _proposed(houses: Sequence[House], number: int, amount: int) -> Request:
    house = houses[number % len(houses)]
    customer = {"customer": f"{amount}-{number}", "session": f"s{number}"}
    return (await house.propose(amount, context=customer)).request


class _Crowd:
    """Who does what at the same time."""

    def __init__(self, rush: Rush, held: list[Request], granted: list[Request]) -> None:
        self._rush = rush
        self._held, self._granted = held, granted
        self._paused = self._over = False
        self._enough = asyncio.Event()

    async def run(self) -> None:
        houses = cycle(self._rush.houses)
        async with asyncio.TaskGroup() as group:
            for number in range(PROPOSING):
                group.create_task(self._propose(next(houses), number))
            for _ in range(OTHERS):
                group.create_task(self._use(self._held, self._approve, next(houses)))
                group.create_task(self._use(self._granted, self._redeem, next(houses)))
            await self._arrivals(BEFORE)
            await self._pause()
            await self._arrivals(AFTER)
            self._over = True

    async def _arrivals(self, more: int) -> None:
        wanted = len(self._rush.answered) + more
        while len(self._rush.answered) < wanted:
            self._enough.clear()
            await self._enough.wait()

    async def _pause(self) -> None:
        loop, house = asyncio.get_running_loop(), self._rush.houses[-1]
        pausing = Pausing(house.store, house.clock, lambda: house.policy)
        await pausing.pause("everything", "stop", house.person("vera"), "desk", freeze=True)
        self._rush.committed, self._paused = loop.time(), True

    async def _propose(self, house: House, who: int) -> None:
        loop, number = asyncio.get_running_loop(), 0
        while not self._over:
            number += 1
            stopped = self._paused
            context = {"customer": f"p{who}-{number}", "session": f"s{who}-{number}"}
            request = (await house.propose(10, context=context)).request
            self._rush.answered.append(loop.time())
            self._enough.set()
            if stopped and request.status == "approved":
                self._rush.too_late.append(f"{request.id} was allowed")

    async def _use(
        self, ready: list[Request], deed: Callable[[House, Request], Awaitable[Request]], house: House
    ) -> None:
        while ready and not self._over:
            request, stopped = ready.pop(), self._paused
            try:
                await deed(house, request)
            except SignoffError as refusal:
                self._rush.refused[refusal.code] += 1
            else:
                self._rush.too_late += [f"{request.id} was let go on"] * stopped

    async def _approve(self, house: House, request: Request) -> Request:
        return await house.say(request, Approve())

    async def _redeem(self, house: House, request: Request) -> Request:
        return await house.redeeming.redeem(request.id, key=f"k{request.id}", **house.agent)


def let_through(record: EventRecord) -> str | None:
    """``allowed``, ``approved`` or ``spent``, where the event is that."""
    event = e.event_of(record)
    if isinstance(event, e.Redeemed):
        return "spent"
    if isinstance(event, e.Decided) and event.grant is not None:
        return "approved" if record.actor.startswith("person:") else "allowed"
    return "approved" if isinstance(event, e.Signed) else None


def around_the_pause(records: Sequence[EventRecord]) -> tuple[Counter[str], Counter[str]]:
    """What was let through, and how many were ``opened``, before the pause's place in the record and after it."""
    (place,) = [number for number, record in enumerate(records) if record.stream == STREAM]
    before, after = (Counter(filter(None, map(let_through, part))) for part in (records[:place], records[place:]))
    before["opened"] = sum(record.type == "request.opened" for record in records[:place])
    after["opened"] = sum(record.type == "request.opened" for record in records[place:])
    return before, after
