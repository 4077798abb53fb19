"""Dialogs (task modules) that people have open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.teams.cards.reading import offers
from tests.fakes.teams.messages import Message
from tests.fakes.teams.people import User

Json = dict[str, Any]


@dataclass(eq=False)
class Dialog:
    """One dialog before one person; `cards` is all that it ever showed, the newest last."""

    user: User
    message: Message
    """From where it was opened."""
    title: str
    cards: list[Json] = field(default_factory=list)
    said: str = ""
    """The words that took the form's place."""
    closed: bool = False

    @property
    def card(self) -> Json | None:
        """The form; None once words have taken its place."""
        return self.cards[-1] if self.cards and not self.said else None

    @property
    def offers(self) -> list[str]:
        """What can be pressed, by title."""
        return [str(each.action.get("title")) for each in offers(self.card or {})]

    def as_json(self) -> Json:
        """Everything about it, for a look from outside."""
        return {"title": self.title, "card": self.card, "said": self.said, "of": self.message.id}
