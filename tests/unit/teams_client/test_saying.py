"""Answers that are said at once keep Teams' rates, together with everything else that is sent there."""

from __future__ import annotations

import pytest

from adapters.teams.client import Pacing, Saying
from bot.errors import Busy, ChannelUnavailable
from tests.fakes.teams import Fault
from tests.rigs.house import MovedClock
from tests.unit.teams_client.conftest import Desk


class Passing:
    """Waits by moving the clock."""

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock
        self.waited: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.move(seconds=seconds)


async def chat_of(desk: Desk, name: str) -> str:
    await desk.chat.tell(desk.person(name), "hello", desk.posting())
    return desk.teams.chat(desk.users[name])[0].conversation_id


async def test_forty_answers_in_one_chat_all_come_and_teams_refuses_none(desk: Desk) -> None:
    there, passing = await chat_of(desk, "dana"), Passing(desk.clock)
    saying = Saying(desk.rig.port, desk.pacing, pause=passing)
    for number in range(40):
        await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": f"answer {number}"})
    assert [each.text for each in desk.teams.chat(desk.users["dana"])[1:]] == [f"answer {n}" for n in range(40)]
    assert {call.status for call in desk.teams.calls("sendToConversation")} == {201}
    assert passing.waited


async def test_after_a_429_it_waits_as_long_as_it_is_told_and_so_does_everything_else_there(desk: Desk) -> None:
    there, passing = await chat_of(desk, "dana"), Passing(desk.clock)
    saying = Saying(desk.rig.port, desk.pacing, pause=passing)
    desk.teams.faults.next("sendToConversation", Fault.THROTTLED, retry_after=7)
    await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": "answer"})
    assert sum(passing.waited) >= 7
    desk.teams.faults.next("sendToConversation", Fault.THROTTLED, retry_after=600)
    with pytest.raises(Busy):
        await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": "too late"})
    calls = len(desk.teams.calls("sendToConversation"))
    with pytest.raises(Busy):
        await desk.chat.tell(desk.person("dana"), "behind it", desk.posting())
    assert len(desk.teams.calls("sendToConversation")) == calls


async def test_it_gives_up_where_its_turn_never_comes(desk: Desk) -> None:
    there = await chat_of(desk, "dana")

    async def at_once(_seconds: float) -> None:
        """The clock stands."""

    pacing = Pacing(desk.clock, ((1, 2.0),))
    saying = Saying(desk.rig.port, pacing, pause=at_once)
    await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": "one"})
    with pytest.raises(Busy):
        await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": "two"})
    desk.teams.block(desk.users["dana"])
    desk.clock.move(seconds=60)
    with pytest.raises(ChannelUnavailable):
        await saying.say(desk.rig.service_url, desk.rig.contoso.id, there, {"text": "three"})
