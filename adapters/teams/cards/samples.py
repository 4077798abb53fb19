"""Samples as a list: what somebody is asked to look at afterwards, each with its buttons."""

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
MOST_SAMPLES = 100
"""So many are counted; the desk has all."""
SAMPLES = "samples"
"""What its buttons send along, so that the answer to them is the list again."""
_NONE = "Nothing waits for your look. A share of what runs without a signature is looked at afterwards."


def samples_card(cards: Sequence[Card], desk_url: str | None) -> Json:
    """What the command answers: the newest first."""
    shown = cards[:LISTED]
    if not shown:
        return card_of([line([run(_NONE)])])
    made = [title(f"Samples ({len(cards)})"), *(part for card in shown for part in _sample(card))]
    if more := len(cards) - len(shown):
        where = f", on the desk: {desk_url}/samples" if desk_url else ""
        made.append(line([run(f"And {more} more{where}", "small", "subtle")], "Small"))
    return card_of(made)


def _sample(card: Card) -> list[Json]:
    why = "" if card.look is None else f", {card.look.why}"
    said = [
        line([run("🔎 "), run(brief(card.title, 160), "bold")]),
        line([run("ran "), moment(card.opened_at), run(why)], "Small"),
    ]
    data = {"request": card.request_id}
    good = [execute(LABELS["grade_good"], "grade_good", data | {"key": SAMPLES})] if card.may("grade_good") else []
    forms = [
        opens(LABELS[name], name, data) for name in ("needs_work", "details") if name == "details" or card.may(name)
    ]
    return group([*said, actions([*good, *forms])])
