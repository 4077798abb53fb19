"""Samples as a list: what somebody is asked to look at afterwards, each with its buttons."""

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
MOST_SAMPLES = 100
"""So many are counted; the desk has all."""
_BUTTONS = ("grade_good", "needs_work")
_NONE = "Nothing waits for your look. A share of what runs without a signature is looked at afterwards."


def samples_answer(cards: Sequence[Card], desk_url: str | None) -> Drawn:
    """What the command answers: the newest first."""
    shown = cards[:LISTED]
    if not shown:
        return Drawn(text=_NONE, blocks=[section(plain(_NONE))])
    made: list[Json] = [header(f"Samples ({len(cards)})")]
    for card in shown:
        made += _sample(card)
    if more := len(cards) - len(shown):
        where = f" <{desk_url}/samples|See all on the desk>" if desk_url else ""
        made.append(context([mrkdwn(f"And {more} more.{where}")]))
    text = "; ".join(card.title for card in shown)
    return Drawn(text=escape(brief(f"{len(cards)} samples. {text}", 1000), limits.FALLBACK_TEXT), blocks=made)


def _sample(card: Card) -> list[Json]:
    why = "" if card.look is None else f", {escape(card.look.why)}"
    details = blocks.button(LABELS["details"], "details", value=card.request_id)
    said = f"🔎 *{escape(brief(card.title, 200))}*\nran {date(card.opened_at)}{why}"
    buttons = [blocks.button(LABELS[name], name, value=card.request_id) for name in _BUTTONS if card.may(name)]
    first = section(mrkdwn(said), accessory=details)
    return [first, blocks.actions(buttons, block_id=f"look|{card.request_id}"[: limits.ID])] if buttons else [first]
