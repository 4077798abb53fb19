"""Every figure equals a calculation of its own over the raw events, on histories that nobody wrote by hand."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answering import Answering
from bot.deciding import Approve, ApproveWithEdits, Command, Reject, Revoke
from bot.domain.requests import OutcomeStatus, Request
from bot.errors import SignoffError
from bot.ports import Store
from store.memory import MemoryStore
from store.opening import open_store
from tests.rigs.house import House, MovedClock, new_house
from tests.rigs.recounted import raw, require_equal
from tests.rigs.week import Week

PERIODS = ("week", "14d", "3h", "today", "yesterday", "30d")


@pytest.fixture(params=["memory", "sqlite"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    clock = MovedClock()
    store: Store = MemoryStore(clock)
    if request.param == "sqlite":
        store = await open_store(f"sqlite:///{tmp_path}/history.db", clock, vault_key=bytes(32))
    yield await new_house(store, clock)
    await store.close()


async def compared(house: House) -> list[int]:
    """Hold the summaries of every period to the second calculation; how many requests each counted."""
    rows, counted = await raw(house.store), []
    answering = Answering(house.store, house.clock, lambda: house.policy)
    for period in PERIODS:
        for owner in (None, "refunds"):
            again = require_equal(await answering.summary(owner, period), rows)
            counted.append(again["volumes"].total())
    return counted


async def test_of_the_week_that_was_counted_by_hand(house: House) -> None:
    week = Week(house)
    await week.before()
    await week.now()
    assert max(await compared(house)) > 10


@pytest.mark.parametrize("seed", range(6))
async def test_of_a_generated_history(house: House, seed: int) -> None:
    chance = random.Random(seed)
    opened: list[Request] = []
    for number in range(70):
        house.clock.move(seconds=chance.choice([1, 3, 40, 400, 4_000, 40_000]))
        amount = chance.choice([12.5, 20, 120, 333.33, 480, 1999, 5000])
        context = {"customer": f"c-{number}", "session": f"s-{number}", "build": chance.choice(["b7", "b8", "=b9", ""])}
        found = await house.propose(amount, context={name: value for name, value in context.items() if value})
        opened.append(found.request)
        for _ in range(chance.randrange(3)):
            house.clock.move(seconds=chance.choice([1, 4, 30, 600, 1_900]))
            await act(house, chance, chance.choice(opened[-4:]))
        if chance.random() < 0.3:
            await house.sweep()
    counted = await compared(house)
    assert max(counted) == 70
    assert len(set(counted)) > 2


async def act(house: House, chance: random.Random, request: Request) -> None:
    """Something that a person or the agent does with a request; what is refused changes nothing."""
    reject = Reject(chance.choice(["wrong_amount", "not_eligible"]), "No")
    deed = chance.choice(["approve", "approve", "edit", "reject", "revoke", "cancel", "run", "run"])
    who = chance.choice(["dana", "dana", "lee", "omar"])
    try:
        if deed in {"approve", "edit", "reject", "revoke"}:
            edit = ApproveWithEdits({"amount": chance.choice([10, 99.99, 250])}, "Other")
            deeds: dict[str, Command] = {"approve": Approve(), "edit": edit, "reject": reject}
            await house.say(request, deeds.get(deed, Revoke("Wrong")), who)
        elif deed == "cancel":
            await house.redeeming.cancel(request.id, **house.agent)
        else:
            await house.redeeming.redeem(request.id, key=f"run-{request.id}", **house.agent)
            if chance.random() < 0.7:
                status = chance.choice(list(OutcomeStatus))
                await house.redeeming.report(request.id, status=status, note=None, **house.agent)
    except SignoffError:
        return
