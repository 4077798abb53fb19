"""Cards, lines and texts in Slack: where they stand and whom they call."""

from __future__ import annotations

import pytest

from bot.domain.requests import MessageRef
from bot.errors import Uncertain
from tests.fakes.slack import Fault
from tests.unit.slack_client.conftest import Desk


async def test_a_card_stands_in_its_channel_and_says_which_posting_it_is(desk: Desk) -> None:
    ref = await desk.post(lead="Reassigned to you.")
    (message,) = desk.slack.messages(desk.refunds)
    assert ref == MessageRef("slack", "C0REFUNDS", message.ts, workspace="T0ACME", place="C0REFUNDS")
    assert message.metadata == {"event_type": "signoff", "event_payload": {"id": "posting-1"}}
    assert message.text.startswith("Reassigned to you.")
    (call,) = desk.slack.calls("chat.postMessage")
    assert (call.args["unfurl_links"], call.args["unfurl_media"], call.args["parse"]) == (False, False, "none")
    assert not desk.slack.notified(message).users


async def test_a_card_is_redrawn_in_place(desk: Desk) -> None:
    ref = await desk.post()
    await desk.chat.update(ref, desk.card, lead="Seen again.")
    (message,) = desk.slack.messages(desk.refunds)
    assert message.edits == 1
    assert message.text.startswith("Seen again.")
    assert message.metadata == {"event_type": "signoff", "event_payload": {"id": "posting-1"}}


async def test_lines_stand_in_the_thread_of_their_card(desk: Desk) -> None:
    card = await desk.post()
    desk.clock.move(seconds=1)
    ref = await desk.chat.reply(card, [desk.line()], desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    (reply,) = desk.slack.thread(message)
    assert ref == MessageRef("slack", "C0REFUNDS", reply.ts, workspace="T0ACME", place="C0REFUNDS")
    assert "approved it" in reply.text


async def test_a_card_for_one_person_stands_in_their_conversation(desk: Desk) -> None:
    ref = await desk.post("person:dana")
    (message,) = desk.slack.dms(desk.users["dana"])
    assert (ref.channel, ref.message, ref.place) == (message.channel.id, message.ts, "person:dana")
    desk.clock.move(seconds=1)
    await desk.post("person:dana")
    assert len(desk.slack.calls("conversations.open")) == 1


async def test_what_somebody_is_told_is_inert(desk: Desk) -> None:
    ref = await desk.chat.tell(desk.person("dana"), "<!channel> *now* https://evil.test", desk.posting())
    (message,) = desk.slack.dms(desk.users["dana"])
    assert ref.place == "person:dana"
    assert desk.slack.notified(message).nothing
    assert message.blocks[0]["text"]["text"] == "<!channel> *now* https://evil.test"


async def test_a_text_in_a_channel_stands_there_as_it_is(desk: Desk) -> None:
    note = "signoff-record\n12\nroot=\n\n\N{EM DASH} signoff-record AAAA\n"
    ref = await desk.chat.announce("C0REFUNDS", note, desk.posting())
    (message,) = desk.slack.messages(desk.refunds)
    assert (ref.message, ref.place) == (message.ts, "C0REFUNDS")
    assert message.blocks[0]["text"]["text"] == note
    assert desk.slack.notified(message).nothing


async def test_those_who_are_called_are_mentioned(desk: Desk) -> None:
    await desk.post(calls=(desk.person("lee"), desk.person("rosa")))
    (message,) = desk.slack.messages(desk.refunds)
    assert sorted(desk.slack.notified(message).users) == ["U0LEE", "U0ROSA"]


async def test_a_redrawn_card_goes_on_naming_those_whom_it_calls(desk: Desk) -> None:
    ref = await desk.post(calls=(desk.person("lee"),))
    await desk.chat.update(ref, desk.card, calls=(desk.person("lee"),))
    (message,) = desk.slack.messages(desk.refunds)
    assert message.edits == 1
    assert desk.slack.notified(message).users == {"U0LEE"}
    await desk.chat.update(ref, desk.card)
    assert not desk.slack.notified(message).users


async def test_a_user_group_is_mentioned_in_place_of_its_members(desk: Desk) -> None:
    desk.acme.group("supers", [desk.users[name] for name in ("lee", "dana", "omar")], id="S0SUPERS")
    await desk.post(calls=tuple(map(desk.person, ("lee", "dana", "omar", "rosa"))))
    (message,) = desk.slack.messages(desk.refunds)
    found = desk.slack.notified(message)
    assert (sorted(found.groups), sorted(found.users)) == (["S0SUPERS"], ["U0ROSA"])


async def test_a_user_group_with_somebody_else_in_it_is_not_mentioned(desk: Desk) -> None:
    stranger = desk.acme.user("sam", email="sam@acme.test")
    desk.acme.group("supers", [desk.users["lee"], desk.users["dana"], stranger], id="S0SUPERS")
    await desk.post(calls=tuple(map(desk.person, ("lee", "dana"))))
    (message,) = desk.slack.messages(desk.refunds)
    found = desk.slack.notified(message)
    assert (set(found.groups), sorted(found.users)) == (set(), ["U0DANA", "U0LEE"])


async def test_a_card_goes_out_though_nobody_could_be_looked_up(desk: Desk) -> None:
    desk.slack.faults.next("users.lookupByEmail", Fault.REFUSED, error="missing_scope", times=None)
    await desk.post(calls=(desk.person("lee"),))
    assert len(desk.slack.messages(desk.refunds)) == 1


async def test_what_was_said_below_a_card_is_taken_away_and_nothing_else(desk: Desk) -> None:
    desk.slack.rates.enabled = False
    ref = await desk.post()
    replies = []
    for number in range(3):
        desk.clock.move(seconds=5)
        replies.append(await desk.chat.reply(ref, [desk.line(f"said {number}")], desk.posting()))
    (card,) = desk.slack.messages(desk.refunds)
    desk.slack.say(desk.users["lee"], desk.refunds, "their own words", thread=card)
    desk.slack.faults.next("chat.delete", Fault.LOST)
    with pytest.raises(Uncertain):
        await desk.chat.clear(ref, keep={replies[2].message})
    assert await desk.chat.clear(ref, keep={replies[2].message}) == 1
    assert await desk.chat.clear(ref, keep={replies[2].message}) == 0
    left = [message.ts for message in desk.slack.thread(card) if not message.deleted]
    assert replies[2].message in left
    assert len(left) == 2
    assert not card.deleted
