"""What chat surfaces are told: errands derived from events alone."""

from __future__ import annotations

import pytest

from bot.deciding import Approve, Ask, Claim, Reassign, Reject, Snooze
from bot.domain.people import Actor, ActorKind
from bot.erasing import erase_request
from bot.errors import BadInput, NotAllowed
from bot.opening import Situation
from bot.recording import errand_of, rebuild
from tests.rigs.house import House, new_house

OPERATOR = Actor(ActorKind.OPERATOR, "root", "cli")


@pytest.fixture
async def house() -> House:
    made = await new_house()
    made.situation = Situation(surfaces=("slack",))
    return made


async def errands(house: House) -> list[tuple[str, int, str]]:
    messages = (await house.store.views()).messages.values()
    return [(errand_of(one).do, errand_of(one).seq, one.lane) for one in messages if one.kind == "slack"]


async def test_a_held_request_gets_a_card_in_its_owners_channel(house: House) -> None:
    await house.held()
    assert await errands(house) == [("card", 1, "C0REFUNDS")]


async def test_what_is_not_held_is_told_nowhere(house: House) -> None:
    await house.propose(10)
    await house.propose(5000)
    assert await errands(house) == []


async def test_where_no_chat_surface_was_connected_nothing_is_told_later(house: House) -> None:
    house.situation = Situation()
    request = await house.held()
    house.situation = Situation(surfaces=("slack",))
    await house.say(request, Approve())
    assert await errands(house) == []


async def test_every_step_redraws_the_cards_and_has_its_line(house: House) -> None:
    request = await house.held()
    await house.say(request, Claim())
    await house.say(request, Approve())
    made = {(do, seq) for do, seq, _ in await errands(house)}
    assert made == {("card", 1), ("redraw", 2), ("lines", 2), ("redraw", 3), ("lines", 3)}


async def test_whoever_is_handed_a_request_is_told(house: House) -> None:
    request = await house.held()
    after = await house.say(request, Reassign("omar", "you know the customer"))
    assert after.claim is not None
    assert after.claim.by.id == "omar"
    assert ("ping", 2, f"ping:{request.id}:2") in await errands(house)


@pytest.mark.parametrize("to", ["rosa", "nobody", "lee"])
async def test_a_request_is_handed_to_nobody_who_could_not_sign_it(house: House, to: str) -> None:
    request = await house.held(900)  # above Lee's limit
    with pytest.raises(BadInput) as refused:
        await house.say(request, Reassign(to))
    assert refused.value.field == "to"


async def test_only_an_approver_hands_a_request_on(house: House) -> None:
    with pytest.raises(NotAllowed):
        await house.say(await house.held(), Reassign("omar"), "rosa")


async def test_a_snoozed_request_comes_back_once(house: House) -> None:
    request = await house.held()
    until = house.clock.now().replace(minute=5)
    assert (await house.say(request, Snooze(until))).snoozes[0].until == until
    house.clock.move(minutes=5)
    assert await house.sweep() == 1
    assert await house.sweep() == 0
    woken = await house.store.request(request.id)
    assert woken is not None
    assert woken.snoozes == ()
    assert ("ping", 3, f"ping:{request.id}:3") in await errands(house)


async def test_nothing_is_put_off_past_its_deadline_or_into_the_past(house: House) -> None:
    request = await house.held(within="10m")
    for minute in (0, 10, 30):
        with pytest.raises(BadInput) as refused:
            await house.say(request, Snooze(house.clock.now().replace(minute=minute)))
        assert refused.value.field == "until"


async def test_errands_are_made_again_from_the_record_alone_also_after_erasing(house: House) -> None:
    request = await house.held()
    await house.say(request, Ask("Which order is it?"))
    await house.say(request, Reassign("omar"))
    await house.say(request, Reject("wrong_amount", "not this much"), "omar")
    await erase_request(house.store, request.id, reason="asked for", by=OPERATOR)
    before = (await house.store.views()).messages
    records = [record for _, record in await house.store.all_events()]
    assert rebuild(records).messages == before
    assert {errand_of(one).do for one in before.values() if one.kind == "slack"} == {"card", "redraw", "lines", "ping"}
