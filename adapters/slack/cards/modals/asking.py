"""Small forms about one request: ask, revoke, withdraw, reassign, snooze."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import limits
from adapters.slack.cards.blocks import context, plain
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.notices import notice
from adapters.slack.cards.modals.rejecting import may_not
from adapters.slack.cards.modals.texts import head
from bot.cards import Card
from bot.cards.wording import WITHDRAWING, told_apart

Json = dict[str, Any]


def ask_form(card: Card, typed: str = "") -> Json:
    """A question to the agent."""
    question = widgets.field(
        "text",
        "Question",
        _lines(typed, "What do you need to know before you decide?"),
        hint="The agent is told at once; its answer appears in the thread below the card. The time goes on meanwhile.",
    )
    return may_not(card, "ask", "Ask the agent") or _form(card, "ask", "Ask the agent", "Ask", question)


def revoke_form(card: Card, typed: str = "") -> Json:
    """Taking an approval back."""
    note = widgets.field(
        "note",
        "Why it is taken back",
        _lines(typed, "What came up since it was approved?"),
        hint="The agent reads it, and it stays on record. What has run already can't be taken back.",
    )
    return may_not(card, "revoke", "Revoke") or _form(card, "revoke", "Revoke the approval", "Revoke", note)


def withdraw_form(card: Card, typed: str = "") -> Json:
    """Taking one's own signature back, while others are missing."""
    note = widgets.field(
        "note", "Why", _lines(typed, "What came up since you signed?"), required=False, hint=WITHDRAWING
    )
    return may_not(card, "withdraw", "Take it back") or _form(
        card, "withdraw", "Take my signature back", "Take back", note
    )


def reassign_form(card: Card, people: Sequence[widgets.Choice]) -> Json:
    """Handing it to another person: ids and names of those who may have it; the first hundred of very many."""
    if not people:
        return notice("Reassign", "Nobody else may decide this request.", "The policy names its approvers.")
    chosen = widgets.select(told_apart(people[: limits.SELECT_OPTIONS]))
    to = widgets.field("to", "To whom", chosen, hint="They are told at once, and the card shows that they have it.")
    note = widgets.field("note", "A word to them", _lines("", "Why you hand it on"), required=False)
    return _form(card, "reassign", "Reassign", "Reassign", to, note)


def snooze_form(card: Card, choices: Sequence[widgets.Choice]) -> Json:
    """Putting it off for oneself: values and titles of the times until which that may be."""
    if not choices:
        return notice("Snooze", "There is too little time left to put this off.")
    until = widgets.field("until", "Come back to it", widgets.select(choices, choices[0][0]))
    goes_on = "Its promise and its deadline go on. It stands below your queue until then, and you are told."
    return _form(card, "snooze", "Snooze", "Snooze", until, context([plain(goes_on)]))


def _form(card: Card, callback: str, title: str, submit: str, *blocks: Json) -> Json:
    metadata = {"request": card.request_id}
    return modal(callback, title, [*head(card), *blocks], submit=submit, metadata=metadata)


def _lines(typed: str, placeholder: str) -> Json:
    initial = typed[: limits.INPUT_TEXT]
    return widgets.text(initial=initial, lines=True, most=limits.INPUT_TEXT, placeholder=placeholder)
