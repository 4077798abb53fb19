"""The lines right under a card's title, and who is called by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.teams.cards import limits
from adapters.teams.cards.elements import block, box, line, moment, run
from adapters.teams.cards.markup import escape, mark_of
from bot.cards import Card
from bot.cards.room import Pen
from bot.cards.standing import Line, Span, by_when
from bot.cards.standing import standing as said

Json = dict[str, Any]


class Mention(msgspec.Struct, frozen=True):
    """Somebody whom a message calls: their Teams id (``29:...``) or directory object id, and their name."""

    id: str
    name: str


class Called:
    """Mentions and how they stand in a text: each with a mark of its own, since a mark names one person."""

    def __init__(self, mentions: Sequence[Mention], most: int = limits.MENTIONS) -> None:
        self.entities: list[Json] = []
        marks: dict[str, str] = {}
        for one in {each.id: each for each in mentions}.values():
            mark, number = mark_of(one.name), 1
            while mark in marks:
                number += 1
                mark = mark_of(f"{one.name} {number}")
            if len(marks) == most:
                break
            marks[mark] = one.id
            name = mark.removeprefix("<at>").removesuffix("</at>")
            self.entities.append({"type": "mention", "text": mark, "mentioned": {"id": one.id, "name": name}})
        self.text = ", ".join(marks)


def standing(card: Card, pen: Pen, called: str) -> list[Json]:
    """The lines; ``called`` is markup that stands in the one that says who may decide."""
    made = [_line(each, called if each.calls else "") for each in said(card, pen)]
    return made if card.status.open else [box(made)]


def deadline(card: Card) -> Json:
    """By when it has to be decided, in one line."""
    return line([run("⏳ "), *map(spanned, by_when(card))])


def spanned(span: Span) -> Json:
    """A span as a run."""
    styles = ("bold",) if span.bold else ()
    return run(span.text, *styles) if span.at is None else moment(span.at, *styles)


def plain_line(one: Line) -> Json:
    """One line in which nobody is called."""
    return _line(one, "")


def _line(said_: Line, called: str) -> Json:
    if called:
        sign, *rest = said_.spans
        return block(f"{sign.text}{called} · {escape(''.join(span.text for span in rest))}", "None")
    runs = [spanned(span) for span in said_.spans]
    return line([run("\u2003“"), *runs, run("”")] if said_.quoted else runs)
