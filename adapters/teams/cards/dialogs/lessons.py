"""Feedback items: the forms that ``bot.learning.sheets`` has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.duty import entry_field
from adapters.teams.cards.dialogs.frame import form, names
from adapters.teams.cards.dialogs.heading import head
from adapters.teams.cards.dialogs.notices import may_not
from adapters.teams.cards.elements import line, run
from bot.cards import Card
from bot.rostering.sheets import Sheet

Json = dict[str, Any]
Said = Mapping[str, str] | None


def item_dialog(card: Card, sheet: Sheet, seen: str, typed: Said = None, problems: Said = None) -> Json:
    """One of the sheets about a request's item; ``seen`` comes back as ``key``. A notice where this viewer may not."""
    refused = may_not(card, sheet.name, sheet.title)
    if refused is not None:
        return refused
    wrong = problems or {}
    inputs = [part for entry in sheet.entries for part in entry_field(entry, typed or {}, wrong)]
    body = [*head(card), line([run(sheet.told)]), *fields.stray(wrong, names(inputs)), *inputs]
    sent = {"request": card.request_id, "key": seen}
    return form(sheet.name, sheet.title, body, button=sheet.button, sent=sent)
