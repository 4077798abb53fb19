"""The fake's Web API, called by the unmodified SDK: what works."""

from __future__ import annotations

import aiohttp
from slack_sdk.models.metadata import Metadata

from tests.fakes.slack import BOT_SCOPES
from tests.unit.fakes.bolt_app import client_of, refusal
from tests.unit.fakes.conftest import Acme

BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "approve"}


async def test_a_message_is_posted_updated_found_and_deleted(acme: Acme) -> None:
    metadata = Metadata(event_type="card", event_payload={"request": "r1"})
    posted = await acme.client.chat_postMessage(
        channel=acme.refunds.id,
        text="Held: refund",
        blocks=[{"type": "actions", "elements": [BUTTON]}],
        metadata=metadata,
    )
    message = acme.slack.messages(acme.refunds)[0]
    assert posted["ts"] == message.ts
    assert posted["message"]["blocks"][0]["block_id"] == message.blocks[0]["block_id"] != ""
    assert posted.headers["x-oauth-scopes"] == ",".join(BOT_SCOPES)

    await acme.client.chat_update(channel=acme.refunds.id, ts=message.ts, text="Approved by Dana")
    assert (message.text, message.edits) == ("Approved by Dana", 1)
    assert message.blocks == message.versions[0].blocks, "blocks stay unless given"
    assert message.metadata == metadata.to_dict(), "so does metadata"
    await acme.client.chat_update(channel=acme.refunds.id, ts=message.ts, text="Approved", blocks=[], metadata={})
    assert message.blocks == []
    assert "metadata" not in message.as_json()
    assert [version.text for version in message.versions] == ["Held: refund", "Approved by Dana", "Approved"]

    link = await acme.client.chat_getPermalink(channel=acme.refunds.id, message_ts=message.ts)
    assert link["permalink"] == message.permalink
    await acme.client.chat_delete(channel=acme.refunds.id, ts=message.ts)
    assert acme.slack.messages(acme.refunds) == []
    assert acme.slack.messages(acme.refunds, deleted=True) == [message]


