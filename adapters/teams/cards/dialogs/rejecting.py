"""Rejecting: why, in a code and a note, and what should be learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import form, names
from adapters.teams.cards.dialogs.heading import head
from adapters.teams.cards.dialogs.notices import may_not
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import execute, unfolds
from bot.cards import Card
from bot.cards.plaintext import words
from bot.cards.wording import LESSONS, suggestions_said

Json = dict[str, Any]


def reject_dialog(
    card: Card, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> Json:
    """The form, with what was ``typed`` before and what is wrong with it (by name of input); a notice to who may not.

    Inputs: ``reason_code``, ``note``, ``lesson``.
    """
    refused = may_not(card, "reject", "Reject")
    if refused is not None:
        return refused
    inputs = _inputs(card, typed or {}, problems or {})
    body = [*head(card), *fields.stray(problems or {}, names(inputs)), *inputs]
    return form("reject", "Reject", body, button="Reject", sent={"request": card.request_id}, style="destructive")


def inline_reject(card: Card) -> Json:
    """The same, unfolding inside the card: an Action.ShowCard with an Action.Execute of verb ``reject``.

    What it sends is read as a dialog's.
    """
    inputs = _inputs(card, {}, {})
    data = {"request": card.request_id, "inputs": names(inputs)}
    send = execute("Reject", "reject", data, "destructive")
    send["associatedInputs"] = send["fallback"]["associatedInputs"] = "auto"
    return unfolds("Reject", card_of(inputs, [send]), "destructive")


def lesson_field(chosen: str | None, hint: str | None = None) -> list[Json]:
    """What should be learned, a menu with an explanation of each choice."""
    choices = [(value, f"{title}: {line[:1].lower()}{line[1:]}") for value, title, line in LESSONS]
    title = "What should be learned from it?"
    return fields.field("lesson", title, fields.select(choices, chosen or ""), hint=hint, required=False)


def _inputs(card: Card, typed: Mapping[str, str], problems: Mapping[str, str]) -> list[Json]:
    note = fields.text(
        value=fields.kept(typed.get("note", "")),
        lines=True,
        most=limits.INPUT_TEXT,
        placeholder="What should it do instead?",
    )
    reasons = _reasons(card, typed.get("reason_code"))
    hint = "The agent reads reason and note; both stay on record."
    return [
        *fields.field("reason_code", "Why you reject it", reasons, problem=problems.get("reason_code")),
        *fields.field("note", "Note to the agent", note, hint=hint, problem=problems.get("note")),
        *lesson_field(typed.get("lesson"), suggestions_said(card)),
    ]


def _reasons(card: Card, typed: str | None) -> Json:
    codes = [(code, words(code)) for code in card.reject_reasons]
    if fields.selectable(codes):
        return fields.select(codes, typed)
    return fields.text(value=fields.kept(typed or ""), placeholder="The code of a reason of the policy")
