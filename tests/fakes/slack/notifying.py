"""Whom a message would notify and where it would lead: what Slack makes of its markup.

https://docs.slack.dev/messaging/formatting-message-text . Escaped text (`&lt;@U1&gt;`) does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MARKUP = re.compile(r"<([^<>\n]+)>")
BARE = re.compile(r"https?://[^\s<>|]+|[\w.+-]+@[\w-]+\.[\w.]+")
BROADCASTS = {"here", "channel", "everyone"}


@dataclass(frozen=True)
class Notified:
    """Users, user groups and channels by id, broadcasts by name, and every address that could be followed."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    broadcasts: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """Whether the text is inert."""
        return self == Notified()


def notified(text: str, blocks: list[dict[str, Any]]) -> Notified:
    """What the markup in a message's text, its mrkdwn and its rich text does; buttons' addresses count as links."""
    found: dict[str, set[str]] = {
        "users": set(),
        "groups": set(),
        "broadcasts": set(),
        "channels": set(),
        "links": set(),
    }
    for kind, value in [*_in_markup(text, bare=True), *_in(blocks)]:
        found[kind].add(value)
    return Notified(**{kind: frozenset(values) for kind, values in found.items()})


def _in(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _in(each)
    elif isinstance(value, dict):
        yield from _in_object(value)
        for each in value.values():
            yield from _in(each)


def _in_object(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    match value.get("type"):
        case "mrkdwn":
            yield from _in_markup(value["text"], bare=not value.get("verbatim", False))
        case "markdown":
            yield from _in_markup(value["text"], bare=True)
        case "user" if "user_id" in value:
            yield "users", value["user_id"]
        case "usergroup" if "usergroup_id" in value:
            yield "groups", value["usergroup_id"]
        case "broadcast":
            yield "broadcasts", value["range"]
        case "channel" if "channel_id" in value:
            yield "channels", value["channel_id"]
    if isinstance(value.get("url"), str):
        yield "links", value["url"]


def _in_markup(text: str, *, bare: bool) -> Iterator[tuple[str, str]]:
    for inside in MARKUP.findall(text):
        target = inside.partition("|")[0]
        if target.startswith("@"):
            yield "users", target[1:]
        elif target.startswith("#"):
            yield "channels", target[1:]
        elif target.startswith("!subteam^"):
            yield "groups", target.removeprefix("!subteam^")
        elif target[1:] in BROADCASTS and target.startswith("!"):
            yield "broadcasts", target[1:]
        elif not target.startswith("!"):
            yield "links", target
    if bare:
        for address in BARE.findall(MARKUP.sub(" ", text)):
            yield "links", address
