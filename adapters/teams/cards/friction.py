"""Friction as a card: what to know first, and each signal with its definition."""

from __future__ import annotations

from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.elements import line, link, moment, run, title
from adapters.teams.cards.room import size
from adapters.teams.cards.summary import paragraph
from bot.answering import Told
from bot.friction import Friction, Hints, heading, headline, told

Json = dict[str, Any]


def friction_card(
    friction: Friction, hints: Hints | None = None, *, desk_url: str | None = None, late: str | None = None
) -> Json:
    """The signals, within Teams' size; ``desk_url`` is the desk's first page.

    ``hints`` are for the eyes of one risk owner: never give them to what others see. ``late`` says why it comes late.
    Nothing in it notifies or links, whatever agents and policies call things. What does not fit is left out, and said
    to be. Pure.
    """
    period = friction.period
    first = [
        title(heading(friction)),
        line([moment(period.start, "small", "subtle"), run(" to ", "small", "subtle"), moment(period.end, "small")]),
        line([run(headline(friction))], "Small"),
        *([line([run(late, "italic")], "Small")] if late else []),
    ]
    parts = [_signal(one) for one in told(friction, hints)]
    buttons = [link("Open the desk", f"{desk_url.rstrip('/')}/friction{_of(friction)}")] if desk_url else []
    whole = card_of([*first, *parts], buttons)
    while parts and size(whole) > limits.CARD_BYTES:
        parts.pop(-2 if hints is not None and len(parts) > 1 else -1)  # what one alone may see, they see nowhere else
        left_out = line([run("The rest was too long to be shown here; it is whole on the desk.", "italic")], "Small")
        whole = card_of([*first, *parts, left_out], buttons)
    return whole


def _signal(one: Told) -> Json:
    """What it comes to, and below it what it is."""
    *lines, means = one.lines
    made = paragraph(Told(one.title, tuple(lines), one.bars, one.columns))
    return made | {"items": [*made["items"], line([run(means, "italic", "small")])]}


def _of(friction: Friction) -> str:
    return f"?owner={friction.owner}" if friction.owner else ""
