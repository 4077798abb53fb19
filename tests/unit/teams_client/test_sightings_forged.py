"""What somebody's client makes up of a posting moves no card, shows nobody one, and takes none away."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.teams.client.posting import SIGHTING
from adapters.teams.client.remembering import KEPT
from bot.errors import Busy, Uncertain
from tests.fakes.teams import Fault, Message
from tests.fakes.teams.calling import activities
from tests.unit.teams_client.conftest import Desk


async def tells(desk: Desk, message: Message, posting: str, who: str = "lee") -> None:
    """A call as if that message were the card of that posting."""
    value: dict[str, Any] = {
        "action": {"type": "Action.Execute", "verb": "refresh", "data": {"posting": posting}},
        "trigger": "automatic",
    }
    activity = activities.invoke(
        desk.teams.world, desk.users[who], message.place, "adaptiveCard/action", value, message
    )
    await desk.teams.send(activity)


async def test_a_card_that_waits_for_its_answer_is_not_said_to_be_in_somebodys_chat(desk: Desk) -> None:
    lee = desk.users["lee"]
    there = await desk.rig.port.create_chat(desk.rig.service_url, desk.rig.contoso.id, lee.id)
    await desk.rig.port.send(desk.rig.service_url, there, {"text": "what `show` answers"})
    (mine,) = desk.teams.chat(lee)
    desk.teams.faults.next("createConversation", Fault.BAD_GATEWAY)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")

    await tells(desk, mine, "p1")
    with pytest.raises(Busy):
        await desk.post(id_="p1", again=True)
    desk.clock.move(seconds=SIGHTING.total_seconds())
    ref = await desk.post(id_="p1", again=True)

    (card,) = desk.teams.messages(desk.refunds)
    assert ref.message == card.id
    assert not mine.deleted
    assert desk.sightings == [False]


async def test_a_card_of_another_channel_does_not_speak_for_it(desk: Desk) -> None:
    other = desk.rig.team.channel("other")
    await desk.post(other.id)
    (elsewhere,) = desk.teams.messages(other)
    desk.teams.faults.next("createConversation", Fault.LOST)
    with pytest.raises(Uncertain):
        await desk.post(id_="p1")
    await tells(desk, elsewhere, "p1")
    (card,) = desk.teams.messages(desk.refunds)
    await tells(desk, card, "p1")
    assert (await desk.post(id_="p1", again=True)).message == card.id
    assert desk.teams.messages(other) == [elsewhere]


async def test_an_old_card_is_not_taken_away_as_if_it_were_one_too_many(desk: Desk) -> None:
    await desk.post(id_="old")
    (old,) = desk.teams.messages(desk.refunds)
    desk.clock.move(seconds=KEPT.total_seconds() + 60)
    await desk.post(id_="new")
    await tells(desk, old, "new")
    assert not old.deleted
    assert desk.sightings == [False]
