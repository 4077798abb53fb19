"""How a request stands, in the lines right under its title: by when and who, or how it ended and what followed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from bot.cards.cutting import cut
from bot.cards.room import Pen
from bot.cards.shape import Card, Stage, Status
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


def progress(card: Card, pen: Pen) -> Iterable[Line]:
    """What is so beside the times, who may decide and who signed: stages, a clock that stands still, a claim's end."""
    yield from stopped(card)
    yield from stage(card, pen)
    yield from moved(card, pen)
    if staged := [each for each in card.stages if each.signed]:
        yield _by_stage(staged, pen)
    if card.lacking is not None and card.lacking.covering is not None:
        yield Line((Span(f"Somebody has to sign whose limit covers {card.lacking.covering}"),))
    if card.claimed_until is not None:
        yield Line((Span("Claimed until "), Span(at=card.claimed_until)))
    if card.widened:
        yield Line((Span(f"May decide since it was escalated: {pen.names(card.widened)}"),))


def by_when(card: Card) -> tuple[Span, ...]:
    """The deadline as a sentence; without a full stop."""
    return Span("Decide by "), Span(at=card.deadline_at), Span(", or it is not run")


def _open(card: Card, pen: Pen) -> Iterable[Line]:
    decide, deadline, or_not = by_when(card)
    runs = card.due_at < card.deadline_at and card.stopped_at is None
    promised = (Span(" · answer promised by "), Span(at=card.due_at)) if runs else ()
    lawful = () if card.statutory_at is None else (Span(" · limit of the law "), Span(at=card.statutory_at))
    bold = Span(decide.text, bold=True), Span(at=deadline.at, bold=True)
    yield Line((Span(f"{SIGNS['pending']} "), *bold, or_not, *promised, *lawful))
    yield from _frozen(card, pen, "it can be rejected, not approved; its time goes on")
    yield from stopped(card)
    yield from stage(card, pen)
    yield Line((Span("👥 "), Span(_who(card, pen))), calls=True)
    yield from moved(card, pen)
    yield from signed(card, pen)
    status = card.status
    if status.state == "claimed":
        until = (Span(", until "), Span(at=card.claimed_until)) if card.claimed_until is not None else ()
        yield Line((Span("🙋 "), Span(_label(status, pen), bold=True), *_at(status), *until))
    yield from _snoozed(card, pen)


def _who(card: Card, pen: Pen) -> str:
    """``Refunds: Lee or Vera may decide (Vera since it was escalated)``."""
    left = card.awaited
    who = f"{pen.names(left, 'or')} may decide" if left else "Nobody may decide it now"
    since = [name for name in card.widened if name in left]
    escalated = f" ({pen.names(since)} since it was escalated)" if since else ""
    return (f"{pen.text(card.owner, pen.room.name)}: " if card.owner else "") + who + escalated


def stopped(card: Card) -> Iterable[Line]:
    """``⏸️ *Its time stands still* since 10:32, until the agent answers``; none while it runs."""
    if card.stopped_at is None:
        return
    since = Span(" since "), Span(at=card.stopped_at)
    agent = Span(", until the agent answers; it waits until "), Span(at=card.deadline_at), Span(" at most")
    yield Line((Span("⏸️ "), Span("Its time stands still", bold=True), *since, *agent))


def stage(card: Card, pen: Pen) -> Iterable[Line]:
    """``🪜 *Stage 1 of 2: Supervisor*, then Finance`` and what those who sign here look at; none without stages."""
    for number, each in enumerate(card.stages):
        if each.current:
            after = [later.title for later in card.stages[number + 1 :]]
            then = f", then {pen.names(after, 'then')}" if after else ", the last one"
            title = f"Stage {number + 1} of {len(card.stages)}: {pen.text(each.title, pen.room.name)}"
            yield Line((Span("🪜 "), Span(title, bold=True), Span(then)))
            if each.text:
                yield Line((Span(" ".join(pen.text(each.text, pen.room.said).split())),), quoted=True)


