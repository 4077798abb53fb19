"""chat.*: posting, changing and deleting messages; and reactions."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack.api.calls import Call, Refused, refused_for
from tests.fakes.slack.api.conversations import need, visible
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.blocks import Surface, check_blocks, too_long
from tests.fakes.slack.clock import age_of
from tests.fakes.slack.messages import Message, Version, with_ids
from tests.fakes.slack.people import Channel, ChannelKind, User
from tests.fakes.slack.world import World

Json = dict[str, Any]
TEXT_WHEN_POSTED = 40_000
"""Characters after which Slack cuts a new message's text."""
TEXT_WHEN_UPDATED = 4000
METADATA_BYTES = 16_000
"""Slack names no number for `metadata_too_large`; this one is ours."""


def content(call: Call, *, limited: bool = True) -> tuple[str, list[Json] | None, list[Json] | None]:
    """Text, blocks and attachments of a call, checked; None where not given.

    Args:
        limited: Whether the message's blocks have a limit in total; answers by response address have not.
    """
    text = call.text("text", "")
    if call.given("markdown_text"):
        if text or call.given("blocks"):
            raise Refused("markdown_text_conflict")
        text = call.text("markdown_text")
    blocks = call.decoded("blocks", "invalid_blocks_format")
    if blocks is not None:
        if not isinstance(blocks, list):
            raise Refused("invalid_blocks_format")
        if problems := check_blocks(blocks, Surface.MESSAGE):
            raise refused_for("invalid_blocks", problems)
        if limited and too_long(blocks):
            raise Refused("msg_blocks_too_long")
    return text, blocks, _attachments(call)


def metadata_of(call: Call) -> Json | None:
    """The metadata of a call, checked; an empty object asks for none."""
    metadata = call.decoded("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if metadata == {}:
        return {}
    known = {"event_type", "event_payload"}
    if not isinstance(metadata, dict) or {*metadata} != known or not isinstance(metadata["event_payload"], dict):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata["event_type"], str) or not metadata["event_type"]:
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return dict(metadata)


def write(
    world: World, channel: Channel, author: User, version: tuple[str, list[Json], list[Json], Json | None], **more: Any
) -> Message:
    """Put a message into a channel; with `only_for` it is one user's alone."""
    text, blocks, attachments, metadata = version
    by = more.pop("by")
    first = Version(world.now(), text, with_ids(blocks, world.minting), attachments, metadata or None, by)
    message = Message(channel, world.minting.ts(), author, [first], **more)
    if message.only_for is None:
        channel.messages[message.ts] = message
        root = channel.messages.get(message.thread_ts or "")
        if root is not None:
            root.thread.append(message)
    else:
        channel.workspace.ephemerals.append(message)
    return message


def _attachments(call: Call) -> list[Json] | None:
    attachments = call.decoded("attachments", "invalid_attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    for each in attachments:
        if problems := check_blocks(each.get("blocks", []), Surface.MESSAGE):
            raise refused_for("invalid_attachments", problems)
    return attachments


def _writable(call: Call) -> Channel:
    channel = visible(call, users_too=True)
    if channel.archived:
        raise Refused("is_archived")
    assert call.token is not None
    if not channel.has_bot and "chat:write.public" not in call.token.scopes:
        raise Refused("not_in_channel")
    return channel


@method("chat.postMessage", scope="chat:write")
def post_message(world: World, call: Call) -> Json:
    """Post a message, or a reply below another."""
    channel = _writable(call)
    text, blocks, attachments = content(call)
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    metadata = metadata_of(call)
    thread = call.text("thread_ts", "") or None
    if thread is not None:
        parent = channel.messages.get(thread)
        if parent is None or (parent.deleted and not parent.replies):
            raise Refused("thread_not_found")
        thread = parent.thread_ts or parent.ts
    message = write(
        world,
        channel,
        channel.workspace.bot,
        (text[:TEXT_WHEN_POSTED], blocks or [], attachments or [], metadata),
        by="chat.postMessage",
        thread_ts=thread,
        broadcast=call.flag("reply_broadcast"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json(), **_warned(call)}


def _warned(call: Call) -> Json:
    return {} if call.given("text") else {"response_metadata": {"warnings": ["missing_text_in_message"]}}


def _own(call: Call, name: str, error: str) -> Message:
    channel = visible(call)
    message = channel.messages.get(call.text(name))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if message.author is not call.workspace.bot:
        raise Refused(error)
    return message


@method("chat.update", scope="chat:write")
def update(world: World, call: Call) -> Json:
    """Change a message of the bot's own; blocks, attachments and metadata stay unless given."""
    message = _own(call, "ts", "cant_update_message")
    workspace = message.channel.workspace
    if message.channel.archived:
        raise Refused("is_inactive")
    if not message.channel.has_bot:
        raise Refused("channel_not_found" if message.channel.kind is not ChannelKind.PUBLIC else "cant_update_message")
    if workspace.edit_window is not None and age_of(message.ts, world.clock) > workspace.edit_window.total_seconds():
        raise Refused("edit_window_closed")
    text, blocks, attachments = content(call)
    if len(text) > TEXT_WHEN_UPDATED:
        raise Refused("msg_too_long")
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    metadata = metadata_of(call)
    before = message.versions[-1]
    message.versions.append(
        Version(
            world.now(),
            text if call.given("text") or call.given("markdown_text") else before.text,
            before.blocks if blocks is None else with_ids(blocks, world.minting),
            before.attachments if attachments is None else attachments,
            before.metadata if metadata is None else metadata or None,
            "chat.update",
        )
    )
    return {
        "channel": message.channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.as_json(),
        **_warned(call),
    }


@method("chat.delete", scope="chat:write")
def delete(world: World, call: Call) -> Json:
    """Delete a message of the bot's own."""
    message = _own(call, "ts", "cant_delete_message")
    message.deleted = True
    return {"channel": message.channel.id, "ts": message.ts}


@method("chat.postEphemeral", scope="chat:write")
def post_ephemeral(world: World, call: Call) -> Json:
    """Show a message to one member of a channel."""
    channel = _writable(call)
    user = call.workspace.users.get(call.text("user"))
    if user is None or user not in channel.members or user.deleted:
        raise Refused("user_not_in_channel")
    text, blocks, attachments = content(call)
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if len(text) > TEXT_WHEN_POSTED:
        raise Refused("msg_too_long")
    shown = (text, blocks or [], attachments or [], None)
    thread = call.text("thread_ts", "") or None
    message = write(world, channel, call.workspace.bot, shown, by="chat.postEphemeral", only_for=user, thread_ts=thread)
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def get_permalink(world: World, call: Call) -> Json:
    """Where a browser finds a message."""
    channel = visible(call)
    message = channel.messages.get(call.text("message_ts"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": message.permalink}


@method("reactions.add", scope="reactions:write")
def add_reaction(world: World, call: Call) -> Json:
    """React to a message."""
    channel = visible(call)
    need(call, "reactions:write")
    if channel.archived:
        raise Refused("is_archived")
    message = channel.messages.get(call.text("timestamp"))
    if message is None or message.deleted:
        raise Refused("message_not_found")
    users = message.reactions.setdefault(call.text("name"), [])
    if call.workspace.bot.id in users:
        raise Refused("already_reacted")
    users.append(call.workspace.bot.id)
    return {}
