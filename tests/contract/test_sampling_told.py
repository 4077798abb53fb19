"""Whoever is asked to look at a sample is shown it, several at once as one text, and sees what became of it."""

from __future__ import annotations

import pytest

from bot.deciding import GradeSample
from bot.domain.lessons import Grade
from bot.domain.requests import Request
from bot.erasing import erase_request
from bot.ports import Store
from tests.contract.flows import require_rebuilt
from tests.rigs.chatting import CHATTY, Chatting, chatting
from tests.rigs.house import DRAFT, MovedClock

WINDOW = 120
POLICY = CHATTY.replace("gather: never", f"gather: {WINDOW}s") + DRAFT + "    sampling: {share: 1, reviewers: [lee]}\n"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock, policy=POLICY)


async def drafted(place: Chatting) -> Request:
    context = {"customer": "kim", "customer_name": "Kim Secretive"}
    return (await place.house.propose(None, tool="draft_reply", context=context, text="Dear Kim Secretive")).request


async def test_whoever_is_asked_sees_the_card_and_what_became_of_it(place: Chatting) -> None:
    made = await drafted(place)
    await place.settle()
    assert place.chat.cards("C0REFUNDS") == [], "nothing waits for it: no channel is told"
    (shown,) = place.chat.cards("person:lee")
    assert "nothing waits for you" in (shown.leads[0] or "")
    assert shown.card.may("grade_good")
    assert shown.card.look is not None
    assert (shown.card.look.state, shown.card.look.who) == ("waiting", "Lee")
    await place.house.say(made, GradeSample(Grade.NEEDS_WORK, "too stiff"), "lee")
    await place.settle()
    (shown,) = place.chat.cards("person:lee")
    assert shown.card.look is not None
    assert (shown.card.look.state, shown.card.look.note) == ("needs_work", "too stiff")
    assert shown.card.lesson is not None
    assert not shown.card.may("grade_good")
    await require_rebuilt(place.house.store)


async def test_several_at_once_are_one_text_that_names_nobody(place: Chatting) -> None:
    for _ in range(5):
        await drafted(place)
    await place.settle()
    assert len(place.chat.cards("person:lee")) <= 1
    told = place.chat.told("lee")
    assert len(told) == 1
    assert "samples wait for your look" in told[0]
    assert "Kim" not in told[0]


async def test_erasing_takes_it_off_the_card(place: Chatting) -> None:
    made = await drafted(place)
    await place.settle()
    await place.house.say(made, GradeSample(Grade.GOOD, "nice to Kim Secretive"), "lee")
    place.clock.move(hours=1)
    await place.house.sweep()
    await erase_request(place.house.store, made.id, reason="asked for", by=place.house.operator)
    await place.settle()
    (shown,) = place.chat.cards("person:lee")
    assert shown.card.erased
    assert "Secretive" not in repr(shown.card)
    await require_rebuilt(place.house.store)
