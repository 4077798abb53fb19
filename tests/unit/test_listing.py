"""Whose a request is to decide, in which order, and what somebody decided today."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.deciding import Approve, Reject, Snooze
from bot.listing import decided_today, queue_of
from bot.ports import RequestQuery
from tests.rigs.house import House, new_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = await new_house()
    yield house
    await house.store.close()


async def ids(house: House, who: str, limit: int = 50) -> list[str]:
    queue = await queue_of(house.store, house.policy, house.person(who), house.clock.now(), limit)
    return [one.id for one in queue.items]


async def test_what_has_least_time_left_comes_first(house: House) -> None:
    late, soon = await house.held(within="3h"), await house.held(within="10m")
    assert await ids(house, "dana") == [soon.id, late.id]


async def test_only_those_who_may_decide_have_it(house: House) -> None:
    request = await house.held()
    assert await ids(house, "lee") == [request.id]
    assert await ids(house, "vera") == []


async def test_above_a_limit_it_may_still_be_rejected(house: House) -> None:
    request = await house.held(900)
    assert await ids(house, "lee") == [request.id]


async def test_nobody_has_a_request_made_on_their_own_behalf(house: House) -> None:
    context = {"customer": "cust_1", "session": "s1", "on_behalf_of": "dana@acme.test"}
    request = await house.held(context=context)
    assert await ids(house, "dana") == []
    assert await ids(house, "lee") == [request.id]


async def test_who_has_signed_waits_for_others(house: House) -> None:
    opened = await house.propose(None, tool="change_payout")
    await house.say(opened.request, Approve(), "dana")
    assert await ids(house, "dana") == []
    assert await ids(house, "lee") == [opened.request.id]


async def test_what_is_over_waits_for_nobody(house: House) -> None:
    await house.held(within="10m")
    house.clock.move(minutes=10)
    assert await ids(house, "dana") == []


async def test_what_is_put_off_stands_apart_until_its_time(house: House) -> None:
    first, other = await house.held(within="1h"), await house.held(within="2h")
    await house.say(first, Snooze(house.clock.now() + timedelta(minutes=10)))
    queue = await queue_of(house.store, house.policy, house.person("dana"), house.clock.now())
    assert ([one.id for one in queue.items], [one.id for one in queue.snoozed]) == ([other.id], [first.id])
    assert await ids(house, "lee") == [first.id, other.id]
    house.clock.move(minutes=10)
    assert await ids(house, "dana") == [first.id, other.id]


async def test_what_does_not_fit_is_counted(house: House) -> None:
    for n in range(7):
        await house.held(30, context={"customer": f"c{n}", "session": f"s{n}"})
    queue = await queue_of(house.store, house.policy, house.person("dana"), house.clock.now(), 3)
    assert (len(queue.items), queue.more, queue.cut) == (3, 4, False)


async def test_today_begins_at_midnight_of_the_policy_s_zone(house: House) -> None:
    yesterday = await house.held()
    await house.say(yesterday, Reject("not_eligible", "No"))
    house.clock.move(hours=14)  # midnight in New York, where the policy's day begins
    assert await decided_today(house.store, house.policy, house.person("dana"), house.clock.now()) == ()
    today = await house.say(await house.held(), Reject("not_eligible", "No"))
    found = await decided_today(house.store, house.policy, house.person("dana"), house.clock.now())
    assert [one.id for one in found] == [today.id]
    assert await decided_today(house.store, house.policy, house.person("lee"), house.clock.now()) == ()


async def test_a_queue_is_read_in_pages_and_narrowed(house: House) -> None:
    people, now = house.person("dana"), house.clock.now()
    made = [await house.held(within=f"{10 + number}m") for number in range(5)]
    queue = await queue_of(house.store, house.policy, people, now, 2, skipped=2)
    assert [one.id for one in queue.items] == [made[2].id, made[3].id]
    assert (queue.more, queue.next, queue.cut) == (1, None, False)
    for narrowed in (RequestQuery(action_type="payout_change"), RequestQuery(owners=("others",))):
        assert (await queue_of(house.store, house.policy, people, now, narrowed=narrowed)).items == ()
