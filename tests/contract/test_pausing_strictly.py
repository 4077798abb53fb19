"""Paused means paused: by the record's own order nothing is allowed, approved or spent after a pause's commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field

import asyncpg
import pytest

from bot.deciding import Approve
from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.requests import Request
from bot.errors import Conflict, SignoffError
from bot.pausing import PAUSED, STREAM, Pausing
from bot.ports import Store
from bot.redeeming import Redeeming
from store.opening import open_store
from tests.contract.conftest import VAULT_KEY, Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.house import House, MovedClock, new_house

PROPOSED = 600
AT_ONCE = 48


@dataclass
class Pair:
    """One house as two processes see it."""

    houses: list[House]
    pausing: Pausing
    refused: list[str] = field(default_factory=list)

    async def records(self) -> list[EventRecord]:
        found: list[EventRecord] = []
        position = 0
        while page := await self.houses[0].store.all_events(after=position):
            found += [record for _, record in page]
            position = page[-1][0]
        return found


@pytest.fixture
def clock() -> MovedClock:
    """The stores' and the house's alike."""
    return MovedClock()


@pytest.fixture
async def pair(store: Store, clock: MovedClock) -> Pair:
    """Two users of one store, in memory too."""
    house = await new_house(store, clock)
    pausing = Pausing(store, house.clock, lambda: house.policy)
    return Pair([house, house], pausing)


async def two(opened: Opener, clock: MovedClock) -> Pair:
    """Two stores on one database."""
    first = await new_house(await opened(), clock)
    second = House(await opened(), first.clock, first.policy, first.issued)
    second._keys = 10**6
    return Pair([first, second], Pausing(second.store, first.clock, lambda: first.policy))


async def paused_amid(pair: Pair, arriving: list[asyncio.Task[None]], *, freeze: bool = False) -> None:
    """Pause as soon as a quarter of these are done, and wait for all."""
    quarter = asyncio.Event()
    left = len(arriving) // 4

    def done(_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            quarter.set()

    for task in arriving:
        task.add_done_callback(done)
    await quarter.wait()
    await pair.pausing.pause("everything", "stop", pair.houses[0].person("vera"), "desk", freeze=freeze)
    await asyncio.gather(*arriving)


def at_once(calls: Iterable[Awaitable[object]]) -> list[asyncio.Task[None]]:
    """So many of them at a time, the next as soon as one is done."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(call: Awaitable[object]) -> None:
        async with gate:
            await call

    return [asyncio.create_task(one(call)) for call in calls]


def position_of_the_pause(records: list[EventRecord]) -> int:
    (found,) = [place for place, record in enumerate(records) if record.stream == STREAM]
    return found


def allowed(record: EventRecord) -> bool:
    event = e.event_of(record)
    return isinstance(event, e.Decided) and event.decision.kind.value == "approved"


async def none_is_allowed_after(pair: Pair) -> None:
    arriving = at_once(pair.houses[n % 2].propose(10, context={"customer": f"c{n}"}) for n in range(PROPOSED))
    await paused_amid(pair, arriving)
    records = await pair.records()
    place = position_of_the_pause(records)
    before, after = records[:place], records[place:]
    assert sum(map(allowed, before)) > 0
    assert sum(record.type == "request.opened" for record in after) > 0
    assert not any(map(allowed, after))
    await require_rebuilt(pair.houses[0].store)


async def test_nothing_is_allowed_after_the_commit_of_a_pause(pair: Pair) -> None:
    await none_is_allowed_after(pair)


async def test_nor_by_another_process(opened: Opener, clock: MovedClock) -> None:
    await none_is_allowed_after(await two(opened, clock))


