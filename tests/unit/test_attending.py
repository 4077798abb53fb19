"""To whom a request may be handed, and until when it may be put off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.attending import heirs, snooze_choices, snooze_until
from bot.deciding import Approve, Claim, Snooze
from bot.domain.requests import Request
from bot.errors import BadInput
from tests.rigs.house import House, new_house


@pytest.fixture
async def house() -> House:
    return await new_house()


def names(house: House, request: Request, who: str = "dana") -> list[str]:
    return [person.name for person in heirs(request, house.person(who), house.policy, house.clock.now())]


async def test_it_may_be_handed_to_others_who_could_sign_it(house: House) -> None:
    assert names(house, await house.held(120)) == ["Lee", "Omar"]
    above_lee = await house.held(900, context={"customer": "cust_2"})
    assert names(house, above_lee) == ["Omar"]


async def test_not_to_whoever_has_it_or_has_signed_it_already(house: House) -> None:
    request = await house.say(await house.held(), Claim(), "omar")
    assert names(house, request) == ["Lee"]
    double = (await house.propose(None, tool="change_payout")).request
    assert names(house, await house.say(double, Approve(), "dana"), "omar") == ["Lee"]


async def test_by_nobody_who_may_not_decide(house: House) -> None:
    assert names(house, await house.held(), "vera") == []


async def test_only_times_before_the_deadline_are_offered_and_all_of_these_can_be_taken(house: House) -> None:
    for within, values in (("30m", ["15m"]), ("3h", ["15m", "1h"]), ("10m", [])):
        request = await house.held(within=within)
        choices = snooze_choices(request, house.clock.now())
        assert [value for value, _ in choices if value != "promise"] == values
        for value, _ in choices:
            await house.say(request, Snooze(snooze_until(request, value, house.clock.now())))


async def test_until_shortly_before_the_promise_while_that_is_still_to_come(house: House) -> None:
    request = await house.held(within="3h")
    assert "promise" in dict(snooze_choices(request, house.clock.now()))
    at = snooze_until(request, "promise", house.clock.now())
    assert at == request.routing.due_at - timedelta(minutes=10)
    house.clock.move(minutes=5)
    assert "promise" not in dict(snooze_choices(request, house.clock.now()))


async def test_what_is_no_choice_is_named(house: House) -> None:
    request = await house.held()
    with pytest.raises(BadInput) as refused:
        snooze_until(request, "for ever", house.clock.now())
    assert refused.value.field == "until"
