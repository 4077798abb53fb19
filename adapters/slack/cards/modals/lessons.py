"""Feedback items: the forms that ``bot.learning.sheets`` has."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards.blocks import plain, section
from adapters.slack.cards.modals.duty import entry_field
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.rejecting import may_not
from adapters.slack.cards.modals.texts import head
from bot.cards import Card
from bot.rostering.sheets import Sheet

Json = dict[str, Any]


def item_form(card: Card, sheet: Sheet, seen: str) -> Json:
    """One of the sheets about a request's item; ``seen`` comes back with it. A notice where this viewer may not."""
    refused = may_not(card, sheet.name, sheet.title)
    if refused is not None:
        return refused
    body = [*head(card), section(plain(sheet.told)), *map(entry_field, sheet.entries)]
    metadata = {"request": card.request_id, "seen": seen}
    return modal(sheet.name, sheet.title, body, submit=sheet.button, metadata=metadata)
