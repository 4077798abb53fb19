"""Every signal against a second calculation over the raw events, on made-up histories of real flows."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from bot.domain.events import EventRecord
from bot.friction.asking import Frictions
from bot.friction.signals import Friction
from store.opening import open_store
from tests.rigs.compared_friction import require_same
from tests.rigs.house import MovedClock
from tests.rigs.second_friction import calculated
from tests.rigs.six_weeks import SixWeeks, six_weeks


async def asked(weeks: SixWeeks, owner: str | None = None, period: str | None = None) -> Friction:
    house = weeks.house
    frictions = Frictions(house.store, house.clock, lambda: house.policy)
    return (await frictions.measured(owner, period)).friction


async def records(weeks: SixWeeks) -> list[EventRecord]:
    return [record for _, record in await weeks.house.store.all_events(limit=1_000_000)]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_signal_is_what_pandas_says(seed: int) -> None:
    weeks = await six_weeks(seed, requests=1800)
    kept = await records(weeks)
    for owner, period in product((None, "refunds", "words"), ("week", "4w")):
        friction = await asked(weeks, owner, period)
        wanted = calculated(
            kept,
            owner=owner,
            start=friction.period.start,
            end=friction.period.end,
            at=friction.period.at,
        )
        require_same(friction, wanted)


async def test_the_histories_have_something_of_everything() -> None:
    """What is compared above is worth comparing."""
    weeks = await six_weeks(1, requests=2400)
    friction = await asked(weeks, None, "4w")
    assert friction.overriding.now.value
    assert friction.returning.now.value
    assert friction.returning.open
    assert friction.returning.nameless
    assert any(one.p is not None for one in friction.releases)
    assert any(one.p is None for one in friction.releases)
    assert any(one.versions for one in friction.contradicting.questions)
    assert friction.contradicting.more
    assert friction.loads.people
    assert any(load.signatures for load in friction.loads.people)
    assert {one.what for one in friction.drifts if one.p is not None} == {"amount", "confidence", "volume"}
    assert any(one.drifted for one in friction.drifts)


async def test_it_is_the_same_on_a_real_database(tmp_path: Path) -> None:
    clock = MovedClock()
    store = await open_store(f"sqlite:///{tmp_path}/weeks.db", clock, vault_key=bytes(32))
    weeks = await six_weeks(5, store, clock, requests=300)
    friction = await asked(weeks)
    wanted = calculated(
        await records(weeks), owner=None, start=friction.period.start, end=friction.period.end, at=friction.period.at
    )
    require_same(friction, wanted)
    await store.close()
