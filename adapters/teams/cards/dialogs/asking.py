"""Small forms about one request: ask, revoke, withdraw, reassign, snooze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.dialogs import fields
from adapters.teams.cards.dialogs.frame import dialog, form, names
from adapters.teams.cards.dialogs.heading import head
from adapters.teams.cards.dialogs.notices import may_not, notice_card
from adapters.teams.cards.elements import line, run
from bot.cards import Card
from bot.cards.wording import WITHDRAWING, told_apart

Json = dict[str, Any]
Said = Mapping[str, str] | None


def ask_dialog(card: Card, typed: Said = None, problems: Said = None) -> Json:
    """A question to the agent. Input: ``text``."""
    return may_not(card, "ask", "Ask the agent") or _written(
        card,
        ("ask", "Ask the agent", "Ask"),
        ("text", "Question", "What do you need to know before you decide?"),
        "The agent is told at once; its answer appears in the thread below the card. The time goes on meanwhile.",
        (typed, problems),
    )


def revoke_dialog(card: Card, typed: Said = None, problems: Said = None) -> Json:
    """Taking an approval back. Input: ``note``."""
    return may_not(card, "revoke", "Revoke") or _written(
        card,
        ("revoke", "Revoke the approval", "Revoke"),
        ("note", "Why it is taken back", "What came up since it was approved?"),
        "The agent reads it, and it stays on record. What has run already can't be taken back.",
        (typed, problems),
    )


def withdraw_dialog(card: Card, typed: Said = None, problems: Said = None) -> Json:
    """Taking one's own signature back, while others are missing. Input: ``note``."""
    refused = may_not(card, "withdraw", "Take it back")
    if refused is not None:
        return refused
    note, wrong = _lines((typed or {}).get("note", ""), "What came up since you signed?"), problems or {}
    body = fields.field("note", "Why", note, required=False, hint=WITHDRAWING, problem=wrong.get("note"))
    return _form(card, ("withdraw", "Take my signature back", "Take it back"), body, wrong)


def reassign_dialog(card: Card, people: Sequence[fields.Choice], typed: Said = None, problems: Said = None) -> Json:
    """Handing it to another person: ids and names of those who may have it. Inputs: ``to``, ``note``."""
    refused = may_not(card, "reassign", "Reassign")
    if refused is not None:
        return refused
    if not people:
        nobody = notice_card("", "Nobody else may decide this request.", "The policy names its approvers.")
        return dialog("Reassign", nobody, "small")
    typed, wrong = typed or {}, problems or {}
    chosen = fields.select(told_apart(people[: limits.CHOICES]), typed.get("to"))
    note = _lines(typed.get("note", ""), "Why you hand it on")
    hint = "They are told at once, and the card shows that they have it."
    body = [
        *fields.field("to", "To whom", chosen, hint=hint, problem=wrong.get("to")),
        *fields.field("note", "A word to them", note, required=False, problem=wrong.get("note")),
    ]
    return _form(card, ("reassign", "Reassign", "Reassign"), body, wrong)


def snooze_dialog(card: Card, choices: Sequence[fields.Choice], problems: Said = None) -> Json:
    """Putting it off for oneself: values and titles of the times until which that may be. Input: ``until``."""
    refused = may_not(card, "snooze", "Snooze")
    if refused is not None:
        return refused
    if not choices:
        return dialog("Snooze", notice_card("", "There is too little time left to put this off."), "small")
    wrong = problems or {}
    chosen = fields.select(choices, choices[0][0])
    goes_on = "Its promise and its deadline go on. It stands below your queue until then, and you are told."
    body = fields.field("until", "Come back to it", chosen, problem=wrong.get("until"))
    told = line([run(goes_on, "small", "subtle")], "Small")
    return _form(card, ("snooze", "Snooze", "Snooze"), [*body, told], wrong)


def _written(
    card: Card, named: tuple[str, str, str], asked: tuple[str, str, str], hint: str, said: tuple[Said, Said]
) -> Json:
    """A form of one text: dialog, title and button; input, label and placeholder; typed and problems."""
    name, label, placeholder = asked
    typed, problems = said[0] or {}, said[1] or {}
    element = _lines(typed.get(name, ""), placeholder)
    body = fields.field(name, label, element, hint=hint, problem=problems.get(name))
    return _form(card, named, body, problems)


def _form(card: Card, named: tuple[str, str, str], body: Sequence[Json], problems: Mapping[str, str]) -> Json:
    name, title, button = named
    whole = [*head(card), *fields.stray(problems, names(body)), *body]
    return form(name, title, whole, button=button, sent={"request": card.request_id})


def _lines(typed: str, placeholder: str) -> Json:
    value = fields.kept(typed)
    return fields.text(value=value, lines=True, most=limits.INPUT_TEXT, placeholder=placeholder)
