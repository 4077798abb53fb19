"""The record of a request as lines in the thread below its card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards import limits
from adapters.teams.cards.elements import block, box, line, lines, moment, run
from adapters.teams.cards.elements import card as card_of
from adapters.teams.cards.markup import escape, utc
from adapters.teams.cards.room import fitted
from adapters.teams.cards.standing import Called, Mention
from bot.cards import HistoryLine
from bot.cards.cutting import brief, cut
from bot.cards.room import Pen

Json = dict[str, Any]
NOTHING = "Nothing happened yet."
_MOST = 12
_NOTE = 600


def lines_text(said: Sequence[HistoryLine]) -> str:
    """One paragraph a fact as a message's markdown, oldest first, with times in UTC; inert, whatever was said.

    Of more than fit the newest are shown. ``lines_card`` shows the same with times in each reader's zone.
    """
    newest = said[-_MOST:]
    earlier = [f"_{len(said) - len(newest)} earlier lines are under Details_"] if len(newest) < len(said) else []
    return "\n\n".join([*earlier, *map(_text, newest)]) or NOTHING


def _text(said: HistoryLine) -> str:
    note = f"\n\n“{cut(escape(said.note), _NOTE)}”" if said.note else ""
    who, what = cut(escape(said.who), 100), cut(escape(said.what), 300)
    return f"**{who}** {what}{_where(said, 60)}, {utc(said.at)}{note}"


def lines_card(said: Sequence[HistoryLine], *, mentions: Sequence[Mention] = ()) -> Json:
    """The same as a card; ``mentions`` are notified by its first line."""

    def draw(pen: Pen) -> Json:
        called = Called(mentions, min(limits.MENTIONS, 2 * pen.room.names))
        newest = said[-pen.room.lines :]
        body = [block(called.text)] if called.text else []
        if len(newest) < len(said):
            body.append(line([run(f"{len(said) - len(newest)} earlier lines are under Details", "italic")]))
        body += [part for each in newest for part in _line(each, pen)] or [line([run(NOTHING)])]
        return card_of(body, entities=called.entities)

    return fitted(draw)


def _line(said: HistoryLine, pen: Pen) -> list[Json]:
    what = f" {brief(said.what, pen.room.reason)}{_where(said, pen.room.name)}, "
    made = line([run(cut(said.who, pen.room.name), "bold"), run(what), moment(said.at)], "Small")
    return [made, box(lines(cut(said.note, pen.room.said)))] if said.note else [made]


def _where(said: HistoryLine, limit: int) -> str:
    return f" on {cut(escape(said.where), limit)}" if said.where not in {None, "API"} and said.where else ""
