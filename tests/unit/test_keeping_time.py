"""Sweeping when something is due, without ever waiting for it: the clock moves with each pause."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.requests import DecisionKind
from bot.errors import Unavailable
from bot.escalating import SWEEP_SECONDS, Pace
from bot.recording import Deadline
from tests.rigs.house import House, new_house


async def pauses(house: House, count: int) -> list[float]:
    """So many sweeps, the clock moving from one to the next by as much as was said."""
    pace, found = Pace(house.store, house.clock), []
    for _ in range(count):
        found.append(await pace.step())
        house.clock.move(seconds=found[-1])
    return found


async def test_a_deadline_is_carried_out_as_it_passes_and_not_before() -> None:
    house = await new_house()
    house.clock.at += timedelta(milliseconds=400)
    request = await house.held(120, within="3s")
    house.clock.at -= timedelta(milliseconds=400)
    assert await pauses(house, 5) == [SWEEP_SECONDS, SWEEP_SECONDS, SWEEP_SECONDS, 0.4, SWEEP_SECONDS]
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
    assert await pauses(house, 3) == [SWEEP_SECONDS] * 3


async def test_a_failed_sweep_is_made_up_for() -> None:
    house = await new_house()
    request = await house.held(120, within="2s")
    due, failures = house.store.due, iter((Unavailable("the database went away"), OSError("and so did the disk")))

    async def unreliable(now: datetime, *, limit: int = 500) -> list[Deadline]:
        for failure in failures:
            raise failure
        return list(await due(now, limit=limit))

    house.store.due = unreliable  # type: ignore[method-assign]  # a database that comes back
    assert await pauses(house, 4) == [SWEEP_SECONDS] * 4
    expired = await house.store.request(request.id)
    assert expired is not None
    assert not expired.pending
