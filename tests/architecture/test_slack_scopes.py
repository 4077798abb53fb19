"""The Slack app asks for exactly what adapters/slack uses.

Every scope and event of the manifest has its use in the code, and every use its scope. What the code uses is read off
its source: names of the SDK's methods (``chat_postMessage``), names of Slack's methods in
strings (``"chat.postMessage"``), the names that are registered with Bolt (``bolt.command("/signoff")``), and the cases
that the type of an event is matched with.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import slack_manifest

ROOM = Path(__file__).parents[2] / "adapters" / "slack"

# The bot scopes of each method, from "Required scopes" on https://docs.slack.dev/reference/methods/METHOD; where that
# depends on the kind of conversation, those of what a policy can name: public and private channels; direct messages for
# what is also done in these.
SCOPES_OF_METHODS: dict[str, set[str]] = {
    "api.test": set(),
    "apps.connections.open": set(),  # the app-level token's connections:write, which no manifest gives
    "auth.test": set(),
    "bots.info": {"users:read"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "oauth.v2.access": set(),
    "reactions.add": {"reactions:write"},
    "team.info": {"team:read"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "users.lookupByEmail": {"users:read.email"},
    "users.profile.get": {"users.profile:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}

# Of each event, from "Required scopes" on https://docs.slack.dev/reference/events/EVENT.
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}


@cache
def sdk_methods() -> dict[str, str]:
    """Slack's method for each of the SDK's: ``chat_postMessage`` -> ``chat.postMessage``."""
    found: dict[str, str] = {}
    for name, function in inspect.getmembers(AsyncWebClient, inspect.isfunction):
        called = re.search(r'self\.api_call\(\s*"([\w.]+)"', inspect.getsource(function))
        if called and "_" in name:
            found[name] = called[1]
    found["files_upload_v2"] = "files.completeUploadExternal"  # which it does in three steps of its own
    return found


@cache
def sources() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOM.rglob("*.py"))]


@cache
def constants() -> dict[str, str]:
    """What names written in capitals stand for, where that is a plain text."""
    found = {}
    for node in (node for source in sources() for node in source.body if isinstance(node, ast.Assign)):
        for target in node.targets:
            named = target.elts if isinstance(target, ast.Tuple) else [target]
            values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for name, value in zip(named, values, strict=False):
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[name.id] = value.value
    return found


def nodes() -> Iterator[ast.AST]:
    for source in sources():
        yield from ast.walk(source)


def methods_used() -> set[str]:
    by_name = sdk_methods()
    known = set(by_name.values())
    used = {by_name[node.attr] for node in nodes() if isinstance(node, ast.Attribute) and node.attr in by_name}
    return used | {node.value for node in nodes() if isinstance(node, ast.Constant) and node.value in known}


def registered(*decorators: str) -> set[str]:
    """The names that ``bolt.command(...)`` and its like are given; what listens to any name listens to too much."""
    found = set()
    for node in nodes():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in decorators):
            continue
        asked = node.args[0] if node.args else None
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            found.add(asked.value)
        elif isinstance(asked, ast.Name) and asked.id in constants():
            found.add(constants()[asked.id])
        else:
            pytest.fail(f"line {node.lineno}: say in plain text what {node.func.attr}() is for: {ast.unparse(node)}")
    return found


def events_used() -> set[str]:
    """What ``match event.get("type")`` has a case for; every event comes to one listener."""
    matches = [node for node in nodes() if isinstance(node, ast.Match) and "event" in ast.unparse(node.subject)]
    found = {
        value.value.value
        for match in matches
        for case in match.cases
        for value in ast.walk(case.pattern)
        if isinstance(value, ast.MatchValue) and isinstance(value.value, ast.Constant)
    }
    assert found, "no events are told apart"
    return {str(name) for name in found}


def test_the_scopes_are_those_that_the_code_needs() -> None:
    used, events = methods_used(), events_used()
    assert used, "adapters/slack calls nothing"
    assert used <= set(SCOPES_OF_METHODS), "look up what these need, and say it in the table above"
    assert events <= set(SCOPES_OF_EVENTS), "look up what these need, and say it in the table above"
    needed = {scope for method in used for scope in SCOPES_OF_METHODS[method]}
    needed |= {scope for event in events for scope in SCOPES_OF_EVENTS[event]}
    needed |= {"commands"} if registered("command", "shortcut", "message_shortcut", "global_shortcut") else set()
    assert set(slack_manifest(socket=True)["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_are_those_that_the_code_listens_to() -> None:
    subscribed = slack_manifest(socket=True)["settings"]["event_subscriptions"]["bot_events"]
    assert set(subscribed) == events_used()
    assert len(subscribed) == len(set(subscribed))


def test_the_commands_are_those_that_the_code_answers() -> None:
    offered = slack_manifest(socket=True)["features"]["slash_commands"]
    assert {command["command"] for command in offered} == registered("command")


def test_the_shortcuts_are_those_that_the_code_answers() -> None:
    offered = slack_manifest(socket=True)["features"]["shortcuts"]
    assert {one["callback_id"] for one in offered} == registered("shortcut", "message_shortcut", "global_shortcut")
