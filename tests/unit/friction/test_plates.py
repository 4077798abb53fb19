"""What is drawn of friction: a picture for each signal that may be told, none of a sample that is too small."""

from __future__ import annotations

from bot.friction import Frictions, told
from bot.friction.plates import plates_of
from tests.rigs.house import POLICY, new_house
from tests.rigs.quick_hands import approve_in_seconds


async def test_a_sample_below_its_minimum_is_not_drawn() -> None:
    house = await new_house(policy=POLICY)
    await approve_in_seconds(house, count=3)
    found = (await Frictions(house.store, house.clock, lambda: house.policy).measured("refunds")).friction
    plates = plates_of(found)
    assert len(plates) == len(told(found))
    assert not found.overriding.now.enough
    assert plates[0] is None
    await house.store.close()


async def test_what_is_drawn_is_what_is_told() -> None:
    house = await new_house(policy=POLICY)
    await approve_in_seconds(house, count=60)
    found = (await Frictions(house.store, house.clock, lambda: house.policy).measured("refunds")).friction
    plates = plates_of(found)
    share = found.overriding.now
    assert plates[0] is not None
    assert share.value is not None
    assert plates[0].entries[0].length == 100 * share.value
    loads = plates[4]
    assert loads is not None
    assert sum(entry.length for entry in loads.entries) == found.loads.decisions
    await house.store.close()
