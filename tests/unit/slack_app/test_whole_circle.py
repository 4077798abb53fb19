"""From the request to the card and back: what is decided anywhere shows in Slack, by the record alone."""

from __future__ import annotations

import asyncio

from bot.deciding import Approve
from bot.domain.requests import Request
from bot.opening import Situation
from bot.sending import ChatSender
from tests.fakes.slack import Message
from tests.rigs.chatting import CHATTY
from tests.rigs.slack_office import Office, opened


class Circle:
    """An office whose sender is driven by hand."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.house.situation = Situation(surfaces=("slack",))
        self.sender = self.another()

    def another(self) -> ChatSender:
        """As another process would have it."""
        house = self.office.house
        return ChatSender(house.store, house.clock, lambda: house.policy, self.office.chat, jitter=lambda: 0.0)

    async def settle(self, *senders: ChatSender) -> None:
        """Send until nothing waits, moving the clock to each next try."""
        house = self.office.house
        while True:
            done = [await sender.send_due() for sender in senders or (self.sender,)]
            if any(done):
                continue
            at = await house.store.outbox.next_attempt("slack", in_order=True)
            if at is None:
                return
            house.clock.at = max(house.clock.at, at)

    async def held(self) -> tuple[Request, Message]:
        request = await self.office.house.held()
        await self.settle()
        return request, self.office.slack.messages(self.office.refunds)[-1]


async def test_approved_on_the_desk_the_card_in_slack_follows_and_its_buttons_are_gone() -> None:
    async with opened() as office:
        circle = Circle(office)
        request, card = await circle.held()
        assert "approve" in office.slack.offers(card)
        await office.house.say(request, Approve(), "lee", "desk")
        await circle.settle()
        assert "approve" not in office.slack.offers(card)
        assert "Lee" in str(card.blocks)
        await office.slack.click(office.dana, card, "approve", as_of=0)
        await office.quiet()
        assert "approved by Lee" in office.told(office.dana)
        assert len(office.slack.thread(card)) >= 1
        assert office.slack.complaints == []


async def test_approved_in_slack_every_card_follows_and_the_record_says_where() -> None:
    async with opened() as office:
        circle = Circle(office)
        request, card = await circle.held()
        await office.slack.click(office.dana, card, "approve")
        await office.quiet()
        await circle.settle()
        assert "approve" not in office.slack.offers(card)
        assert "Dana" in str(card.blocks)
        records = await office.house.store.events(f"request:{request.id}")
        decided = next(record for record in records if record.type == "request.decided")
        assert (decided.actor, decided.surface) == ("person:dana", "slack")


async def test_an_escalation_comes_once_from_two_senders_and_is_decided_where_it_came() -> None:
    async with opened(policy=CHATTY) as office:
        circle = Circle(office)
        office.acme.channel("second", office.users.values(), id="C0SECOND")
        urgent = office.acme.channel("urgent", office.users.values(), id="C0URGENT")
        request, card = await circle.held()
        office.house.clock.move(minutes=11)
        await asyncio.gather(office.house.sweep(), office.house.sweep())
        await circle.settle(circle.sender, circle.another())
        await office.house.sweep()
        await circle.settle()
        direct = [each for each in office.slack.dms(office.dana) if each.blocks]
        assert (len(direct), len(office.slack.messages(urgent))) == (1, 1)
        await office.slack.click(office.dana, direct[0], "approve")
        assert (await office.decided(request)).status == "approved"
        await circle.settle()
        for each in (card, direct[0], *office.slack.messages(urgent)):
            assert "approve" not in office.slack.offers(each)
        assert office.slack.complaints == []
