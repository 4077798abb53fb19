"""Messages with all that ever became of them, and what each person sees of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.teams.people import Channel, Place, User

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True)
class Version:
    """What a message said from one moment until it was changed."""

    at: datetime
    text: str
    attachments: list[Json]
    entities: list[Json]
    activity: Json = field(repr=False)
    """As the bot sent it; empty for what a person wrote."""

    @property
    def card(self) -> Json | None:
        """Its first Adaptive Card."""
        found = [each["content"] for each in self.attachments if each.get("contentType") == CARD]
        return found[0] if found else None


@dataclass(frozen=True)
class View:
    """The card that one person was answered with; it stands until the message is changed."""

    card: Json
    version: int


@dataclass(eq=False)
class Message:
    """A message of the bot (no author) or of a person; `versions` is its history, the newest last."""

    place: Place
    id: str
    author: User | None
    versions: list[Version]
    root: Message | None = None
    """The post that it replies to, in a channel."""
    deleted: bool = False
    thread: list[Message] = field(default_factory=list, repr=False)
    """Every reply ever written below it."""
    views: dict[str, View] = field(default_factory=dict, repr=False)
    """What each person (by id) was last answered with."""

    @property
    def text(self) -> str:
        """What it says now."""
        return self.versions[-1].text

    @property
    def card(self) -> Json | None:
        """Its card now, as everybody sees it who has no view of their own."""
        return self.versions[-1].card

    @property
    def edits(self) -> int:
        """How often it was changed."""
        return len(self.versions) - 1

    @property
    def replies(self) -> list[Message]:
        """What stands in its thread, oldest first."""
        return [each for each in self.thread if not each.deleted]

    @property
    def conversation_id(self) -> str:
        """The conversation that it is in: a thread's, or the 1:1 chat's."""
        if isinstance(self.place, Channel):
            return f"{self.place.id};messageid={(self.root or self).id}"
        return self.place.id

    def seen_by(self, user: User) -> Json | None:
        """The card that this person sees: their own view while it is current, else everybody's."""
        view = self.views.get(user.id)
        if view is not None and view.version == self.edits:
            return view.card
        return self.card

    def as_json(self) -> Json:
        """Everything about it, for a look from outside."""
        return {
            "id": self.id,
            "by": self.author.name if self.author else "the bot",
            "text": self.text,
            "card": self.card,
            "edits": self.edits,
            "deleted": self.deleted,
            "views": {user: view.card for user, view in self.views.items() if view.version == self.edits},
            "thread": [each.as_json() for each in self.replies],
        }
