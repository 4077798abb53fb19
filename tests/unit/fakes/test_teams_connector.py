"""The fake's connector, called by the unmodified SDK."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from botbuilder.core import TurnContext
from botbuilder.core.teams import TeamsInfo
from botbuilder.schema import Activity, ChannelAccount, ConversationParameters, Mention

from tests.unit.fakes.teams_bot import Desk, asking, attached, button, elsewhere, refusal

SAID = {"type": "message", "text": "Held"}


async def test_a_new_thread_and_what_becomes_of_it(desk: Desk) -> None:
    post = await desk.posted(SAID)
    assert post.conversation_id == f"{desk.refunds.id};messageid={post.id}"
    first = await desk.conversations.send_to_conversation(post.conversation_id, Activity(type="message", text="one"))
    second = await desk.conversations.reply_to_activity(
        post.conversation_id, post.id, Activity(type="message", text="two")
    )
    assert [each.text for each in desk.teams.thread(post)] == ["one", "two"]
    assert [each.id for each in post.thread] == [first.id, second.id]
    assert first.id > post.id
    changed = Activity(type="message", text="Decided")
    await desk.conversations.update_activity(post.conversation_id, post.id, changed)
    assert [each.text for each in post.versions] == ["Held", "Decided"]
    await desk.conversations.delete_activity(post.conversation_id, first.id)
    assert [each.text for each in desk.teams.thread(post)] == ["two"]
    assert desk.teams.messages(desk.refunds) == [post]
    assert [call.method for call in desk.teams.calls()][1:] == [
        "createConversation",
        "sendToConversation",
        "replyToActivity",
        "updateActivity",
        "deleteActivity",
    ]


async def test_a_channel_s_own_id_makes_a_new_thread(desk: Desk) -> None:
    await desk.conversations.send_to_conversation(desk.refunds.id, Activity(type="message", text="anew"))
    assert [each.text for each in desk.teams.messages(desk.refunds)] == ["anew"]


async def test_a_chat_with_one_person(desk: Desk) -> None:
    for member in (desk.lee.id, desk.lee.aad_id):
        asked = ConversationParameters(
            bot=ChannelAccount(id=desk.teams.app.teams_id),
            members=[ChannelAccount(id=member)],
            tenant_id=desk.contoso.id,
            channel_data={"tenant": {"id": desk.contoso.id}},
            is_group=False,
        )
        chat = await desk.conversations.create_conversation(asked)
        await desk.conversations.send_to_conversation(chat.id, Activity(type="message", text="psst"))
    assert [each.text for each in desk.teams.chat(desk.lee)] == ["psst", "psst"]
    assert desk.teams.chat(desk.dana) == []


async def test_the_sdk_s_adapter_speaks_in_a_thread(desk: Desk) -> None:
    post = await desk.card()

    async def work(context: TurnContext) -> None:
        await context.send_activity("a step")
        await context.update_activity(Activity().deserialize(attached(asking(), id=post.id)))

    await desk.turn(post.conversation_id, work)
    assert [each.text for each in desk.teams.thread(post)] == ["a step"]
    assert (post.edits, desk.teams.offers(desk.dana, post)) == (1, [])


async def test_who_and_what_there_is_through_the_sdk(desk: Desk) -> None:
    found: dict[str, Any] = {}

    async def work(context: TurnContext) -> None:
        context.activity.channel_data = {"team": {"id": desk.support.id}, "channel": {"id": desk.refunds.id}}
        found["team"] = await TeamsInfo.get_team_details(context)
        found["channels"] = await TeamsInfo.get_team_channels(context)
        found["page"] = await TeamsInfo.get_paged_members(context)
        found["one"] = await TeamsInfo.get_member(context, desk.lee.aad_id)

    await elsewhere(lambda: desk.turn(desk.refunds.id, work))  # it asks for teams by blocking calls
    assert (found["team"].name, found["team"].aad_group_id) == ("Support", desk.support.aad_group_id)
    assert [each.name for each in found["channels"]] == [None, "refunds"]
    assert [each.email for each in found["page"].members] == ["dana@contoso.test", "lee@contoso.test"]
    one = found["one"]
    assert (one.id, one.aad_object_id, one.user_principal_name) == (desk.lee.id, desk.lee.aad_id, "lee@contoso.test")


async def test_members_come_in_pages(desk: Desk) -> None:
    desk.teams.world.smallest_page = 1
    names, token = [], None
    for _ in range(2):
        page = await desk.conversations.get_conversation_paged_members(
            desk.refunds.id, page_size=1, continuation_token=token
        )
        names += [each.name for each in page.members]
        token = page.continuation_token
    assert (names, token) == (["Dana Fox", "Lee Wu"], None)


async def test_one_member_by_any_id(desk: Desk) -> None:
    for id_ in (desk.lee.id, desk.lee.aad_id.upper(), "Lee@contoso.test"):
        status, body = await desk.call("GET", f"/v3/conversations/{desk.refunds.id}/members/{id_}")
        assert (status, body["id"]) == (200, desk.lee.id)
    chat = desk.contoso.chat(desk.dana)
    assert await desk.call("GET", f"/v3/conversations/{chat.id}/members") == (200, [desk.dana.as_member()])


async def test_the_address_for_all_tenants(desk: Desk) -> None:
    desk.client.config.base_url = desk.teams.service_url()
    assert await refusal(desk.conversations.get_conversation_members(desk.refunds.id)) == "ok"


Attempt = Callable[[Desk, str, str], Awaitable[Any]]


async def sending(desk: Desk, where: str, **activity: Any) -> None:
    await desk.conversations.send_to_conversation(where, Activity().deserialize({"type": "message", **activity}))


async def chatting(desk: Desk, **body: Any) -> None:
    await desk.conversations.create_conversation(ConversationParameters().deserialize(body))


BIG = "x" * 30_000
MENTION = {"type": "mention", "text": "<at>Lee Wu</at>", "mentioned": {"id": "29:nobody", "name": "Lee Wu"}}
REFUSED: dict[str, tuple[Attempt, str]] = {
    "a thread that is none": (
        lambda d, t, m: sending(d, f"{d.refunds.id};messageid=1", text="x"),
        "404 ConversationNotFound",
    ),
    "a channel that is none": (lambda d, t, m: sending(d, "19:x@thread.tacv2", text="x"), "404 ConversationNotFound"),
    "a thread of no channel": (
        lambda d, t, m: chatting(d, isGroup=True, channelData={"channel": {"id": "19:x"}}, activity=SAID),
        "404 ConversationNotFound",
    ),
    "a thread without message": (
        lambda d, t, m: chatting(d, isGroup=True, channelData={"channel": {"id": d.refunds.id}}),
        "400 BadSyntax",
    ),
    "a group chat": (lambda d, t, m: chatting(d, isGroup=True, members=[]), "400 BadSyntax"),
    "a chat without tenant": (lambda d, t, m: chatting(d, members=[{"id": d.lee.id}]), "400 BadSyntax"),
    "a chat with nobody": (
        lambda d, t, m: chatting(d, members=[{"id": "29:x"}], tenantID=d.contoso.id),
        "400 BadArgument",
    ),
    "a chat where the bot is not": (
        lambda d, t, m: chatting(d, members=[{"id": d.eve.id}], tenantID=d.contoso.id),
        "403 ForbiddenOperationException",
    ),
    "nothing said": (lambda d, t, m: sending(d, t), "400 BadSyntax"),
    "a bad card": (lambda d, t, m: sending(d, t, **attached({"type": "AdaptiveCard"})), "400 BadSyntax"),
    "a big card": (
        lambda d, t, m: sending(d, t, **attached(asking(body=[{"type": "TextBlock", "text": BIG}]))),
        "413 MessageSizeTooBig",
    ),
    "a big message": (lambda d, t, m: sending(d, t, text="x" * 41_000), "413 MessageSizeTooBig"),
    "a mention without mark": (lambda d, t, m: sending(d, t, text="x", entities=[MENTION]), "400 BadSyntax"),
    "a mention of nobody": (
        lambda d, t, m: sending(d, t, text="<at>Lee Wu</at>", entities=[MENTION]),
        "400 BadSyntax",
    ),
    "an unknown kind": (lambda d, t, m: sending(d, t, type="dance"), "400 BadSyntax"),
    "changing what is not there": (
        lambda d, t, m: d.conversations.update_activity(t, "1", Activity().deserialize(SAID)),
        "404 ActivityNotFoundInConversation",
    ),
    "changing another's": (
        lambda d, t, m: d.conversations.update_activity(t, m, Activity().deserialize(SAID)),
        "403 NotEnoughPermissions",
    ),
    "deleting what is not there": (
        lambda d, t, m: d.conversations.delete_activity(t, "1"),
        "404 ActivityNotFoundInConversation",
    ),
    "a member who is none": (
        lambda d, t, m: d.conversations.get_conversation_member(t, d.eve.id),
        "404 MemberNotFoundInConversation",
    ),
}


@pytest.mark.parametrize(("attempt", "why"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused(desk: Desk, attempt: Attempt, why: str) -> None:
    post = await desk.posted(SAID)
    theirs = desk.teams.say(desk.dana, desk.refunds, "hello", thread=post)
    assert await refusal(attempt(desk, post.conversation_id, theirs.id)) == why
    assert (post.edits, len(post.thread)) == (0, 1)


async def test_a_deleted_message_is_not_changed(desk: Desk) -> None:
    post = await desk.card(button("approve"))
    desk.teams.delete(post)
    changed = desk.conversations.update_activity(post.conversation_id, post.id, Activity().deserialize(SAID))
    assert await refusal(changed) == "404 ActivityNotFoundInConversation"
    assert desk.teams.messages(desk.refunds) == []
    assert desk.teams.messages(desk.refunds, deleted=True) == [post]


async def test_typing_leaves_no_message(desk: Desk) -> None:
    await sending(desk, desk.refunds.id, type="typing")
    assert desk.teams.messages(desk.refunds) == []


async def test_mentions_call_people(desk: Desk) -> None:
    who = ChannelAccount(id=desk.lee.id, name="Lee Wu")
    mention = Mention(type="mention", text="<at>Lee Wu</at>", mentioned=who)
    look = Activity(type="message", text="Look, <at>Lee Wu</at>", entities=[mention])
    sent = await desk.conversations.send_to_conversation(desk.refunds.id, look)
    said = desk.refunds.messages[sent.id]
    assert desk.teams.called(said) == [desk.lee]
    body = [{"type": "TextBlock", "text": "<at>Lee Wu</at>, decide"}]
    aad = {**MENTION, "mentioned": {"id": desk.lee.aad_id, "name": "Lee Wu"}}
    shown = await desk.card(body=body, msteams={"entities": [aad]})
    assert desk.teams.called(shown) == [desk.lee]
    inert = await desk.card(body=[{"type": "TextBlock", "text": "at Lee Wu \\[x](https://evil.test)"}])
    assert desk.teams.notified(inert).people == []
    led = await desk.card(body=[{"type": "TextBlock", "text": "[x](https://evil.test) ![y](https://evil.test/p.png)"}])
    found = desk.teams.notified(led)
    assert (found.links, found.images) == (["https://evil.test"], ["https://evil.test/p.png"])
    assert desk.teams.notified(await desk.posted(SAID)).nothing
