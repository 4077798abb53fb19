"""Cards follow a pause that freezes and its end, and those who answer hear of what an alarm paused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.deciding import Reject
from bot.domain.requests import Request
from bot.pausing import Alarming, Pausing
from bot.sending import halting
from tests.rigs.chatting import CHATTY, Chatting, chatting

REASONS = "    reasons: [wrong_amount, not_eligible]\n"
ALARM = "    alarms: [{name: many, overrides: 2, within: 10m, pause: agent, for: 1h}]\n"


@pytest.fixture
async def office() -> Chatting:
    return await chatting(policy=CHATTY.replace(REASONS, REASONS + ALARM))


@pytest.fixture
async def pausing(office: Chatting) -> AsyncIterator[Pausing]:
    house = office.house
    made = Pausing(house.store, house.clock, lambda: house.policy, surfaces=lambda: ("slack",))
    await made.start()
    yield made
    await made.close()


async def held(office: Chatting, *amounts: float) -> list[Request]:
    found = [await office.house.held(amount, context={"customer": f"c{amount}"}) for amount in amounts]
    await office.sender.send_due()
    return found


def frozen(office: Chatting, requests: list[Request]) -> list[bool]:
    """Whether each one's card says, on the surface, that it is frozen."""
    cards = {shown.card.request_id: shown.card for shown in office.chat.messages if shown.cards}
    return [cards[request.id].frozen is not None for request in requests]


async def test_cards_say_that_they_are_frozen_and_that_they_no_longer_are(office: Chatting, pausing: Pausing) -> None:
    vera = office.house.person("vera")
    found = await held(office, 120, 130)
    assert frozen(office, found) == [False, False]
    await pausing.pause("action:refund", "look", vera, "desk", freeze=True)
    await office.sender.send_due()
    assert frozen(office, found) == [True, True]
    await pausing.resume("action:refund", "fine", vera, "desk")
    await office.sender.send_due()
    assert frozen(office, found) == [False, False]


async def test_a_pause_that_freezes_nothing_redraws_nothing(office: Chatting, pausing: Pausing) -> None:
    await held(office, 120)
    before = office.sender.counts["redrawn"]
    await pausing.pause("action:refund", "look", office.house.person("vera"), "desk")
    await pausing.resume("action:refund", "fine", office.house.person("vera"), "desk")
    assert await office.sender.send_due() == 0
    assert office.sender.counts["redrawn"] == before


async def test_cards_follow_the_end_that_comes_by_itself(office: Chatting, pausing: Pausing) -> None:
    found = await held(office, 120)
    until = office.clock.now() + timedelta(minutes=5)
    await pausing.pause("owner:refunds", "look", office.house.person("vera"), "desk", until=until, freeze=True)
    await office.sender.send_due()
    assert frozen(office, found) == [True]
    office.clock.at = until
    await office.another_sender().send_due()  # whichever process is there by then
    assert frozen(office, found) == [False]


async def test_many_are_redrawn_some_at_a_time(
    office: Chatting, pausing: Pausing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halting, "AT_ONCE", 2)
    found = await held(office, 120, 130, 140, 150, 160)
    await pausing.pause("everything", "look", office.house.person("vera"), "desk", freeze=True)
    before = office.sender.counts["redrawn"]
    await office.settle(within=60)
    assert frozen(office, found) == [True] * 5
    assert office.sender.counts["redrawn"] == before + 5
    assert office.sender.counts["busy"] == 2


async def test_those_who_answer_are_told_once_what_an_alarm_paused(office: Chatting) -> None:
    house = office.house
    for request in await held(office, 120, 130):
        await house.say(request, Reject("not_eligible", "no"))
    watch = Alarming(house.store, house.clock, lambda: house.policy, surfaces=lambda: ("slack",))
    assert await watch.check() == 1
    await office.sender.send_due()
    told = {shown.place: shown.text for shown in office.chat.messages if shown.text}
    assert set(told) == {"person:vera", "person:rosa"}
    assert told["person:vera"] == (
        "The agent support is paused until 2026-03-02 16:00 UTC, by the policy: people overrode 2 requests of Refunds "
        "within 10m (0 edited, 2 rejected); the alarm many allows fewer than 2. What is held already waits for its "
        "decision as before."
    )
    assert office.sender.counts["told"] == 2