def moved(card: Card, pen: Pen) -> Iterable[Line]:
    """``↪️ Moved from Refunds to *Finance*``; none where it is whose it was."""
    if card.moved_from is not None:
        here = Span(pen.text(card.owner, pen.room.name), bold=True)
        yield Line((Span("↪️ "), Span(f"Moved from {pen.text(card.moved_from, pen.room.name)} to "), here))


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


def signed(card: Card, pen: Pen) -> Iterable[Line]:
    """``✍️ *1 of 2 signed*: Lee; one more needed``, and who signed in the stages before; none where one is all."""
    before = [each for each in card.stages if each.signed and not each.current]
    if before:
        yield _by_stage(before, pen)
    if card.signatures_needed < 2:  # noqa: PLR2004 - one signature is the decision itself
        return
    missing = max(card.signatures_needed - len(card.signatures), 0)
    more = f"{_NUMBERS.get(missing, str(missing))} {'more ' if card.signatures else ''}needed"
    if card.lacking is not None and card.lacking.covering is not None:
        more += f", {'' if missing == 1 else 'one '}of somebody whose limit covers {card.lacking.covering}"
    who = f": {pen.names(card.signatures)}" if card.signatures else ""
    count = Span(f"{len(card.signatures)} of {card.signatures_needed} signed", bold=True)
    yield Line((Span("✍️ "), count, Span(f"{who}; {more}")))


def _by_stage(stages: Sequence[Stage], pen: Pen) -> Line:
    """``✍️ Supervisor: Lee and Dana · Finance: Omar``."""
    parts = [f"{pen.text(each.title, pen.room.name)}: {pen.names(each.signed)}" for each in stages]
    return Line((Span("✍️ "), Span(f"Signed by {' · '.join(parts)}")))


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
    if len(card.signatures) > 1 and (staged := [each for each in card.stages if each.signed]):
        yield _by_stage(staged, pen)
    elif len(card.signatures) > 1:
        yield Line((Span("✍️ "), Span(f"Signed by {pen.names(card.signatures)}")))
    if status.state != decision.state:
        yield from (_fact(status, pen), *_why(status, pen))
    elif status.until is not None:
        yield Line((Span("▶️ "), Span("The agent may run it once, until "), Span(at=status.until)))
        yield from _frozen(card, pen, "the agent can't run it before that ends")
    yield from _look(card, pen)
    yield from _lesson(card, pen)


def _look(card: Card, pen: Pen) -> Iterable[Line]:
    """``🔎 *Sample* (one of a share): good, said Lee``; nothing waits for it."""
    look = card.look
    if look is None:
        return
    who = pen.text(look.who, pen.room.name)
    said = f"{who} is asked for a look" if look.state == "waiting" else f"{look.label}, said {who}"
    yield Line((Span("🔎 "), Span("Sample", bold=True), Span(f" ({look.why}): {said}")))
    if look.note:
        yield Line((Span(" ".join(pen.text(look.note, pen.room.said).split())),), quoted=True)


def _lesson(card: Card, pen: Pen) -> Iterable[Line]:
    """``🎓 *Keep it as a test case*: open, Rosa has it, until tomorrow``."""
    lesson = card.lesson
    if lesson is None:
        return
    who = f", {pen.text(lesson.who, pen.room.name)} has it" if lesson.who else ""
    said = f": {lesson.label}{who}"
    if lesson.state in {"done", "declined"}:
        by = f" by {pen.text(lesson.last, pen.room.name)}" if lesson.last else ""
        yield Line((Span("🎓 "), Span(lesson.title, bold=True), Span(f": {lesson.label}{by}")))
    else:
        due = ", was due " if lesson.overdue else ", due "
        yield Line((Span("🎓 "), Span(lesson.title, bold=True), Span(said + due), Span(at=lesson.due_at)))
    for said in filter(None, (lesson.note, lesson.proposed)):
        yield Line((Span(" ".join(pen.text(said, pen.room.said).split())),), quoted=True)


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
