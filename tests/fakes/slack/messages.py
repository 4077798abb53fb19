"""Messages with all that ever became of them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.slack.blocks import interactive
from tests.fakes.slack.clock import Minting
from tests.fakes.slack.people import Channel, User

Json = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """What a message said from one moment until it was changed."""

    at: datetime
    text: str
    blocks: list[Json]
    attachments: list[Json]
    metadata: Json | None
    by: str
    """What wrote it: an API method, `response_url`, or `user`."""


@dataclass(eq=False)
class Message:
    """A message in a channel, a DM or shown to one user alone; `versions` is its history, the newest last."""

    channel: Channel
    ts: str
    author: User
    versions: list[Version]
    thread_ts: str | None = None
    broadcast: bool = False
    only_for: User | None = None
    deleted: bool = False
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    thread: list[Message] = field(default_factory=list, repr=False)
    """Every reply ever written below it."""
    values: dict[str, Json] = field(default_factory=dict, repr=False)
    """What each user (by id) has filled in on it."""

    @property
    def text(self) -> str:
        """What it says now, for notifications and screen readers."""
        return self.versions[-1].text

    @property
    def blocks(self) -> list[Json]:
        """Its blocks now."""
        return self.versions[-1].blocks

    @property
    def metadata(self) -> Json | None:
        """Its metadata now."""
        return self.versions[-1].metadata

    @property
    def edits(self) -> int:
        """How often it was changed."""
        return len(self.versions) - 1

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def replies(self) -> list[Message]:
        """What stands in its thread, oldest first."""
        return [each for each in self.thread if not each.deleted]

    @property
    def permalink(self) -> str:
        """Where a browser finds it."""
        domain = self.channel.workspace.domain
        return f"https://{domain}.slack.com/archives/{self.channel.id}/p{self.ts.replace('.', '')}"

    def as_json(self, *, metadata: bool = True, version: int = -1) -> Json:
        """The message object of Slack's API; `metadata` includes the payload of its metadata."""
        said = self.versions[version]
        workspace = self.channel.workspace
        found: Json = {
            "type": "message",
            "user": self.author.id,
            "ts": self.ts,
            "team": workspace.id,
            "text": said.text,
        }
        if self.author.is_bot:
            found |= {"bot_id": workspace.bot_id, "bot_profile": {"id": workspace.bot_id, "name": self.author.name}}
        for name, value in (("blocks", said.blocks), ("attachments", said.attachments), ("files", self.files)):
            if value:
                found[name] = copy.deepcopy(value)
        if said.metadata:
            payload = {"event_payload": copy.deepcopy(said.metadata["event_payload"])} if metadata else {}
            found["metadata"] = {"event_type": said.metadata["event_type"], **payload}
        if self.edits:
            found["edited"] = {"user": self.author.id, "ts": f"{self.versions[-1].at.timestamp():.6f}"}
        replies = self.replies
        if self.thread_ts or replies:
            found["thread_ts"] = self.thread_ts or self.ts
        if replies:
            found |= {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        return found


def with_ids(blocks: list[Json], minting: Minting) -> list[Json]:
    """A copy in which every block has its `block_id` and every interactive element its `action_id`."""
    made = copy.deepcopy(blocks)
    children = [child for parent in made for child in parent.get("child_blocks", [])]
    for block in [*made, *children]:
        block.setdefault("block_id", minting.short())
        for element in interactive(block):
            element.setdefault("action_id", minting.short())
    return made
