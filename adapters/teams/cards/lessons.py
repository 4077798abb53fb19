"""Feedback items as a list: what is to be learned of what, by whom and until when, each with its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards.elements import actions, execute, group, line, moment, opens, run, title
from adapters.teams.cards.elements import card as card_of
from bot.cards import Card
from bot.cards.cutting import brief
from bot.cards.wording import LABELS

Json = dict[str, Any]
LISTED = 6
FEEDBACK = "feedback"
"""What its buttons send along, so that the answer to them is the list again."""
_NONE = "No feedback item waits for you. Each edit and each rejection opens one."


def feedback_card(cards: Sequence[Card], more: int, desk_url: str | None) -> Json:
    """What the command answers: the items, those due first at the beginning."""
    shown = cards[:LISTED]
    if not shown:
        return card_of([line([run(_NONE)])])
    return card_of([title("To be learned"), *listed(shown, more + len(cards) - len(shown), desk_url)])


def listed(cards: Sequence[Card], more: int, desk_url: str | None, key: str = FEEDBACK) -> list[Json]:
    """Each item with its buttons, and how many more there are; ``key`` says which page its buttons are on."""
    made: list[Json] = []
    for card in cards:
        made += _item(card, key)
    if more:
        where = f", on the desk: {desk_url}/feedback" if desk_url else ""
        made.append(line([run(f"And {more} more{where}", "small", "subtle")], "Small"))
    return made


def _item(card: Card, key: str) -> list[Json]:
    lesson = card.lesson
    if lesson is None:
        return []
    who = brief(lesson.who or "nobody", 60)
    due = [run("was due ", "attention") if lesson.overdue else run("due "), moment(lesson.due_at)]
    said = [
        line([run("🎓 "), run(lesson.title, "bold")]),
        line([run(brief(card.title, 160))]),
        line([run(f"{who} has it, {lesson.label}, "), *due], "Small"),
    ]
    return group([*said, actions(_buttons(card, key))])


def _buttons(card: Card, key: str) -> list[Json]:
    data = {"request": card.request_id}
    now = [name for name in ("accept_item", "finish_item") if card.may(name)]
    at_once = [execute(LABELS[name], name, data | {"key": key}) for name in now]
    forms = [opens(LABELS[name], name, data) for name in ("decline_item", "change_item", "details") if _has(card, name)]
    return [*at_once, *forms]


def _has(card: Card, name: str) -> bool:
    return name == "details" or card.may(name)
