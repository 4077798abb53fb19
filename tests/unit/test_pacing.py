"""When the next sweep is: no later than something due, no later than a second, and not twice the same work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.deciding import Snooze
from bot.domain.requests import Request
from bot.escalating import SWEEP_SECONDS, Pace, sweeping
from bot.escalating.pacing import SECOND_SECONDS
from bot.recording import View
from tests.rigs.house import House, new_house


@pytest.fixture
async def house() -> House:
    return await new_house()


async def now(house: House, request: Request) -> Request:
    found = await house.store.request(request.id)
    assert found is not None
    return found


def pace(house: House) -> Pace:
    made = Pace(house.store, house.clock)
    made.listen(lambda: None)
    return made


async def test_a_commit_that_brings_a_sooner_deadline_wakes(house: House) -> None:
    request = await house.held(within="1h")
    working, woken = Pace(house.store, house.clock), []
    stop = working.listen(lambda: woken.append(house.clock.at))
    assert await working.step() == SWEEP_SECONDS
    await house.held(within="2h")
    assert not woken
    await house.say(request, Snooze(house.clock.at + timedelta(seconds=61)))
    assert woken == [house.clock.at]
    house.clock.move(seconds=60.7)
    assert await working.step() == pytest.approx(0.3)
    stop()
    await house.held(within="61s")
    assert len(woken) == 1
    house.clock.move(seconds=0.3)
    await working.step()
    assert (await now(house, request)).snoozes == ()


async def test_the_first_deadline_of_all_wakes(house: House) -> None:
    working, woken = Pace(house.store, house.clock), []
    working.listen(lambda: woken.append(house.clock.at))
    assert await working.step() == SWEEP_SECONDS
    await house.held(within="2h")
    await house.held(within="3h")
    assert len(woken) == 1


async def test_a_commit_while_it_looks_is_not_missed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request = await house.held(within="1h")
    working = pace(house)
    next_due = house.store.next_due

    async def and_then_somebody_snoozes() -> Any:
        due = await next_due()
        await house.say(request, Snooze(house.clock.at + timedelta(seconds=61)))
        house.clock.move(seconds=60.5)
        return due

    monkeypatch.setattr(house.store, "next_due", and_then_somebody_snoozes)
    assert await working.step() == 0.5


async def test_who_came_second_looks_later_until_it_is_first_again(house: House) -> None:
    for seconds in (3, 6, 9):
        await house.held(within=f"{seconds}s")
    working, due = pace(house), house.store.due
    house.clock.move(seconds=3)

    async def beaten(*args: Any, **named: Any) -> Any:
        found = await due(*args, **named)
        await sweeping.sweep(house.store, house.clock)  # somebody else, in the meantime
        return found

    house.store.due, other = beaten, house.store.due  # type: ignore[method-assign]  # a second process between two steps
    house.store.due = _once(beaten, due)  # type: ignore[method-assign]  # as above
    await working.step()
    assert working.swept == sweeping.Swept(found=1, done=0)
    house.store.due = other  # type: ignore[method-assign]  # as it was
    house.clock.move(seconds=2.8)
    assert await working.step() == pytest.approx(0.2 + SECOND_SECONDS)
    house.clock.move(seconds=0.3)
    assert await working.step() == pytest.approx(SECOND_SECONDS - 0.1)
    assert working.swept == sweeping.Swept(found=0, done=0), "it is left to the first for a while"
    house.clock.move(seconds=SECOND_SECONDS)
    await working.step()
    assert working.swept == sweeping.Swept(found=1, done=1), "the first is gone"
    house.clock.move(seconds=9 - 6.1 - SECOND_SECONDS - 0.3)
    assert await working.step() == pytest.approx(0.3)


def _once(first: Any, then: Any) -> Any:
    calls = iter([first])

    async def call(*args: Any, **named: Any) -> Any:
        return await next(calls, then)(*args, **named)

    return call


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_clock_that_jumps_makes_nobody_sleep_longer(house: House, jump: timedelta) -> None:
    await house.held(within="4h")
    working = pace(house)
    await working.step()
    house.clock.at += jump
    assert await working.step() <= SWEEP_SECONDS


async def test_one_request_that_can_not_be_carried_on_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, *others = [await house.held(within="2s") for _ in range(5)]
    one = sweeping._carry_out_one

    def fails_for_one(view: View, deadline: Any, *rest: Any) -> int:
        if deadline.request_id == broken.id:
            raise RuntimeError("no such rung")
        return one(view, deadline, *rest)

    monkeypatch.setattr(sweeping, "_carry_out_one", fails_for_one)
    house.clock.move(seconds=3)
    assert await house.sweep() == len(others)
    assert (await now(house, broken)).pending
    assert not any([(await now(house, other)).pending for other in others])
