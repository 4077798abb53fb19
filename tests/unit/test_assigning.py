"""What is held is given to the least loaded of those who may sign it, by the policy, right when it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.assigning import Load, Loads, chosen
from bot.deciding import Approve, Claim, Unclaim
from bot.domain import events as e
from bot.domain.duties import Delegation, Duties
from bot.opening import Situation
from bot.policy.loading import load
from bot.ports import Committed, Listener, Store
from bot.rostering import Roster
from tests.rigs.house import POLICY, House, MovedClock, new_house
from tests.rigs.stores import store_of

GIVES = POLICY.replace("    approvers: [supervisors]\n", "    approvers: [supervisors]\n    assign: least_loaded\n")
LIMITED = GIVES.replace("expire_after: 4h}", "expire_after: 4h, claim_for: 10m}")
NOBODY_PER_CUSTOMER = {"session": "s1"}


@pytest.fixture(params=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    clock = MovedClock()
    store = await store_of(request.param, tmp_path, clock)
    house = await new_house(store, clock, GIVES)
    loads = Loads(store, clock, lambda: house.policy)
    await loads.start()
    house.situation = Situation(loads=loads, roster=Roster(house.policy))
    yield house
    await loads.close()
    await store.close()


def loads_of(house: House) -> Loads:
    assert house.situation.loads is not None
    return house.situation.loads


async def given(house: House, amount: float = 120, **more: object) -> str | None:
    number = more.pop("number", None)
    context = {"customer": f"cust_{number or amount}", "session": "s1", **more}
    request = await house.held(amount, context=context)
    return None if request.claim is None else request.claim.by.id


async def test_each_goes_to_whoever_has_least_and_ties_to_the_first_id(house: House) -> None:
    assert [await given(house, number=number) for number in range(5)] == ["dana", "lee", "omar", "dana", "lee"]
    assert loads_of(house).now() == {"dana": Load(2, 2), "lee": Load(2, 2), "omar": Load(1, 1)}


async def test_those_who_opened_in_one_commit_are_spread_as_well(house: House) -> None:
    found = await asyncio.gather(*(given(house, number=number) for number in range(9)))
    assert sorted(map(str, found)) == sorted(["dana", "lee", "omar"] * 3)


async def test_it_is_on_record_as_the_policys_deed_and_counts_until_it_is_decided(house: House) -> None:
    request = await house.held(120)
    records = await house.store.events(f"request:{request.id}")
    assert [record.type for record in records] == ["request.opened", "request.reassigned"]
    assert records[1].actor == f"policy:{house.policy.version}"
    assert e.event_of(records[1]) == e.Reassigned("dana")
    await house.say(request, Approve(), "omar")
    assert loads_of(house).now() == {"dana": Load(0, 1)}
    assert await given(house, number=1) == "lee"  # fewer given today


async def test_what_people_claim_and_let_go_counts_too(house: House) -> None:
    first = await house.held(120)
    await house.say(first, Claim(), "lee")
    await house.say(first, Unclaim(), "lee")
    await house.say(first, Claim(), "omar")
    assert loads_of(house).now() == {"dana": Load(0, 1), "omar": Load(1, 0)}
    assert await given(house, number=1) == "lee"


async def test_only_those_who_could_sign_it_by_themselves(house: House) -> None:
    assert [await given(house, 800 + number, number=number) for number in range(3)] == ["dana", "omar", "dana"]
    asked = await house.held(90, context={"customer": "c9", "session": "s", "on_behalf_of": "omar@acme.test"})
    assert asked.claim is not None
    assert asked.claim.by.id == "lee"
    barred = msgspec.structs.replace(asked, routing=msgspec.structs.replace(asked.routing, barred=("dana", "lee")))
    assert chosen(barred, house.policy, Roster(house.policy), {}, house.clock.now()) is None


async def test_nobody_who_is_away(house: House) -> None:
    now = house.clock.now()
    gone = [Delegation(1, who, "rosa", now, now + timedelta(hours=1), who) for who in ("dana", "lee")]
    house.situation = replace(house.situation, roster=Roster(house.policy, Duties(delegations=tuple(gone[:1]))))
    assert await given(house, number=1) == "lee"
    house.situation = replace(house.situation, roster=Roster(house.policy, Duties(delegations=tuple(gone))))
    assert [await given(house, number=number) for number in (2, 3)] == ["omar", "omar"]
    house.clock.move(hours=2)
    assert await given(house, number=4) == "dana"


async def test_a_new_day_begins_with_nothing_given(house: House) -> None:
    request = await house.held(120)
    await house.say(request, Approve(), "dana")
    house.clock.move(days=1)
    assert loads_of(house).now() == {}


async def test_what_is_allowed_or_of_another_owner_is_given_to_nobody(house: House) -> None:
    opened = await house.propose(10)
    assert not opened.request.pending
    assert opened.request.claim is None
    house.policy = load(POLICY, "policy.yaml")
    assert (await house.held(120)).claim is None


async def test_a_process_that_starts_counts_what_there_is_and_what_others_do(house: House) -> None:
    for number in range(4):
        await given(house, number=number)
    other = Loads(house.store, house.clock, lambda: house.policy, stale_seconds=0)
    await other.start()
    assert other.now() == {"dana": Load(2), "lee": Load(1), "omar": Load(1)}
    await other.close()


class Elsewhere:
    """The same database as another process sees it: its commits are told by their streams alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.tell: Listener = lambda _: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self.tell = listener
        return lambda: None


@pytest.mark.parametrize("everything", [True, False])
async def test_what_another_process_committed_is_counted_soon(house: House, everything: bool) -> None:
    elsewhere: Any = Elsewhere(house.store)
    other = Loads(elsewhere, house.clock, lambda: house.policy, stale_seconds=0)
    await other.start()
    request = await house.held(120)
    assert other.now() == {}
    elsewhere.tell(None if everything else [Committed(f"request:{request.id}")])
    async with asyncio.timeout(5):
        while other.now() != {"dana": Load(1)}:  # noqa: ASYNC110 - nothing tells when it has read again
            await asyncio.sleep(0)
    await other.close()


async def test_it_is_given_for_a_time_where_claims_are_limited() -> None:
    house = await new_house(policy=LIMITED)
    house.situation = Situation(loads=Loads(house.store, house.clock, lambda: house.policy))
    request = await house.held(120)
    assert request.claim is not None
    assert request.claim.until == house.clock.now() + timedelta(minutes=10)
    await house.store.close()
