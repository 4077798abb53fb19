"""What an invoke is answered with, exactly as Teams takes it.

https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards#invoke-activity-response-format
https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots#respond-to-messages
"""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.teams.cards import TYPE, dialog

Json = dict[str, Any]
SAID = "application/vnd.microsoft.activity.message"
_OK = 200


class Answer(msgspec.Struct, frozen=True):
    """The body of an answer; None is an empty one, which closes a dialog."""

    body: Json | None = None
    notice: Json | None = None
    """The card by which its user is told in private what came of it, where the answer itself would come too late."""


def view(card: Json, notice: Json | None = None) -> Answer:
    """The card as this user sees it from now on."""
    return Answer({"statusCode": _OK, "type": TYPE, "value": card}, notice)


def passing(said: str) -> Answer:
    """Words that are shown to this user in passing; their card stays as it is."""
    return Answer({"statusCode": _OK, "type": SAID, "value": said})


def form(shown: Json, notice: Json | None = None) -> Answer:
    """A dialog in front of this user: a new one, or in the place of theirs."""
    return Answer({"task": {"type": "continue", "value": shown}}, notice)


def words(title: str, card: Json) -> Answer:
    """A dialog that only says something."""
    return form(dialog(title, card, "small"), card)


def told(said: str) -> Answer:
    """Plain words in the dialog's place."""
    return Answer({"task": {"type": "message", "value": said}})


CLOSED = Answer()
"""The answer that closes the dialog."""
