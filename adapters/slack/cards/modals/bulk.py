"""Deciding several that are alike: each with a box of its own, one answer for those that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.blocks import context, plain, section
from adapters.slack.cards.modals import widgets
from adapters.slack.cards.modals.frame import modal
from adapters.slack.cards.modals.notices import notice
from adapters.slack.cards.modals.texts import brief, sentence
from bot.cards import Card
from bot.cards.plaintext import words
from bot.receiving import bulk

Json = dict[str, Any]
CHOSEN = "chosen"
"""Before a number in the ``block_id`` of boxes: ten at most stand in one input."""
_BOXES = 10
_TOLD = 1_800


def bulk_form(title: str, kind: str, cards: Sequence[Card]) -> Json:
    """The form: boxes of each, what to do with those that are chosen, and reason and note where they are rejected."""
    if len(cards) < bulk.LEAST:
        return notice("Decide together", "There are no longer several of these before you.", "See your queue.")
    parts = [cards[start : start + _BOXES] for start in range(0, len(cards), _BOXES)]
    boxes = [_boxes(number, part, required=len(parts) == 1) for number, part in enumerate(parts)]
    reasons = [("", "Choose to reject"), *((code, words(code)) for code in cards[0].reject_reasons)]
    why = "Each is decided by itself and stands on record by itself. Details of each are behind its card."
    return modal(
        "bulk",
        "Decide together",
        [
            section(plain(brief(title, 300))),
            context([plain(why)]),
            *boxes,
            widgets.field("decision", "What to do with those chosen", widgets.select(bulk.DECISIONS)),
            widgets.field("reason_code", "Why, where you reject", widgets.select(reasons, ""), required=False),
            widgets.field(
                "note",
                "Note to the agent, for all of them",
                widgets.text(lines=True, most=limits.INPUT_TEXT, placeholder="What should it do instead?"),
                required=False,
                hint="To reject, reason and note are needed. The agent reads both, and they stay on record.",
            ),
        ],
        submit="Decide",
        metadata={"request": cards[0].request_id, "kind": kind},
    )


def _boxes(number: int, cards: Sequence[Card], *, required: bool) -> Json:
    options = [blocks.option(_title(card), card.request_id, description=_about(card)) for card in cards]
    label = "Which of them" if number == 0 else "And these"
    return widgets.field(f"{CHOSEN}{number}", label, {"type": "checkboxes", "options": options}, required=required)


def _title(card: Card) -> str:
    """What it moves and for whom: the last of its title, where it is long."""
    title = card.title
    return title if len(title) <= limits.OPTION_TEXT else "…" + title[1 - limits.OPTION_TEXT :]


def _about(card: Card) -> str:
    held = next((reason.text for reason in card.reasons if reason.kind == "hold"), "Held for a person")
    return brief(f"{card.status.label}. {held}" if card.status.state == "claimed" else held, limits.OPTION_TEXT)


def bulk_told(summed: str, failed: Sequence[bulk.Outcome]) -> Json:
    """What became of them, each that was left as it was with why."""
    lines = [f"{one.title}: {sentence(one.why or '')}" for one in failed]
    text, rest = "", 0
    for line in lines:
        if len(text) + len(line) > _TOLD:
            rest += 1
        else:
            text += f"\n• {line}"
    more = f"\n• and {rest} more" if rest else ""
    return notice("Decide together", f"{summed} Nothing was done with {len(failed)}:{text}{more}")
