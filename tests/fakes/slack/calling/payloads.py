"""What Slack tells the app: https://docs.slack.dev/reference/interaction-payloads and .../events ."""

from __future__ import annotations

import copy
from typing import Any

from tests.fakes.slack.filling import KEYS
from tests.fakes.slack.messages import Message
from tests.fakes.slack.people import Channel, User, Workspace
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

Json = dict[str, Any]


def about(world: World, user: User, kind: str) -> Json:
    """What every interaction says: its type, who, where, which app."""
    workspace = user.workspace
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.id},
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "team": {"id": workspace.id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(message: Message, version: int = -1) -> Json:
    """Where in a message something was done. Of a message shown to one user alone only its place is told."""
    alone = message.only_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel.id,
        "is_ephemeral": alone,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    found: Json = {
        "container": container,
        "channel": {"id": message.channel.id, "name": message.channel.name},
    }
    return found if alone else found | {"message": message.as_json(version=version)}


def action(world: World, block: Json, element: Json, state: Json | None) -> Json:
    """One entry of `actions`: the element with what was chosen in it."""
    found: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": world.minting.ts(),
    }
    for name in ("text", "value", "style", "url"):
        if name in element:
            found[name] = copy.deepcopy(element[name])
    if "confirm" in element:
        found["confirm"] = copy.deepcopy(element["confirm"])
    if state is not None:
        key = KEYS.get(element["type"], "selected_option")
        found[key] = copy.deepcopy(state[key])
    return found


def viewed(world: World, view: View) -> Json:
    """The view that something was done in."""
    return {"view": view.as_json(world.app), "container": {"type": "view", "view_id": view.id}}


def command(world: World, user: User, channel: Channel, name: str, text: str) -> Json:
    """The form of a slash command."""
    workspace = user.workspace
    return {
        "token": world.app.verification_token,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": world.response_url(user, channel),
        "trigger_id": world.trigger(user),
    }


def event(world: World, workspace: Workspace, told: Json) -> Json:
    """The envelope around an event."""
    return {
        "token": world.app.verification_token,
        "team_id": workspace.id,
        "api_app_id": world.app.id,
        "event": {"event_ts": world.minting.ts(), **told},
        "type": "event_callback",
        "event_id": world.minting.id("Ev"),
        "event_time": int(world.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{world.minting.number()}",
    }
