"""What can be done with a request: only what somebody may do, and nothing to decide once it is decided."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards.dialogs.rejecting import inline_reject
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import execute, line, link, opens, run, secondary, unfolds
from bot.cards import Card
from bot.cards.cutting import brief, sentence
from bot.cards.wording import LABELS, sure_text

Json = dict[str, Any]
DECIDING = ("approve", "reject", "edit")
_AFTERWARDS = ("grade_good", "needs_work", "accept_item", "finish_item")
AT_ONCE = ("approve", "claim", "release", "grade_good", "accept_item", "finish_item")
"""Commands that a button carries out by itself; every other one opens a dialog."""
_MORE = ("claim", "release", "ask", "reassign", "snooze", "withdraw")


def buttons(card: Card, desk_url: str | None, *, inline: bool = False) -> list[Json]:
    """The row of buttons and, behind three dots, the menu; each ``verb`` names a command.

    ``inline``: rejecting unfolds inside the card, for clients that open no dialogs.
    """
    made = _deciding(card, inline=inline) if card.status.open else _learning(card)
    made.append(_button(card, "details", LABELS["details"]))
    if desk_url is not None:
        made.append(link(LABELS["desk"], desk_url))
        if not card.status.open:
            made.append(link(LABELS["file"], f"{desk_url}/file"))
    entries = [*_entries(card), "explain"]
    return [*made, *(secondary(_button(card, name, _label(card, name))) for name in entries)]


def statement(card: Card) -> list[Json]:
    """What one who may not decide is told in the place of buttons; nothing to those who may."""
    if not card.status.open or any(card.may(name) for name in DECIDING):
        return []
    ability = card.ability("approve")
    why = sentence(brief(ability.why, 300)) if ability is not None and ability.why else ""
    remedy = sentence(brief(ability.remedy, 300)) if ability is not None and ability.remedy else ""
    said = " ".join(filter(None, ("You can't decide this.", why, remedy)))
    return [line([run(said, "italic")], "Medium")]


def _deciding(card: Card, *, inline: bool) -> list[Json]:
    made = []
    if card.may("approve"):
        made.append(approve(card))
    if card.may("reject"):
        made.append(inline_reject(card) if inline else _button(card, "reject", "Reject", "destructive"))
    if card.may("edit") and any(row.editable for row in card.changes):
        made.append(_button(card, "edit", "Edit"))
    return made


def _learning(card: Card) -> list[Json]:
    return [_button(card, name, _label(card, name)) for name in _AFTERWARDS if card.may(name)]


def approve(card: Card, **along: str) -> Json:
    """The button that approves, and sends this along; a grave approval asks once more, inside the card."""
    button = execute("Approve", "approve", {"request": card.request_id, **along}, "positive")
    if not card.high_class:
        return button
    title, text = sure_text(card)
    asked = [line([run(title, "bold")]), *(line([run(brief(part, 300))]) for part in text.split("\n\n"))]
    return unfolds("Approve", card_of(asked, [button]), "positive")


def _button(card: Card, verb: str, label: str, style: str | None = None) -> Json:
    make = execute if verb in AT_ONCE else opens
    return make(label, verb, {"request": card.request_id}, style)


def _entries(card: Card) -> list[str]:
    names = [name for name in _MORE if card.may(name)] if card.status.open else []
    if card.status.state == "claimed" and "release" not in names and card.ability("release") is None:
        names.insert(min(1, len(names)), "release")  # a card for anybody is also before the one who claimed it
    after = [name for name in ("revoke", "decline_item", "change_item") if card.may(name)]
    return [*names, *after]


def _label(card: Card, name: str) -> str:
    ability = card.ability(name)
    return LABELS.get(name) or (ability.title if ability is not None else name.capitalize())
