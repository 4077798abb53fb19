"""The policy pauses by itself when people correct too much, once, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.deciding import ApproveWithEdits, Reject
from bot.domain import events as e
from bot.pausing import STREAM, Alarming, Pausing, in_force
from bot.ports import Store
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.house import POLICY, House, MovedClock, new_house

ALARM = "    alarms: [{name: many, overrides: 5, within: 10m, pause: action, freeze: true, for: 1h}]\n"
REASONS = "    reasons: [wrong_amount, not_eligible]\n"
Made = Callable[..., Any]


def policy(alarm: str = ALARM) -> str:
    return POLICY.replace(REASONS, REASONS + alarm)


@pytest.fixture
def clock() -> MovedClock:
    """The stores' and the house's alike."""
    return MovedClock()


@pytest.fixture
async def house(store: Store, clock: MovedClock) -> House:
    return await new_house(store, clock, policy())


def alarming(house: House) -> Alarming:
    return Alarming(house.store, house.clock, lambda: house.policy)


async def override(house: House, number: int, *, edit: bool = False) -> None:
    held = await house.held(120, context={"customer": f"c{number}"})
    await house.say(held, ApproveWithEdits({"amount": 80}) if edit else Reject("not_eligible", "no"))


async def paused(house: House) -> list[e.Paused]:
    events = [e.event_of(record) for record in await house.store.events(STREAM)]
    return [event for event in events if isinstance(event, e.Paused)]


async def test_the_fifth_override_within_the_time_pauses_by_the_policy(house: House) -> None:
    for number in range(4):
        await override(house, number, edit=number == 0)
    house.clock.move(minutes=10)
    assert await alarming(house).check() == 0
    await override(house, 4)  # the first four are just within ten minutes
    assert await alarming(house).check() == 1
    (record,) = await house.store.events(STREAM)
    assert record.actor == f"policy:{house.policy.version}"
    (event,) = await paused(house)
    assert (event.scope, event.freeze, event.alarm) == ("action:refund", True, "refunds/many")
    assert "overrode 5 requests of Refunds within 10m (1 edited, 4 rejected)" in event.reason
    (pause,) = in_force([record], house.clock.now())
    assert (pause.at - house.clock.at).total_seconds() == 0
    assert pause.until is not None
    assert (pause.until - pause.at).total_seconds() == 3600
    refused = (await house.propose(10, context={"customer": "c9"})).request
    assert refused.decision is not None
    assert "paused by the policy's alarm refunds/many" in str(refused.decision.note)
    await require_rebuilt(house.store)


async def test_what_is_older_than_the_time_counts_no_more(house: House) -> None:
    for number in range(4):
        await override(house, number)
    house.clock.move(minutes=10, microseconds=1)
    await override(house, 4)
    assert await alarming(house).check() == 0


async def test_approvals_and_the_policys_own_refusals_are_no_overrides(house: House) -> None:
    for number in range(5):
        blocked = (await house.propose(5000, context={"customer": f"c{number}"})).request
        assert blocked.status == "rejected"
    assert await alarming(house).check() == 0


async def test_two_processes_pause_once(opened: Opener, clock: MovedClock) -> None:
    first = await new_house(await opened(), clock, policy())
    second = House(await opened(), clock, first.policy, first.issued)
    for number in range(5):
        await override(first, number)
    made = await asyncio.gather(*(alarming((first, second)[n % 2]).check() for n in range(8)))
    assert sum(made) == 1
    assert len(await paused(first)) == 1


async def test_a_process_that_starts_later_counts_what_was_before(opened: Opener, clock: MovedClock) -> None:
    first = await new_house(await opened(), clock, policy())
    for number in range(4):
        await override(first, number)
    later = House(await opened(), clock, first.policy, first.issued)
    later._keys = 1000
    watching = asyncio.create_task(alarming(later).run())
    await asyncio.sleep(0)
    await override(later, 4)
    async with asyncio.timeout(20):
        while not await paused(later):  # noqa: ASYNC110 - another task's doing, which has no event
            await asyncio.sleep(0.01)
    watching.cancel()
    assert len(await paused(first)) == 1


async def test_what_was_answered_by_a_pause_is_not_counted_again(house: House) -> None:
    watch, pausing = alarming(house), Pausing(house.store, house.clock, lambda: house.policy)
    for number in range(5):
        await override(house, number)
    assert await watch.check() == 1
    assert await watch.check() == 0
    await pausing.resume("action:refund", "mended", house.person("vera"), "desk")
    house.clock.move(seconds=1)
    for number in range(5, 9):
        await override(house, number)
    assert await watch.check() == 0
    await override(house, 9)
    assert await watch.check() == 1


async def test_each_agent_is_counted_for_itself(store: Store, clock: MovedClock) -> None:
    house = await new_house(
        store, clock, policy("    alarms: [{name: many, overrides: 2, within: 10m, pause: agent}]\n")
    )
    for number in range(2):
        await override(house, number)
    assert await alarming(house).check() == 1
    (event,) = await paused(house)
    assert (event.scope, event.until, event.freeze) == (f"agent:{house.issued.agent.id}", None, False)
