"""How a request stands, in the lines right under its title: by when and who, or how it ended and what followed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.cards.cutting import cut
from bot.cards.room import Pen
from bot.cards.shape import Card, Status
from bot.cards.wording import SIGNS

_BY_SOMEBODY = {"approved", "approved_with_edits", "rejected"}
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


class Span(msgspec.Struct, frozen=True):
    """A piece of a line: plain text, or an instant that is written in the reader's zone."""

    text: str = ""
    at: datetime | None = None
    bold: bool = False


class Line(msgspec.Struct, frozen=True):
    """One line; ``called`` is the place of those who are notified, ``quoted`` that somebody's words stand in it."""

    spans: tuple[Span, ...]
    calls: bool = False
    """Whether those who are called by name stand in this line, after its sign."""
    quoted: bool = False


def standing(card: Card, pen: Pen) -> tuple[Line, ...]:
    """The lines, in their order."""
    return tuple(_open(card, pen) if card.status.open else _ended(card, pen))


def by_when(card: Card) -> tuple[Span, ...]:
    """The deadline as a sentence; without a full stop."""
    return Span("Decide by "), Span(at=card.deadline_at), Span(", or it is not run")


def _open(card: Card, pen: Pen) -> Iterable[Line]:
    decide, deadline, or_not = by_when(card)
    promised = (Span(" · answer promised by "), Span(at=card.due_at)) if card.due_at < card.deadline_at else ()
    lawful = () if card.statutory_at is None else (Span(" · limit of the law "), Span(at=card.statutory_at))
    bold = Span(decide.text, bold=True), Span(at=deadline.at, bold=True)
    yield Line((Span(f"{SIGNS['pending']} "), *bold, or_not, *promised, *lawful))
    yield from _frozen(card, pen, "it can be rejected, not approved; its time goes on")
    left = [name for name in card.deciders if name not in card.signatures]
    who = f"{pen.names(left, 'or')} may decide" if left else "Nobody may decide it now"
    owner = f"{pen.text(card.owner, pen.room.name)}: " if card.owner else ""
    yield Line((Span("👥 "), Span(f"{owner}{who}")), calls=True)
    yield from _signed(card, pen)
    status = card.status
    if status.state == "claimed":
        yield Line((Span("🙋 "), Span(_label(status, pen), bold=True), *_at(status)))
    yield from _snoozed(card, pen)


def _frozen(card: Card, pen: Pen, meaning: str) -> Iterable[Line]:
    """``🧊 *Frozen* by Vera Holm since 10:32 until 12:00: wrong refunds. It can be rejected, …``."""
    ice = card.frozen
    if ice is None:
        return
    end = (Span(" until "), Span(at=ice.until)) if ice.until is not None else (Span(" until it is resumed"),)
    start = (
        Span("🧊 "),
        Span("Frozen", bold=True),
        Span(f" by {pen.text(ice.by, pen.room.name)} since "),
        Span(at=ice.at),
    )
    why = Span(f": {' '.join(pen.text(ice.reason, pen.room.said).split())} · {meaning}")
    yield Line((*start, *end, why), quoted=True)


def _signed(card: Card, pen: Pen) -> Iterable[Line]:
    if card.signatures_needed < 2:  # noqa: PLR2004 - one signature is the decision itself
        return
    missing = max(card.signatures_needed - len(card.signatures), 0)
    more = f"{_NUMBERS.get(missing, str(missing))} {'more ' if card.signatures else ''}needed"
    who = f": {pen.names(card.signatures)}" if card.signatures else ""
    count = Span(f"{len(card.signatures)} of {card.signatures_needed} signed", bold=True)
    yield Line((Span("✍️ "), count, Span(f"{who}; {more}")))


def _snoozed(card: Card, pen: Pen) -> Iterable[Line]:
    shown = pen.first(card.snoozed, pen.room.names)
    if not shown:
        return
    spans = [Span("💤 Put off by ")]
    for number, (name, until) in enumerate(shown):
        spans += [Span(f"{', ' if number else ''}{cut(name, pen.room.name)} until "), Span(at=until)]
    yield Line(tuple(spans))


def _ended(card: Card, pen: Pen) -> Iterable[Line]:
    decision, status = card.decision, card.status
    if decision is None:
        yield _fact(status, pen)
        return
    yield from (_fact(decision, pen), *_why(decision, pen))
    if len(card.signatures) > 1 and card.signatures_needed > 1:
        yield Line((Span("✍️ "), Span(f"Signed by {pen.names(card.signatures)}")))
    if status.state != decision.state:
        yield from (_fact(status, pen), *_why(status, pen))
    elif status.until is not None:
        yield Line((Span("▶️ "), Span("The agent may run it once, until "), Span(at=status.until)))
        yield from _frozen(card, pen, "the agent can't run it before that ends")


def _fact(status: Status, pen: Pen) -> Line:
    """``✅ *Approved* by Dana on Slack, today at 10:32``."""
    who = f" by {pen.text(status.who, pen.room.name)}" if status.who and status.state in _BY_SOMEBODY else ""
    if status.who and status.who in status.label:
        who = ""
    where = f" on {pen.text(status.where, pen.room.name)}" if status.where and who else ""
    sign, label = SIGNS.get(status.state, "•"), Span(_label(status, pen), bold=True)
    said = (Span(who + where),) if who else ()
    return Line((Span(f"{sign} "), label, *said, *_at(status)))


def _at(status: Status) -> tuple[Span, ...]:
    return (Span(", "), Span(at=status.at)) if status.at is not None else ()


def _label(status: Status, pen: Pen) -> str:
    return " ".join(pen.text(status.label, pen.room.name + 40).split())


def _why(status: Status, pen: Pen) -> Iterable[Line]:
    reason = Span(pen.text(status.reason, pen.room.name), bold=True) if status.reason else None
    note = Span(" ".join(pen.text(status.note, pen.room.said).split())) if status.note else None
    colon = Span(": ") if reason and note else None
    spans = tuple(each for each in (reason, colon, note) if each)
    if spans:
        yield Line(spans, quoted=True)
