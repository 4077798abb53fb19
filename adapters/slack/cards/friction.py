"""Friction as a message: what to know first, and each signal with its definition."""

from __future__ import annotations

import json
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.drawn import Drawn
from adapters.slack.cards.markup import date, escape
from adapters.slack.cards.rich import line, run
from adapters.slack.cards.summary import paragraph
from bot.answering import Told
from bot.cards.cutting import brief
from bot.friction import Friction, Hints, heading, headline, told

Json = dict[str, Any]
_WHEN = "{date_short_pretty}, {time}"
_LINES = (500, 300, 150, 60)
"""Characters of a line, where it has to be shorter and shorter to fit."""


def friction_message(
    friction: Friction,
    hints: Hints | None = None,
    *,
    desk_url: str | None = None,
    late: str | None = None,
    problem: str | None = None,
) -> Drawn:
    """The signals, within every limit of Slack's; ``desk_url`` is the desk's first page.

    ``hints`` are for the eyes of one risk owner: never give them to what others see. ``late`` says why it comes late,
    ``problem`` what of it could not be attached. Nothing in it notifies anybody or links elsewhere, whatever agents and
    policies call things. Pure.
    """
    paragraphs = told(friction, hints)
    made: list[Json] = []
    for most in _LINES:
        short = [_shortened(one, most) for one in paragraphs]
        said = [] if problem is None else [blocks.section(blocks.plain(f"⚠ {problem}"), block_id="problem")]
        made = [*_head(friction, late), *map(_signal, short), *said, *_foot(friction, desk_url)]
        if len(json.dumps(made, separators=(",", ":"), ensure_ascii=False)) <= limits.MESSAGE_JSON:
            break
    return Drawn(text=_text(friction, paragraphs, late), blocks=made)


def _signal(one: Told) -> Json:
    """What it comes to, and below it what it is."""
    *lines, means = one.lines
    made = paragraph(Told(one.title, tuple(lines), one.bars, one.columns))
    return made | {"elements": [*made["elements"], line([run(means, "italic")])]}


def _shortened(one: Told, most: int) -> Told:
    return Told(brief(one.title, most), tuple(brief(said, most) for said in one.lines), one.bars, one.columns)


def _head(friction: Friction, late: str | None) -> list[Json]:
    period = friction.period
    span = f"{date(period.start, _WHEN)} to {date(period.end, _WHEN)}"
    return [
        blocks.header(heading(friction)),
        blocks.context([blocks.mrkdwn(span)]),
        blocks.section(blocks.plain(headline(friction)), block_id="headline"),
        *([blocks.section(blocks.plain(f"⚠ {late}"), block_id="late")] if late else []),
    ]


def _foot(friction: Friction, desk_url: str | None) -> list[Json]:
    if desk_url is None:
        return []
    owner = f"?owner={friction.owner}" if friction.owner else ""
    url = f"{desk_url.rstrip('/')}/friction{owner}"
    return [blocks.actions([blocks.button("Open the desk", "open_desk", url=url)])]


def _text(friction: Friction, paragraphs: tuple[Told, ...], late: str | None) -> str:
    """The same in sentences."""
    said = [f"{heading(friction)}: {headline(friction)}", late or ""]
    for one in paragraphs:
        said += [each.rstrip(".") + "." for each in (one.title, *one.lines)]
    return escape(" ".join(filter(None, said)), limits.FALLBACK_TEXT)
