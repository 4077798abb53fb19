"""Cards, lines and texts in Slack: where they stand, whom they call, and that each stands there once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from adapters.slack.client import Workspaces
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone, Refused, SignoffError, Unavailable, Uncertain
from tests.fakes.slack import Fault, Message
from tests.unit.slack_client.conftest import Desk, Two, wired

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


# ------------------------------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.HANG])
async def test_a_message_whose_answer_was_lost_is_found_again_and_stands_once(
    desk: Desk, post: Post, fault: Fault
) -> None:
    _, workspaces, _, chat = wired(desk.house, desk.slack, desk.policy, token=desk.acme.token, answer_seconds=0.5)
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


# ------------------------------------------------------------------------------------------------ channels and messages


async def archived(desk: Desk) -> None:
    await desk.slack.archive(desk.refunds)


async def removed(desk: Desk) -> None:
    await desk.slack.remove_bot(desk.refunds)


async def deleted(desk: Desk) -> None:
    desk.slack.delete_channel(desk.refunds)


@pytest.mark.parametrize(
    ("mishap", "remedy"), [(archived, "unarchive"), (removed, "/invite @Signoff"), (deleted, "correct its id")]
)
async def test_a_channel_that_takes_no_card_is_said_to_with_the_remedy(
    desk: Desk, mishap: Callable[[Desk], Awaitable[None]], remedy: str
) -> None:
    ref = await desk.post()
    await mishap(desk)
    desk.clock.move(seconds=5)
    with pytest.raises(ChannelUnavailable) as raised:
        await desk.post()
    assert remedy in (raised.value.remedy or "")
    desk.clock.move(seconds=5)
    with pytest.raises((ChannelUnavailable, MessageGone)):
        await desk.chat.update(ref, desk.card)
    with pytest.raises(ChannelUnavailable):
        await desk.chat.reply(ref, [desk.line()], desk.posting())


async def test_a_card_in_an_archived_channel_is_unavailable_not_gone(desk: Desk) -> None:
    ref = await desk.post()
    await archived(desk)
    with pytest.raises(ChannelUnavailable, match="archived"):
        await desk.chat.update(ref, desk.card)


async def test_a_deleted_card_is_gone_for_updates_and_lines(desk: Desk) -> None:
    ref = await desk.post()
    desk.slack.delete(desk.slack.messages(desk.refunds)[0])
    desk.clock.move(seconds=5)
    with pytest.raises(MessageGone):
        await desk.chat.update(ref, desk.card)
    with pytest.raises(MessageGone):
        await desk.chat.reply(ref, [desk.line()], desk.posting())
    desk.clock.move(seconds=5)
    with pytest.raises(MessageGone):
        await desk.chat.reply(ref, [desk.line()], desk.posting(again=True))


@pytest.mark.parametrize(
    ("method", "code", "kind"),
    [
        ("chat.update", "cant_update_message", MessageGone),
        ("chat.update", "edit_window_closed", MessageGone),
        ("chat.update", "message_not_found", MessageGone),
        ("chat.update", "is_inactive", ChannelUnavailable),
        ("chat.postMessage", "thread_not_found", MessageGone),
        ("chat.postMessage", "restricted_action", ChannelUnavailable),
        ("chat.postMessage", "restricted_action_read_only_channel", ChannelUnavailable),
        ("chat.postMessage", "missing_scope", Unavailable),
        ("chat.postMessage", "something_new", Refused),
        ("chat.postMessage", "internal_error", Uncertain),
        ("chat.postMessage", "ratelimited", Busy),
    ],
)
async def test_each_refusal_has_its_error(desk: Desk, method: str, code: str, kind: type[SignoffError]) -> None:
    ref = await desk.post()
    desk.clock.move(seconds=5)
    desk.slack.faults.next(method, Fault.REFUSED, error=code)
    with pytest.raises(kind) as raised:
        await (desk.chat.update(ref, desk.card) if method == "chat.update" else desk.post())
    assert type(raised.value) is kind
    assert code == "something_new" or code not in raised.value.message or kind is Uncertain
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("code", ["user_not_found", "user_disabled", "cannot_dm_bot"])
async def test_somebody_who_can_t_be_written_to_is_a_channel_unavailable(desk: Desk, code: str) -> None:
    desk.slack.faults.next("conversations.open", Fault.REFUSED, error=code)
    with pytest.raises(ChannelUnavailable) as raised:
        await desk.chat.tell(desk.person("dana"), "Hello", desk.posting())
    assert raised.value.remedy


async def test_somebody_without_an_account_can_t_be_told(desk: Desk) -> None:
    desk.slack.deactivate(desk.users["dana"])
    with pytest.raises(ChannelUnavailable, match="Dana has no account in Slack"):
        await desk.chat.tell(desk.person("dana"), "Hello", desk.posting())
    with pytest.raises(ChannelUnavailable, match="has no person person:nobody"):
        await desk.post("person:nobody")


async def test_slack_out_of_reach_takes_nothing(desk: Desk) -> None:
    await desk.post()
    await desk.slack.stop()
    await desk.workspaces.close()  # a connection that stood could have carried something
    with pytest.raises(Unavailable) as raised:
        await desk.post("C0OTHER")
    assert not isinstance(raised.value, Uncertain)


# -------------------------------------------------------------------------------------------------------------- turns


async def test_a_second_card_waits_for_its_turn_and_no_call_is_made(desk: Desk) -> None:
    await desk.post()
    with pytest.raises(Busy) as busy:
        await desk.post()
    assert busy.value.retry_after == 1
    assert len(desk.slack.calls("chat.postMessage")) == 1
    assert desk.slack.rates.refused == 0


async def test_a_channel_that_slack_holds_up_is_left_alone_and_others_go_on(desk: Desk) -> None:
    other = desk.acme.channel("escalations", id="C0ESCALATE")
    desk.slack.faults.next("chat.postMessage", Fault.RATE_LIMITED, retry_after=30)
    with pytest.raises(Busy) as busy:
        await post_card(desk, "first", again=False)
    assert busy.value.retry_after == 30
    await desk.post("C0ESCALATE")
    assert len(desk.slack.messages(other)) == 1
    desk.clock.move(seconds=29)
    with pytest.raises(Busy) as busy:
        await post_card(desk, "second", again=False)
    assert busy.value.retry_after == 2
    desk.clock.move(seconds=1)
    await post_card(desk, "first", again=False)
    desk.clock.move(seconds=1)
    await post_card(desk, "second", again=False)
    assert len(desk.slack.messages(desk.refunds)) == 2
    assert len(desk.slack.calls("chat.postMessage")) == 4


async def test_a_method_that_slack_holds_up_is_not_called_and_each_is_told_another_time(desk: Desk) -> None:
    ref = await desk.post()
    desk.slack.faults.next("chat.update", Fault.RATE_LIMITED, retry_after=10)
    told = []
    for _ in range(5):
        with pytest.raises(Busy) as busy:
            await desk.chat.update(ref, desk.card)
        told.append(busy.value.retry_after)
    assert len(desk.slack.calls("chat.update")) == 1
    assert told[0] == 10
    assert len(set(told[1:])) == 4
    desk.clock.move(seconds=10)
    await desk.chat.update(ref, desk.card)


# --------------------------------------------------------------------------------------------------------- workspaces


async def test_places_in_two_workspaces_are_found_named_or_not(two: Two) -> None:
    desk = two.desk
    assert (await desk.post()).workspace == "T0ACME"
    assert (await desk.post("C0PAYOUTS")).workspace == "T0BETA"
    desk.clock.move(seconds=1)
    named = await desk.post("T0BETA/C0PAYOUTS")
    assert (named.workspace, named.channel, named.place) == ("T0BETA", "C0PAYOUTS", "T0BETA/C0PAYOUTS")
    asked = len(desk.slack.calls("conversations.info"))
    desk.clock.move(seconds=1)
    await desk.post("C0PAYOUTS")
    assert len(desk.slack.calls("conversations.info")) == asked
    with pytest.raises(ChannelUnavailable, match="No workspace"):
        await desk.post("C0NOWHERE")
    with pytest.raises(ChannelUnavailable, match="T0OTHER"):
        await desk.post("T0OTHER/C0REFUNDS")


async def test_a_revoked_token_suspends_its_workspace_alone(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    desk = two.desk
    ref = await desk.post()
    token = desk.acme.token
    await desk.slack.revoke(desk.acme)
    desk.clock.move(seconds=5)
    for _ in range(3):
        with pytest.raises(ChannelUnavailable):
            await desk.post("T0ACME/C0REFUNDS")
    with pytest.raises(ChannelUnavailable, match="suspended"):
        await desk.chat.update(ref, desk.card)
    await desk.post("C0PAYOUTS")
    assert len(desk.slack.messages(two.payouts)) == 1
    assert [each.suspended for each in await desk.workspaces.all()] == ["token_revoked", None]
    said = [record.getMessage() for record in caplog.records if "suspended" in record.getMessage()]
    assert said == ["slack workspace T0ACME is suspended: token_revoked"]
    assert token not in caplog.text


async def test_without_another_workspace_a_suspended_one_is_waited_for(desk: Desk) -> None:
    await desk.post()
    await desk.slack.revoke(desk.acme)
    desk.clock.move(seconds=5)
    with pytest.raises(Unavailable):
        await desk.post()
    assert [each.suspended for each in await desk.workspaces.all()] == ["token_revoked"]


async def test_the_whole_runs_on_one_session_that_close_ends(desk: Desk) -> None:
    await desk.post()
    assert isinstance(desk.workspaces, Workspaces)
    await desk.workspaces.close()
    await desk.workspaces.close()


async def test_the_clock_set_back_keeps_no_channel_waiting(desk: Desk) -> None:
    await desk.post()
    desk.clock.move(hours=-2)
    with pytest.raises(Busy) as busy:
        await desk.post()
    assert busy.value.retry_after <= 1
    desk.workspaces._pacing.pause_method("T0ACME", "chat.update", 5.0)
    desk.clock.move(hours=-2)
    with pytest.raises(Busy) as busy:
        desk.workspaces._pacing.check_method("T0ACME", "chat.update")
    assert busy.value.retry_after <= 5


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
