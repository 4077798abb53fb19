"""Sweeping when something is due, without ever waiting for it: the clock moves with each pause."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.requests import DecisionKind
from bot.errors import Unavailable
from bot.escalating import SWEEP_SECONDS, keep_time
from bot.recording import Deadline
from tests.rigs.house import MovedClock, new_house


class Pauses:
    """Moves the clock instead of sleeping, and ends the sweeping after so many pauses."""

    def __init__(self, clock: MovedClock, count: int) -> None:
        self._clock = clock
        self._count = count
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._clock.move(seconds=seconds)
        if len(self.seconds) == self._count:
            raise asyncio.CancelledError


async def test_a_deadline_is_carried_out_as_it_passes_and_not_before() -> None:
    house = await new_house()
    house.clock.at += timedelta(milliseconds=400)
    request = await house.held(120, within="3s")
    house.clock.at -= timedelta(milliseconds=400)
    pauses = Pauses(house.clock, 5)
    with suppress(asyncio.CancelledError):
        await keep_time(house.store, house.clock, sleep=pauses)
    assert pauses.seconds == [SWEEP_SECONDS, SWEEP_SECONDS, SWEEP_SECONDS, 0.4, SWEEP_SECONDS]
    expired = await house.store.request(request.id)
    assert expired is not None
    assert expired.decision is not None
    assert expired.decision.kind is DecisionKind.EXPIRED
    assert expired.decision.at == request.deadline_at


async def test_what_is_due_and_can_not_be_carried_out_is_no_reason_to_spin() -> None:
    house = await new_house()
    stuck = house.clock.at - timedelta(minutes=1)

    async def next_due() -> datetime:
        return stuck

    house.store.next_due = next_due  # type: ignore[method-assign]  # a row that no sweep can clear
    pauses = Pauses(house.clock, 3)
    with suppress(asyncio.CancelledError):
        await keep_time(house.store, house.clock, sleep=pauses)
    assert pauses.seconds == [SWEEP_SECONDS] * 3


async def test_a_failed_sweep_is_made_up_for() -> None:
    house = await new_house()
    request = await house.held(120, within="2s")
    due, failures = house.store.due, iter((Unavailable("the database went away"), OSError("and so did the disk")))

    async def unreliable(now: datetime, *, limit: int = 500) -> list[Deadline]:
        for failure in failures:
            raise failure
        return list(await due(now, limit=limit))

    house.store.due = unreliable  # type: ignore[method-assign]  # a database that comes back
    with suppress(asyncio.CancelledError):
        await keep_time(house.store, house.clock, sleep=Pauses(house.clock, 4))
    expired = await house.store.request(request.id)
    assert expired is not None
    assert not expired.pending
