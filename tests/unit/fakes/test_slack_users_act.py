"""The users of the fake: they can do what a Slack client lets them do, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.fakes.slack import Message, NotPossible
from tests.unit.fakes.deciding_app import CARD, Office, button, option


async def test_a_click_tells_everything_about_itself(office: Office) -> None:
    card = await office.card()
    assert office.slack.offers(card) == ["approve", "reject", "more", "who", "approve"]
    await office.slack.click(office.dana, card, "approve", value="r1")
    [body] = office.bodies
    action = body["actions"][0]
    assert (action["action_id"], action["value"], action["block_id"]) == ("approve", "r1", "deciding")
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": office.channel.id,
        "is_ephemeral": False,
    }
    assert (body["user"]["id"], body["team"]["id"]) == (office.dana.id, office.workspace.id)
    assert body["message"]["blocks"] == card.blocks
    assert body["state"]["values"] == {"deciding": {"who": {"type": "static_select", "selected_option": None}}}
    assert body["trigger_id"] in office.slack.world.triggers


async def test_menus(office: Office) -> None:
    card = await office.card()
    await office.slack.overflow(office.dana, card, "more", "Claim")
    await office.slack.choose(office.dana, card, "who", "lee")
    await office.slack.click(office.dana, card, "reject")
    chosen, picked, clicked = office.bodies
    assert chosen["actions"][0]["selected_option"] == option("claim")
    assert picked["actions"][0]["selected_option"] == option("lee")
    assert clicked["state"]["values"]["deciding"]["who"]["selected_option"] == option("lee")


async def test_a_double_click_is_two_interactions(office: Office) -> None:
    card = await office.card()
    await asyncio.gather(*(office.slack.click(office.dana, card, "reject") for _ in range(2)))
    first, second = office.bodies
    assert first["actions"][0]["action_ts"] != second["actions"][0]["action_ts"]
    assert first["trigger_id"] != second["trigger_id"]


async def test_a_stale_card_can_still_be_clicked(office: Office) -> None:
    card = await office.card()
    await office.client.chat_update(channel=office.channel.id, ts=card.ts, text="Decided", blocks=[])
    with pytest.raises(NotPossible, match="0 elements are reject"):
        await office.slack.click(office.lee, card, "reject")
    await office.slack.click(office.lee, card, "reject", as_of=0)
    assert office.bodies[0]["message"]["text"] == "Held"


Attempt = Callable[[Office, Message], Any]
IMPOSSIBLE: dict[str, tuple[Attempt, str]] = {
    "a button that is not there": (lambda o, c: o.slack.click(o.dana, c, "launch"), "0 elements are launch"),
    "another value": (lambda o, c: o.slack.click(o.dana, c, "approve", value="r9"), "0 elements are approve"),
    "one of two alike": (lambda o, c: o.slack.click(o.dana, c, "approve"), "2 elements are approve"),
    "clicking a menu": (lambda o, c: o.slack.click(o.dana, c, "who"), "choose"),
    "choosing a button": (lambda o, c: o.slack.choose(o.dana, c, "reject", "x"), "click"),
    "an option that is not offered": (lambda o, c: o.slack.choose(o.dana, c, "who", "eve"), "offers"),
    "from outside the channel": (lambda o, c: o.slack.click(o.eve, c, "reject"), "does not see"),
    "a command that is none": (lambda o, c: o.slack.command(o.dana, o.channel, "/dance"), "no command"),
    "a command from outside": (lambda o, c: o.slack.command(o.eve, o.channel, "/signoff"), "not in refunds"),
}


@pytest.mark.parametrize(("attempt", "why"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_what_users_can_t_do(office: Office, attempt: Attempt, why: str) -> None:
    card = await office.card()
    with pytest.raises(NotPossible, match=why):
        await attempt(office, card)
    assert office.bodies == []


async def test_a_deleted_card_can_t_be_clicked(office: Office) -> None:
    card = await office.card()
    office.slack.delete(card)
    with pytest.raises(NotPossible, match="deleted"):
        await office.slack.click(office.dana, card, "reject")


async def test_an_ephemeral_message_is_its_user_s(office: Office) -> None:
    await office.client.chat_postEphemeral(channel=office.channel.id, user=office.dana.id, text="psst", blocks=CARD)
    [shown] = office.slack.ephemerals(office.dana)
    with pytest.raises(NotPossible, match="does not see"):
        await office.slack.click(office.lee, shown, "reject")
    await office.slack.click(office.dana, shown, "reject")
    assert office.bodies[0]["container"]["is_ephemeral"]
    assert "message" not in office.bodies[0], "Slack doesn't send what it doesn't keep"


async def test_the_home_tab(office: Office) -> None:
    assert office.slack.home(office.dana) is None
    blocks = [{"type": "actions", "elements": [button("approve", "r1")]}]
    await office.client.views_publish(user_id=office.dana.id, view={"type": "home", "blocks": blocks})
    home = office.slack.home(office.dana)
    assert home is not None
    opened = await office.slack.open_home(office.dana)
    assert opened is not None
    assert opened.payload["event"]["view"]["hash"] == home.hash
    await office.slack.click(office.dana, home, "approve")
    assert office.bodies[0]["view"]["type"] == "home"
    with pytest.raises(NotPossible, match="dana's"):
        await office.slack.click(office.lee, home, "approve")


async def test_shortcuts_and_words(office: Office) -> None:
    card = await office.card()
    await office.slack.shortcut(office.dana, card, "explain")
    await office.slack.global_shortcut(office.dana, "explain")
    assert [each["type"] for each in office.bodies] == ["message_action", "shortcut"]
    said = await office.slack.direct(office.dana, "why?")
    assert said is not None
    assert said.payload["event"]["channel_type"] == "im"
    assert office.slack.dms(office.dana)[-1].text == "why?"
    assert await office.slack.write_in(office.dana, office.channel, "hello") is None, "not subscribed to"
    mentioned = await office.slack.mention(office.dana, office.channel, "queue", thread=card)
    assert mentioned is not None
    assert mentioned.payload["event"]["text"].endswith(" queue")
    assert [each.author for each in office.slack.thread(card)] == [office.dana]


# Response addresses


async def respond(url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_answers_five_times(office: Office) -> None:
    card = await office.card()
    url = (await office.slack.click(office.dana, card, "reject")).payload["response_url"]
    assert await respond(url, text="only you", replace_original=False) == (200, "ok")
    assert await respond(url, text="all of you", response_type="in_channel") == (200, "ok")
    assert await respond(url, text="Decided", replace_original=True) == (200, "ok")
    assert (card.text, card.blocks, card.versions[-1].by) == ("Decided", [], "response_url")
    assert (await respond(url, text="x", blocks=[{"type": "marquee"}]))[0] == 400
    assert await respond(url, delete_original=True) == (200, "ok")
    assert (await respond(url, text="once more"))[0] == 404
    assert [each.text for each in office.slack.messages(office.channel)] == ["all of you"]
    assert [each.text for each in office.slack.ephemerals(office.dana)] == ["only you"]
    assert len(office.slack.response_urls.uses) == 5


async def test_a_response_url_lasts_thirty_minutes(office: Office) -> None:
    url = (await office.slack.click(office.dana, await office.card(), "reject")).payload["response_url"]
    office.clock.at += timedelta(minutes=30)
    assert (await respond(url, text="in time", replace_original=False))[0] == 200
    office.clock.at += timedelta(seconds=1)
    assert (await respond(url, text="late"))[0] == 404
