"""What a renderer takes and gives."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec


class Mentions(msgspec.Struct, frozen=True):
    """Whom a message notifies: Slack's own ids of users and user groups."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Drawn(TypedDict):
    """A message for ``chat.postMessage`` or ``chat.update``: ``text`` is read out and stands in notifications."""

    text: str
    blocks: list[dict[str, Any]]


NOBODY = Mentions()
