"""A request's card as a message: what changes, for whom, why held and by when at first sight, the rest below."""

from __future__ import annotations

from typing import Any

from adapters.slack.cards import blocks, facts, limits
from adapters.slack.cards.buttons import buttons
from adapters.slack.cards.drawn import NOBODY, Drawn, Mentions
from adapters.slack.cards.markup import cut, escape
from adapters.slack.cards.room import fitted
from adapters.slack.cards.standing import by_when, called, standing
from bot.cards import Card
from bot.cards.room import Pen
from bot.cards.wording import LEFT_OUT

__all__ = ["Drawn", "Mentions", "card_message"]

Json = dict[str, Any]


def card_message(
    card: Card, *, mentions: Mentions = NOBODY, lead: str | None = None, desk_url: str | None = None
) -> Drawn:
    """The message of a card, within every limit of Slack's.

    ``mentions`` are notified by its first lines, while it is open; ``lead`` is a plain sentence that stands above it;
    ``desk_url`` is where the desk shows the same request. The first block's id is ``request|<request id>``. Nothing
    else in it notifies, links or formats, whatever the request's texts are. Pure.
    """
    whom = mentions if card.status.open else NOBODY
    return Drawn(text=_text(card, lead), blocks=fitted(lambda pen: _blocks(card, pen, whom, lead, desk_url)))


def _blocks(card: Card, pen: Pen, mentions: Mentions, lead: str | None, desk_url: str | None) -> list[Json]:
    above = [_lead(lead, pen, mentions)] if lead else []
    made = [
        *above,
        blocks.header(pen.text(card.title, limits.HEADER_TEXT)),
        blocks.section(blocks.mrkdwn(standing(card, pen, NOBODY if lead else mentions)), block_id="standing"),
        *facts.subject(card, pen),
        *(facts.why(card, pen) if card.status.open else []),
        *facts.changes(card, pen),
        *(_background(card, pen) if card.status.open or lead else []),
        *facts.exchanges(card, pen),
        *([] if card.status.open else facts.held_for(card, pen)),
        *facts.origin(card, pen),
    ]
    if pen.left_out:
        made.append(blocks.context([blocks.plain(LEFT_OUT)], block_id="left_out"))
    made[0]["block_id"] = cut(f"request|{card.request_id}", limits.ID)
    return [*made, *buttons(card, desk_url)]


def _background(card: Card, pen: Pen) -> list[Json]:
    return [*facts.claim(card, pen), *facts.support(card, pen)]


def _lead(lead: str, pen: Pen, mentions: Mentions) -> Json:
    words = pen.text(escape(" ".join(lead.split())), pen.room.said)
    return blocks.section(blocks.mrkdwn(" ".join(filter(None, (f"🔔 {called(mentions)}".strip(), words)))))


def _text(card: Card, lead: str | None) -> str:
    """The whole in a sentence or two, for notifications and screen readers."""
    first = f"{escape(lead, 800)} " if lead else ""
    last = f" {by_when(card)}." if card.status.open else ""
    return first + escape(card.fallback, limits.FALLBACK_TEXT - len(first) - len(last)) + last