async def test_metadata_finds_a_message_again_only_when_asked_for(acme: Acme) -> None:
    metadata = {"event_type": "card", "event_payload": {"request": "r1"}}
    await acme.client.chat_postMessage(channel=acme.refunds.id, text="Held", metadata=metadata)
    history = await acme.client.conversations_history(channel=acme.refunds.id, include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata
    history = await acme.client.conversations_history(channel=acme.refunds.id)
    assert history["messages"][0]["metadata"] == {"event_type": "card"}


async def test_threads(acme: Acme) -> None:
    root = (await acme.client.chat_postMessage(channel=acme.refunds.id, text="Held"))["ts"]
    for broadcast in (False, True):
        await acme.client.chat_postMessage(
            channel=acme.refunds.id, text=f"step {broadcast}", thread_ts=root, reply_broadcast=broadcast
        )
    card = acme.slack.messages(acme.refunds)[0]
    assert [each.text for each in acme.slack.thread(card)] == ["step False", "step True"]
    assert [each.text for each in acme.slack.messages(acme.refunds)] == ["Held", "step True"]
    replies = await acme.client.conversations_replies(channel=acme.refunds.id, ts=root)
    assert [each["text"] for each in replies["messages"]] == ["Held", "step False", "step True"]
    assert replies["messages"][0]["reply_count"] == 2


async def test_history_goes_by_pages_and_by_time(acme: Acme) -> None:
    stamps = []
    for number in range(5):
        stamps.append((await acme.client.chat_postMessage(channel=acme.refunds.id, text=str(number)))["ts"])
        acme.clock.move(seconds=1)
    pages = await acme.client.conversations_history(channel=acme.refunds.id, limit=2)
    seen = [[each["text"] for each in page["messages"]] async for page in pages]
    assert seen == [["4", "3"], ["2", "1"], ["0"]]
    later = await acme.client.conversations_history(channel=acme.refunds.id, oldest=stamps[2], inclusive=True)
    assert [each["text"] for each in later["messages"]] == ["4", "3", "2"]
    later = await acme.client.conversations_history(channel=acme.refunds.id, oldest=stamps[2])
    assert [each["text"] for each in later["messages"]] == ["4", "3"]


async def test_direct_messages_open_by_user_id_too(acme: Acme) -> None:
    opened = await acme.client.conversations_open(users=[acme.dana.id])
    posted = await acme.client.chat_postMessage(channel=acme.dana.id, text="for you")
    assert posted["channel"] == opened["channel"]["id"]
    assert [each.text for each in acme.slack.dms(acme.dana)] == ["for you"]
    assert acme.slack.dms(acme.lee) == []


async def test_people_channels_and_groups_are_found(acme: Acme) -> None:
    hidden = acme.workspace.channel("secret", private=True, with_bot=False)
    mine = acme.workspace.channel("legal", private=True)
    acme.workspace.channel("old").archived = True
    found = await acme.client.users_lookupByEmail(email="Dana@Acme.test")
    assert found["user"]["id"] == acme.dana.id
    assert found["user"]["profile"]["status_text"] == "On holiday"
    assert (await acme.client.users_info(user=acme.lee.id))["user"]["profile"]["email"] == "lee@acme.test"
    listed = await acme.client.conversations_list(types=["public_channel", "private_channel"], exclude_archived=True)
    assert [each["id"] for each in listed["channels"]] == [acme.refunds.id, mine.id]
    assert hidden.id not in str(listed.data)
    info = await acme.client.conversations_info(channel=acme.refunds.id)
    assert (info["channel"]["is_member"], info["channel"]["is_archived"]) == (True, False)
    members = await acme.client.conversations_members(channel=acme.refunds.id)
    assert members["members"] == [acme.dana.id, acme.lee.id, acme.workspace.bot.id]
    groups = await acme.client.usergroups_list(include_users=True)
    assert groups["usergroups"][0]["users"] == [acme.dana.id, acme.lee.id]
    users = await acme.client.usergroups_users_list(usergroup=acme.group.id)
    assert users["users"] == [acme.dana.id, acme.lee.id]


async def test_a_file_is_uploaded_and_shared(acme: Acme) -> None:
    await acme.client.files_upload_v2(
        filename="evidence.csv", content="a,b\n1,2\n", channel=acme.refunds.id, initial_comment="The file"
    )
    message = acme.slack.messages(acme.refunds)[0]
    assert (message.text, message.files[0]["name"], message.files[0]["size"]) == ("The file", "evidence.csv", 8)


async def test_json_form_and_token_parameter_are_all_read(acme: Acme) -> None:
    url = f"{acme.slack.api_url}chat.postMessage"
    token, channel = acme.workspace.token, acme.refunds.id
    blocks = '[{"type": "divider"}]'
    async with aiohttp.ClientSession() as session:
        for sent in (
            {"json": {"channel": channel, "text": "json", "blocks": [{"type": "divider"}]}},
            {"data": {"channel": channel, "text": "form", "blocks": blocks}},
        ):
            async with session.post(url, headers={"Authorization": f"Bearer {token}"}, **sent) as response:
                assert (await response.json())["ok"]
        async with session.post(url, data={"token": token, "channel": channel, "text": "param"}) as response:
            assert (await response.json())["ok"]
    assert [each.text for each in acme.slack.messages(acme.refunds)] == ["json", "form", "param"]


async def test_workspaces_are_apart(acme: Acme) -> None:
    other = acme.slack.workspace("Globex")
    theirs = client_of(acme.slack, other)
    assert (await theirs.auth_test())["team_id"] == other.id
    assert await refusal(theirs.chat_postMessage(channel=acme.refunds.id, text="hello")) == "channel_not_found"
    assert await refusal(theirs.users_lookupByEmail(email="dana@acme.test")) == "users_not_found"
    assert await refusal(theirs.users_info(user=acme.dana.id)) == "user_not_found"
    await acme.slack.uninstall(acme.workspace)
    assert await refusal(acme.client.auth_test()) == "account_inactive"
    assert await refusal(theirs.auth_test()) == "ok"