async def nothing_is_spent_after(pair: Pair) -> None:
    asked = (pair.houses[0].propose(10, context={"customer": f"c{n}"}) for n in range(PROPOSED // 3))
    granted = [one.request for one in await asyncio.gather(*asked)]

    async def spend(house: House, request: Request) -> None:
        try:
            await Redeeming(house.store).redeem(request.id, key=f"k{request.id}", **house.agent)
        except Conflict as refusal:
            pair.refused.append(refusal.code)

    arriving = at_once(spend(pair.houses[n % 2], request) for n, request in enumerate(granted))
    await paused_amid(pair, arriving, freeze=True)
    records = await pair.records()
    place = position_of_the_pause(records)
    spent = [number for number, record in enumerate(records) if record.type == "request.redeemed"]
    assert spent
    assert max(spent) < place
    assert set(pair.refused) == {PAUSED}
    assert len(pair.refused) + len(spent) == len(granted)


async def test_nothing_is_spent_after_the_commit_of_a_pause_that_freezes(pair: Pair) -> None:
    await nothing_is_spent_after(pair)


async def test_nor_spent_by_another_process(opened: Opener, clock: MovedClock) -> None:
    await nothing_is_spent_after(await two(opened, clock))


async def test_nor_approved_by_another_process(opened: Opener, clock: MovedClock) -> None:
    pair = await two(opened, clock)
    held = await asyncio.gather(
        *(pair.houses[0].held(120, context={"customer": f"c{n}"}) for n in range(PROPOSED // 4))
    )

    async def approve(house: House, request: Request) -> None:
        try:
            await house.say(request, Approve())
        except SignoffError as refusal:
            pair.refused.append(refusal.code)

    arriving = at_once(approve(pair.houses[n % 2], request) for n, request in enumerate(held))
    await paused_amid(pair, arriving, freeze=True)
    records = await pair.records()
    place = position_of_the_pause(records)
    assert any(map(allowed, records[:place]))
    assert not any(map(allowed, records[place:]))
    assert set(pair.refused) == {PAUSED}


async def test_a_pause_waits_for_what_has_read_that_nothing_is_paused(
    fresh_postgres_url: str, clock: MovedClock
) -> None:
    """While a third connection keeps a redemption from being written, no pause that freezes can be committed."""
    first = await open_store(fresh_postgres_url, clock, vault_key=VAULT_KEY)
    second = await open_store(fresh_postgres_url, clock, vault_key=VAULT_KEY)
    third = await asyncpg.connect(fresh_postgres_url)
    house = await new_house(first, clock)
    pausing = Pausing(second, clock, lambda: house.policy)
    granted = await proposed(house, "c1")
    async with third.transaction():
        await third.execute("SELECT 1 FROM requests WHERE id = $1 FOR UPDATE", granted.id)
        spending = asyncio.create_task(house.redeeming.redeem(granted.id, key="k", **house.agent))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'"
        while not await third.fetchval(waits):  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.01)
        pause = asyncio.create_task(pausing.pause("everything", "stop", house.person("vera"), "desk", freeze=True))
        done, _ = await asyncio.wait({spending, pause}, timeout=0.5)
        assert not done
    await asyncio.gather(spending, pause)
    records = [record for _, record in await first.all_events()]
    assert [record.type for record in records[-2:]] == ["request.redeemed", "ledger.paused"]
    await third.close()
    await first.close()
    await second.close()


async def proposed(house: House, customer: str) -> Request:
    return (await house.propose(10, context={"customer": customer})).request


async def test_what_was_let_go_is_let_through_by_another_process(opened: Opener, clock: MovedClock) -> None:
    pair = await two(opened, clock)
    first, second = pair.houses
    await pair.pausing.pause("everything", "stop", first.person("vera"), "desk")
    assert (await proposed(first, "c1")).status == "rejected"
    await pair.pausing.resume("everything", "mended", first.person("vera"), "desk")
    assert (await proposed(first, "c2")).status == "approved"
    assert (await proposed(second, "c3")).status == "approved"


async def test_a_pause_is_over_at_its_end_with_nobody_there_to_end_it(opened: Opener, clock: MovedClock) -> None:
    pair = await two(opened, clock)
    first = pair.houses[0]
    until = first.clock.now().replace(hour=16)
    await pair.pausing.pause("everything", "stop", first.person("vera"), "desk", until=until)
    first.clock.at = until.replace(hour=15, minute=59, second=59)
    assert (await proposed(first, "c1")).status == "rejected"
    first.clock.at = until
    fresh = House(await opened(), first.clock, first.policy, first.issued)
    fresh._keys = 5000
    assert (await proposed(fresh, "c2")).status == "approved"
