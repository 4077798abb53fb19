"""What the loser of a race is told, and whoever came after the end."""

from __future__ import annotations

import pytest

from bot.deciding import Approve
from bot.errors import AlreadyDecided
from bot.receiving import sentences
from tests.rigs.house import House, new_house


async def refused(house: House, request_id: str, who: str) -> str:
    found = await house.store.request(request_id)
    assert found is not None
    with pytest.raises(AlreadyDecided) as refusal:
        await house.say(found, Approve(), who)
    return sentences(refusal.value, "Slack")[0]


async def test_who_was_first_is_told_by_name() -> None:
    house = await new_house()
    request = await house.held(100)
    await house.say(request, Approve(), "lee")
    told = await refused(house, request.id, "dana")
    assert told == "Somebody was first: it was approved by Lee, 2026-03-02 15:00:00 UTC. Yours changed nothing."


async def test_nobody_was_first_where_time_was_over() -> None:
    house = await new_house()
    request = await house.held(100, within="30m")
    house.clock.move(minutes=31)
    told = await refused(house, request.id, "dana")
    assert told == "Its time was over: it expired, 2026-03-02 15:30:00 UTC. Yours changed nothing."
