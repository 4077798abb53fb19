"""conversations.*: finding, opening, reading and joining channels."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tests.fakes.slack.api.calls import Call, Refused
from tests.fakes.slack.api.methods import method
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import Channel, ChannelKind, User, Workspace
from tests.fakes.slack.world import World

Json = dict[str, Any]
MANY = 1000


def need(call: Call, scope: str) -> None:
    """Refuse a token without this scope."""
    assert call.token is not None
    if scope not in call.token.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(call.token.scopes))


def visible(call: Call, name: str = "channel", *, users_too: bool = False) -> Channel:
    """The channel of an argument, if the bot can see it; a user's id stands for the DM where `users_too`."""
    wanted = call.text(name)
    workspace = call.workspace
    if users_too and wanted in workspace.users:
        return workspace.dm(open_to_bot(workspace, wanted))
    by_name = wanted.removeprefix("#")
    for channel in workspace.channels.values():
        if channel.id == wanted or (users_too and channel.name == by_name):
            if channel.kind is ChannelKind.PUBLIC or channel.has_bot:
                return channel
            break
    raise Refused("channel_not_found")


def open_to_bot(workspace: Workspace, user_id: str) -> User:
    """A user whom the bot can write to."""
    user = workspace.users.get(user_id)
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    return user


def page(call: Call, items: list[Any], default: int) -> tuple[list[Any], Json]:
    """The part of a list that the call's cursor and limit name, and the metadata with the next cursor."""
    limit = call.whole("limit", default)
    if not 0 < limit <= MANY:
        raise Refused("invalid_limit")
    start = 0
    if call.given("cursor"):
        try:
            start = int(base64.b64decode(call.text("cursor"), validate=True).decode().removeprefix("next:"))
        except (binascii.Error, ValueError):
            raise Refused("invalid_cursor") from None
    more = start + limit < len(items)
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return items[start : start + limit], {"has_more": more, "response_metadata": {"next_cursor": cursor}}


def channel_json(channel: Channel) -> Json:
    """The channel object of the API."""
    kind = channel.kind
    found: Json = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": kind is ChannelKind.PUBLIC,
        "is_group": kind is ChannelKind.PRIVATE,
        "is_im": kind is ChannelKind.DM,
        "is_mpim": kind is ChannelKind.GROUP_DM,
        "is_private": kind is not ChannelKind.PUBLIC,
        "is_archived": channel.archived,
        "is_member": channel.has_bot,
        "is_shared": False,
        "is_ext_shared": False,
        "context_team_id": channel.workspace.id,
        "num_members": len(channel.members),
    }
    if kind is ChannelKind.DM:
        found["user"] = next(user.id for user in channel.members if user is not channel.workspace.bot)
    return found


@method("conversations.info")
def info(world: World, call: Call) -> Json:
    """One channel."""
    channel = visible(call)
    need(call, f"{channel.kind.scope}:read")
    return {"channel": channel_json(channel)}


@method("conversations.list")
def listing(world: World, call: Call) -> Json:
    """The channels of the kinds asked for: every public one, and the others that the bot is in."""
    kinds = []
    for each in call.listed("types") or ["public_channel"]:
        if each not in [*ChannelKind]:
            raise Refused("invalid_types")
        kinds.append(ChannelKind(each))
        need(call, f"{ChannelKind(each).scope}:read")
    found = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind is ChannelKind.PUBLIC or channel.has_bot)
        and not (call.flag("exclude_archived") and channel.archived)
    ]
    part, metadata = page(call, found, 100)
    return {"channels": [channel_json(channel) for channel in part], **metadata}


@method("conversations.members")
def members(world: World, call: Call) -> Json:
    """Who is in a channel."""
    channel = visible(call)
    need(call, f"{channel.kind.scope}:read")
    part, metadata = page(call, [user.id for user in channel.members], 100)
    return {"members": part, **metadata}


@method("conversations.open", scope="im:write")
def opening(world: World, call: Call) -> Json:
    """The DM of the bot with one user, or with up to eight."""
    if call.given("channel"):
        channel = visible(call)
    else:
        wanted = call.listed("users")
        if not wanted:
            raise Refused("users_list_not_supplied")
        if len(wanted) > len("12345678"):
            raise Refused("too_many_users")
        if len(wanted) > 1:
            need(call, "mpim:write")
        channel = call.workspace.dm(*(open_to_bot(call.workspace, each) for each in wanted))
    return {"channel": channel_json(channel) if call.flag("return_im") else {"id": channel.id}}


@method("conversations.join", scope="channels:join")
def join(world: World, call: Call) -> Json:
    """Make the bot a member of a public channel."""
    channel = visible(call)
    if channel.kind is not ChannelKind.PUBLIC:
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if not channel.has_bot:
        channel.members.append(call.workspace.bot)
    return {"channel": channel_json(channel)}


@method("conversations.history")
def history(world: World, call: Call) -> Json:
    """What was said in a channel, newest first; a message's metadata comes whole only with `include_all_metadata`."""
    channel = visible(call)
    need(call, f"{channel.kind.scope}:history")
    if not channel.has_bot:
        raise Refused("not_in_channel")
    shown = [each for each in channel.messages.values() if not each.deleted and (not each.is_reply or each.broadcast)]
    return {**_said(call, sorted(shown, key=lambda each: each.ts, reverse=True)), "pin_count": 0}


@method("conversations.replies")
def replies(world: World, call: Call) -> Json:
    """A thread, its first message first."""
    channel = visible(call)
    need(call, f"{channel.kind.scope}:history")
    if not channel.has_bot:
        raise Refused("not_in_channel")
    message = channel.messages.get(call.text("ts"))
    if message is None or (message.deleted and not message.replies):
        raise Refused("thread_not_found")
    root = channel.messages[message.thread_ts or message.ts]
    return _said(call, [root, *root.replies])


def _said(call: Call, messages: list[Message]) -> Json:
    oldest, latest = call.args.get("oldest") or "0", call.args.get("latest") or "9999999999.0"
    inclusive = call.flag("inclusive")
    for name, edge in (("oldest", oldest), ("latest", latest)):
        try:
            float(edge)
        except (TypeError, ValueError):
            raise Refused(f"invalid_ts_{name}") from None

    def inside(ts: str) -> bool:
        at, low, high = float(ts), float(oldest), float(latest)
        return low <= at <= high if inclusive else low < at < high

    part, metadata = page(call, [each for each in messages if inside(each.ts)], 100)
    whole = call.flag("include_all_metadata")
    return {"messages": [each.as_json(metadata=whole) for each in part], **metadata}
