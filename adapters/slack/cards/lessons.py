"""Feedback items as a list: what is to be learned of what, by whom and until when, each with its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.blocks import context, header, mrkdwn, plain, section
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.modals.texts import brief
from bot.cards import Card
from bot.cards.wording import LABELS

Json = dict[str, Any]
LISTED = 7
_BUTTONS = ("accept_item", "finish_item", "decline_item", "change_item")


def feedback_answer(cards: Sequence[Card], more: int, desk_url: str | None) -> Drawn:
    """What the command answers: the items, those due first at the beginning."""
    shown = cards[:LISTED]
    left = more + len(cards) - len(shown)
    made = [*listed(shown, left, desk_url)] if shown else [section(plain(_NONE))]
    count = len(cards) + more
    text = "; ".join(f"{card.lesson.title}: {card.title}" for card in shown if card.lesson is not None)
    return Drawn(text=escape(brief(f"{count} feedback items. {text}", 1000), limits.FALLBACK_TEXT), blocks=made)


_NONE = "No feedback item waits for you. Each edit and each rejection opens one."


def listed(cards: Sequence[Card], more: int, desk_url: str | None) -> list[Json]:
    """A heading, each item with its buttons, and how many more there are; nothing where there is none."""
    if not cards:
        return []
    made: list[Json] = [header(f"To be learned ({len(cards) + more})")]
    for card in cards:
        made += _item(card)
    if more:
        where = f" <{desk_url}/feedback|See all on the desk>" if desk_url else ""
        made.append(context([mrkdwn(f"And {more} more.{where}")]))
    return made


def _item(card: Card) -> list[Json]:
    lesson = card.lesson
    if lesson is None:
        return []
    sign = "🔴 was due" if lesson.overdue else "due"
    who = escape(brief(lesson.who or "nobody", 60))
    below = f"{escape(brief(card.title, 200))}\n{who} has it, {lesson.label}, {sign} {date(lesson.due_at)}"
    details = blocks.button(LABELS["details"], "details", value=card.request_id)
    first = section(mrkdwn(f"🎓 *{escape(lesson.title)}*\n{below}"), accessory=details)
    names = [name for name in _BUTTONS if card.may(name)]
    buttons = [blocks.button(LABELS[name], name, value=card.request_id) for name in names]
    return [first, blocks.actions(buttons, block_id=f"learn|{card.request_id}"[: limits.ID])] if buttons else [first]
