"""What Slack took without saying so is found again, so that it stands once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.domain.requests import MessageRef
from bot.errors import Unavailable, Uncertain
from tests.fakes.slack import Fault, Message
from tests.unit.slack_client.conftest import Desk, wired

Post = Callable[[Desk, str, bool], Awaitable[MessageRef]]


async def post_card(desk: Desk, id_: str, again: bool) -> MessageRef:
    return await desk.chat.post("C0REFUNDS", desk.card, desk.posting(id_, again=again))


async def post_line(desk: Desk, id_: str, again: bool) -> MessageRef:
    root = next(iter(desk.slack.messages(desk.refunds)), None)
    ts = root.ts if root else desk.slack.say(desk.acme.bot, desk.refunds, "the card").ts
    ref = MessageRef("slack", "C0REFUNDS", ts, workspace="T0ACME", place="C0REFUNDS")
    return await desk.chat.reply(ref, [desk.line()], desk.posting(id_, again=again))


async def post_dm(desk: Desk, id_: str, again: bool) -> MessageRef:
    return await desk.chat.tell(desk.person("dana"), "The channel is archived.", desk.posting(id_, again=again))


async def post_text(desk: Desk, id_: str, again: bool) -> MessageRef:
    return await desk.chat.announce("C0REFUNDS", "signoff-record\n12\n", desk.posting(id_, again=again))


async def post_personal_card(desk: Desk, id_: str, again: bool) -> MessageRef:
    return await desk.chat.post("person:dana", desk.card, desk.posting(id_, again=again))


POSTS: list[Post] = [post_card, post_line, post_dm, post_text, post_personal_card]


def ours(desk: Desk) -> list[Message]:
    """Every message that the app wrote."""
    found = [message for channel in desk.acme.channels.values() for message in channel.messages.values()]
    return [message for message in found if message.metadata]


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.HANG])
async def test_a_message_whose_answer_was_lost_is_found_again_and_stands_once(
    desk: Desk, post: Post, fault: Fault
) -> None:
    _, workspaces, _, chat = wired(desk.house, desk.slack, desk.policy, token=desk.acme.token, answer_seconds=1.5)
    desk.chat = chat
    desk.slack.faults.next("chat.postMessage", fault)
    with pytest.raises(Uncertain):
        await post(desk, "one", False)
    assert len(ours(desk)) == 1
    desk.clock.move(seconds=5)
    ref = await post(desk, "one", True)
    assert [message.ts for message in ours(desk)] == [ref.message]
    await workspaces.close()


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.HTML, Fault.RESET])
async def test_a_message_that_may_have_been_taken_and_was_not_is_posted_after_a_look(
    desk: Desk, post: Post, fault: Fault
) -> None:
    desk.slack.faults.next("chat.postMessage", fault)
    with pytest.raises(Uncertain) as raised:
        await post(desk, "one", False)
    assert raised.value.__cause__ is not None
    assert ours(desk) == []
    desk.clock.move(seconds=5)
    ref = await post(desk, "one", True)
    assert [message.ts for message in ours(desk)] == [ref.message]


async def test_it_is_found_below_pages_of_newer_messages(desk: Desk) -> None:
    desk.slack.faults.next("chat.postMessage", Fault.LOST)
    with pytest.raises(Uncertain):
        await post_card(desk, "one", again=False)
    (lost,) = ours(desk)
    for number in range(450):
        desk.slack.say(desk.users["dana"], desk.refunds, f"chatter {number}")
    desk.clock.move(seconds=5)
    assert (await post_card(desk, "one", again=True)).message == lost.ts
    assert len(desk.slack.calls("conversations.history")) == 3


async def test_somebody_else_s_message_with_the_same_metadata_is_not_taken_for_ours(desk: Desk) -> None:
    desk.slack.faults.next("chat.postMessage", Fault.LOST)
    with pytest.raises(Uncertain):
        await post_card(desk, "one", again=False)
    (lost,) = ours(desk)
    lost.author = desk.users["lee"]
    desk.clock.move(seconds=5)
    assert (await post_card(desk, "one", again=True)).message != lost.ts


async def test_nothing_is_posted_while_it_can_t_be_looked_for(desk: Desk) -> None:
    desk.slack.faults.next("conversations.history", Fault.REFUSED, error="missing_scope")
    with pytest.raises(Unavailable, match="lacks the scope"):
        await post_card(desk, "one", again=True)
    assert ours(desk) == []
