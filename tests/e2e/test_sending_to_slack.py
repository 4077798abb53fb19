"""The errands of a burst through the real client into a Slack that keeps its rates and loses answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.deciding import Approve
from bot.domain.requests import Request
from bot.opening import Situation
from bot.sending import ChatSender
from tests.contract.flows import require_rebuilt
from tests.fakes.slack import Channel, FakeSlack, Fault, Message
from tests.rigs.chatting import CHATTY, FIRST, SECOND, URGENT
from tests.rigs.house import House, new_house
from tests.unit.slack_client.conftest import staffed, wired

BURST = 500


@dataclass
class Rig:
    house: House
    slack: FakeSlack
    sender: ChatSender
    channels: dict[str, Channel]

    async def held(self, count: int) -> list[Request]:
        return [await self.house.held(120, within="4h", context={"customer": f"c{n}"}) for n in range(count)]

    def cards(self, place: str) -> list[Message]:
        return [one for one in self.slack.messages(self.channels[place]) if one.metadata]

    async def settle(self, *, within: timedelta) -> None:
        """Send until nothing waits, moving the clock to each next try."""
        clock = self.house.clock
        end = clock.at + within
        while True:
            if await self.sender.send_due():
                continue
            at = await self.house.store.outbox.next_attempt("slack", in_order=True)
            if at is None:
                return
            clock.at = max(clock.at, at)
            assert clock.at <= end, "something is tried for ever"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    house = await new_house(policy=CHATTY)
    house.situation = Situation(surfaces=("slack",))
    async with FakeSlack(clock=house.clock) as slack:
        acme, users = staffed(slack, "Acme", id="T0ACME")
        channels = {id_: acme.channel(id_.lower(), users.values(), id=id_) for id_ in (FIRST, SECOND, URGENT)}
        _, workspaces, _, chat = wired(house, slack, house.policy, token=acme.token)
        sender = ChatSender(house.store, house.clock, lambda: house.policy, chat, jitter=lambda: 0.0)
        yield Rig(house, slack, sender, channels)
        await workspaces.close()
    await house.store.close()


def trouble(slack: FakeSlack) -> None:
    for fault in (Fault.LOST, Fault.RATE_LIMITED, Fault.SERVER_ERROR):
        slack.faults.next("chat.postMessage", fault, times=None, share=0.05)


async def test_a_burst_is_posted_in_order_and_none_twice(rig: Rig) -> None:
    trouble(rig.slack)
    requests = await rig.held(BURST)
    await rig.settle(within=timedelta(minutes=20))
    posted = [next(request.id for request in requests if request.id in str(one.blocks)) for one in rig.cards(FIRST)]
    assert posted == [request.id for request in requests]
    assert rig.sender.counts["uncertain"] > 0
    assert rig.sender.counts["parked"] == 0
    await require_rebuilt(rig.house.store)


async def test_an_escalation_meanwhile_waits_for_no_backlog(rig: Rig) -> None:
    trouble(rig.slack)
    await rig.held(60)
    await rig.sender.send_due()
    rig.house.clock.move(minutes=10)
    await rig.house.sweep()
    for _ in range(10):
        await rig.sender.send_due()
        rig.house.clock.move(seconds=1)
    assert len(rig.cards(FIRST)) < 15
    assert rig.cards(URGENT)


async def test_every_card_follows_and_every_thread_tells_it_once(rig: Rig) -> None:
    trouble(rig.slack)
    requests = await rig.held(20)
    await rig.settle(within=timedelta(minutes=5))
    for request in requests:
        await rig.house.say(request, Approve())
    await rig.settle(within=timedelta(minutes=8))
    cards = rig.cards(FIRST)
    assert len(cards) == len(requests)
    for card in cards:
        assert "Approved" in card.text
        (reply,) = (one for one in rig.slack.thread(card) if one is not card)
        assert "approved it" in str(reply.blocks) + reply.text
