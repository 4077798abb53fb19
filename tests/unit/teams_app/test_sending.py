"""The outbox carried out in Teams: what can't stand is shown elsewhere and told, and nobody is called twice."""

from __future__ import annotations

import pytest

from bot.deciding import Reject
from bot.domain.people import Actor, ActorKind
from bot.erasing import erase_request
from bot.opening import Situation
from bot.sending import ChatSender
from tests.fakes.teams import Fault
from tests.rigs.teams_office import TEAMS_POLICY, Office, opened, words

PLACES = "channels: {teams: [first, second]}"
POLICY = TEAMS_POLICY.replace("channels: {teams: refunds-desk}", PLACES)
ESCALATING = POLICY.replace(
    "sla: {respond_within: 15m, expire_after: 4h}",
    "sla: {respond_within: 15m, expire_after: 4h, escalate: [{after: 15m, to: [vera], post_to: {teams: second}}]}",
)


class Desk:
    """An office with two linked channels, and what sends to them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.second = office.team.channel("second")
        store, clock = office.house.store, office.house.clock
        self.sender = ChatSender(store, clock, lambda: office.house.policy, office.chat, jitter=lambda: 0.0)

    async def ready(self) -> Desk:
        office, vera = self.office, self.office.users["vera"]
        office.house.situation = Situation(surfaces=("teams",))
        await office.teams.direct(vera, "help")
        await office.teams.mention(vera, office.refunds, "link first")
        await office.teams.mention(vera, self.second, "link second")
        return self

    async def send(self, *, minutes: int = 2) -> None:
        for _ in range(minutes * 6):
            await self.sender.send_due()
            self.office.house.clock.move(seconds=10)

    def vera(self) -> str:
        return self.office.told(self.office.users["vera"])


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Fault.FORBIDDEN, "BotNotInConversationRoster", "not installed there"),
        (Fault.FORBIDDEN, "BotDisabledByAdmin", "disabled"),
        (Fault.NOT_FOUND, "ConversationNotFound", "no such channel"),
        (Fault.TOO_BIG, "", "too large"),
    ],
)
async def test_what_a_channel_will_not_take_stands_in_the_second_and_its_owner_is_told_once(
    fault: Fault, error: str, said: str
) -> None:
    async with opened(POLICY) as office:
        desk = await Desk(office).ready()
        here = office.refunds.id
        office.teams.faults.next(
            "createConversation", fault, error=error, times=None, when=lambda call: here in str(call.body)
        )
        requests = [await office.house.held(100 + number) for number in range(3)]
        await desk.send()
        assert len([each for each in office.teams.messages(desk.second) if each.card and each.author is None]) == 3
        assert desk.vera().count(said) == 1
        for request in requests:
            assert (await office.types(request)).count("request.unshown") == 1
        assert len([call for call in office.teams.calls("createConversation") if call.status >= 400]) == 3, (
            "not tried on"
        )


@pytest.mark.parametrize(
    "fault", [Fault.THROTTLED, Fault.PRECONDITION_FAILED, Fault.BAD_GATEWAY, Fault.GATEWAY_TIMEOUT]
)
async def test_what_passes_is_tried_again_later_each_time_until_it_stands(fault: Fault) -> None:
    async with opened(POLICY) as office:
        desk = await Desk(office).ready()
        office.teams.faults.next("createConversation", fault, times=4, retry_after=3)
        request = await office.house.held()
        await desk.send(minutes=5)
        cards = [each for each in office.teams.messages(office.refunds) if each.card and each.author is None]
        assert len(cards) == 1
        assert (await office.types(request)).count("request.posted") == 1
        assert (await office.types(request)).count("request.unshown") == 0
        assert "could not" not in desk.vera()


async def test_an_escalation_is_told_once_through_a_clock_that_jumps() -> None:
    async with opened(ESCALATING) as office:
        desk = await Desk(office).ready()
        request = await office.house.held()
        await desk.send(minutes=1)
        for minutes in (16, -30, 40, -10, 60):
            office.house.clock.move(minutes=minutes)
            await office.house.sweep()
            await desk.sender.send_due()
        await desk.send(minutes=1)
        assert (await office.types(request)).count("request.escalated") == 1
        told = [each for each in office.teams.chat(office.users["vera"]) if request.id in str(each.card)]
        posted = [each for each in office.teams.messages(desk.second) if request.id in str(each.card)]
        assert (len(told), len(posted)) == (1, 1)


async def test_who_blocked_the_bot_is_noted_and_the_others_are_told_all_the_same() -> None:
    async with opened(ESCALATING) as office:
        desk = await Desk(office).ready()
        request = await office.house.held()
        await desk.send(minutes=1)
        office.teams.block(office.users["vera"])
        office.house.clock.move(minutes=16)
        await office.house.sweep()
        await desk.send(minutes=1)
        assert [each for each in office.teams.messages(desk.second) if request.id in str(each.card)]
        assert (await office.types(request)).count("request.unshown") == 1


async def test_what_is_erased_leaves_nothing_of_it_in_teams() -> None:
    async with opened(POLICY) as office:
        desk = await Desk(office).ready()
        request = await office.house.held(reason="Kim Doe of 4 Elm Street")
        await desk.send(minutes=1)
        (card,) = [each for each in office.teams.messages(office.refunds) if request.id in str(each.card)]
        await office.teams.direct(office.dana, f"show {request.id}")
        shown = office.teams.chat(office.dana)[-1]
        assert "Elm Street" in words(office, office.dana, shown)
        await office.house.say(request, Reject("wrong_amount", "Kim is wrong."), "dana")
        await desk.send(minutes=1)
        assert "Kim is wrong." in " ".join(each.text for each in card.replies)
        by = Actor(ActorKind.OPERATOR, "root", "cli")
        await erase_request(office.house.store, request.id, reason="It was asked for.", by=by)
        await desk.send(minutes=2)
        thread = " ".join(each.text for each in card.replies if not each.deleted)
        assert "Elm Street" not in str(card.card)
        assert "Kim" not in thread + str(card.card)
        await office.teams.refresh(office.dana, shown)
        assert "Elm Street" not in words(office, office.dana, shown), "what was shown on asking, once it is looked at"
