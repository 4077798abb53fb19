"""The record of a request as lines in the thread below its card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks
from adapters.slack.cards.drawn import NOBODY, Drawn, Mentions
from adapters.slack.cards.markup import escape
from adapters.slack.cards.rich import line, moment, quote, rich, run
from adapters.slack.cards.room import fitted
from adapters.slack.cards.standing import called
from bot.cards import HistoryLine
from bot.cards.room import Pen

Json = dict[str, Any]
_TEXT_LINES = 5


def thread_lines(lines: Sequence[HistoryLine], *, mentions: Mentions = NOBODY) -> Drawn:
    """One message of one line a fact, oldest first: who, what, where, when, and what they said as a quotation.

    ``mentions`` are notified by its first line. Of more lines than fit the newest are shown. Pure.
    """
    text = " ".join(f"{escape(f'{each.who} {each.what}', 300)}." for each in lines[-_TEXT_LINES:])
    drawn = fitted(lambda pen: _blocks(lines, pen, mentions))
    return Drawn(text=text or "Nothing happened yet.", blocks=drawn)


def _blocks(lines: Sequence[HistoryLine], pen: Pen, mentions: Mentions) -> list[Json]:
    whom = called(mentions)
    above = [blocks.section(blocks.mrkdwn(whom), block_id="called")] if whom else []
    newest = lines[-pen.room.lines :]
    parts = [part for each in newest for part in _line(each, pen)] or [line([run("Nothing happened yet.")])]
    if len(newest) < len(lines):
        parts.insert(0, line([run(f"{len(lines) - len(newest)} earlier lines are under Details", "italic")]))
    return [*above, rich(parts, block_id="lines")]


def _line(said: HistoryLine, pen: Pen) -> list[Json]:
    where = f" on {pen.text(said.where or '', pen.room.name)}" if said.where not in {None, "API"} else ""
    made = line(
        [
            run(pen.text(said.who, pen.room.name), "bold"),
            run(f" {pen.text(' '.join(said.what.split()), pen.room.reason)}{where}, "),
            moment(said.at),
        ]
    )
    return [made, quote(pen.text(said.note, pen.room.said))] if said.note else [made]
