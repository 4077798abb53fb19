"""The lines right under a card's title as mrkdwn."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from adapters.slack.cards.drawn import Mentions
from adapters.slack.cards.markup import date, escape, mention, mention_group
from bot.cards import Card
from bot.cards.room import Pen
from bot.cards.standing import Line, Span
from bot.cards.standing import by_when as by_when_said
from bot.cards.standing import standing as said

_MENTIONS = 40


def standing(card: Card, pen: Pen, mentions: Mentions) -> str:
    """The lines as markup; ``mentions`` stand in the line that says who may decide."""
    called_for = called(mentions)
    return "\n".join(_line(line, called_for if line.calls else "") for line in said(card, pen))


def called(mentions: Mentions) -> str:
    """Everybody who is to be notified, as markup."""
    groups = [mention_group(group) for group in dict.fromkeys(mentions.groups)]
    return " ".join([*groups, *(mention(user) for user in dict.fromkeys(mentions.users))][:_MENTIONS])


def by_when(card: Card) -> str:
    """The deadline as a sentence; without a full stop."""
    return _marked(by_when_said(card))


def marked(line: Line) -> str:
    """One line as markup."""
    return _line(line, "")


def _line(line: Line, called_for: str) -> str:
    sign, *rest = line.spans
    if called_for:
        return f"{_marked([sign])}{called_for} · {_marked(rest)}"
    return f"{'> ' if line.quoted else ''}{_marked(line.spans)}"


def _marked(spans: Iterable[Span]) -> str:
    parts = []
    for bold, together in groupby(spans, lambda span: span.bold):
        text = "".join(escape(span.text) if span.at is None else date(span.at) for span in together)
        parts.append(f"*{text}*" if bold else text)
    return "".join(parts)
