"""Forty refunds that somebody approves within seconds of each other, through the real flows."""

from __future__ import annotations

from bot.deciding import Approve
from tests.rigs.house import House

QUICK = 40


async def approve_in_seconds(house: House, who: str = "dana", count: int = QUICK) -> None:
    """Each of another customer, opened an hour apart and approved three seconds after."""
    for number in range(count):
        house.clock.move(minutes=20)
        request = await house.held(60, context={"customer": f"c-{number}"})
        house.clock.move(seconds=3)
        await house.say(request, Approve(), who)
    house.clock.move(minutes=1)
