"""What was decided and is still kept, oldest decision first; and how a customer is spelled."""

from __future__ import annotations

from datetime import timedelta

from bot.erasing import erase_request
from bot.ports import Store
from tests.contract.flows import OPERATOR, SettableClock, deciding, enrolling, opening


async def test_only_what_was_decided_and_not_erased_is_listed_in_pages(store: Store, clock: SettableClock) -> None:
    await store.transact(*enrolling())
    for number in range(5):
        await store.transact(*opening(f"r-{number}", number + 1))
    for number in (3, 1, 2):
        clock.at += timedelta(minutes=1)
        await store.transact(*deciding(f"r-{number}", "ada"))
    first = await store.ended(clock.now() + timedelta(seconds=1), limit=2)
    assert [one.id for one in first] == ["r-3", "r-1"]
    assert (first[0].owner, first[0].action_type) == ("operations", "refund")
    rest = await store.ended(clock.now() + timedelta(seconds=1), after=(first[1].decided_at, first[1].id), limit=2)
    assert [one.id for one in rest] == ["r-2"]
    assert [one.id for one in await store.ended(clock.now(), limit=9)] == ["r-3", "r-1"], "before, not at"
    await erase_request(store, "r-3", reason="asked for", by=OPERATOR, cancel=True)
    assert [one.id for one in await store.ended(clock.now(), limit=9)] == ["r-1"]
    assert not await store.strays()


async def test_a_customer_is_found_however_they_are_spelled(store: Store) -> None:
    await store.transact(*enrolling())
    names = ("Jo Doe", "jo doe ", "JO\u00a0DOE", "Jo Do", "J\x00o Doe")
    for number, name in enumerate(names):
        await store.transact(*opening(f"r-{number}", 1, customer=name))
    found = await store.spellings(" JO DOE")
    assert {"Jo Doe", "jo doe "} <= set(found)
    assert "Jo Do" not in found
    assert await store.spellings("nobody") == ()
