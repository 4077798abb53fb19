"""What a request is about: why it was held, what changes, for whom, what the agent claims, what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.teams.cards.elements import actions, beside, box, bullets, group, line, lines, moment, opens, run
from bot.cards import Card, Exchange, Row
from bot.cards.cutting import brief
from bot.cards.room import Pen
from bot.cards.wording import AGENT_CLAIMS, changes_title, origin_rows, subject_rows, why_title

Json = dict[str, Any]
_TITLE = 60
_LONG = 120
"""Characters from which on a value stands in a box of its own."""
_SMALL = {"policy": 13}
"""A policy's version is a digest: enough to recognise."""


def why(card: Card, pen: Pen) -> list[Json]:
    """The rules that spoke, in sentences."""
    items = [
        [
            run(f"{pen.text(reason.title, _TITLE)}: ", "bold"),
            run(pen.text(" ".join(reason.text.split()), pen.room.reason)),
        ]
        for reason in pen.first(card.reasons, pen.room.reasons)
    ]
    return group([line([run(why_title(card), "bold")]), *bullets(items)]) if items else []


def held_for(card: Card, pen: Pen) -> list[Json]:
    """The same in a few small words, once it is decided."""
    titles = [brief(reason.title, _TITLE) for reason in card.reasons[: pen.room.reasons]]
    return group([line([run(f"{why_title(card)}: {', '.join(titles)}", "small", "subtle")])]) if titles else []


def changes(card: Card, pen: Pen) -> list[Json]:
    """The arguments, one row each, in the policy's order; masked ones have a button to look at them."""
    parts = [line([run(changes_title(card), "bold")])]
    shown = 0
    for row in pen.first(card.changes, pen.room.rows):
        button = shown < pen.room.shows and row.masked and card.may("reveal") and len(row.name) <= pen.room.show_value
        cells = _row(row, pen)
        parts += [_with_show(card, row, cells)] if button else cells
        shown += button
    if not card.changes:
        parts.append(line([run("No arguments", "italic")]))
    return group(parts)


def _with_show(card: Card, row: Row, cells: Sequence[Json]) -> Json:
    show = opens("Show", "show", {"request": card.request_id, "field": row.name})
    return beside(cells, [actions([show])])


def _row(row: Row, pen: Pen) -> list[Json]:
    title = run(f"{pen.text(' '.join(row.title.split()), _TITLE)}:  ", "bold")
    value = pen.text("none" if row.value is None else row.value, pen.room.value)
    if row.changed:
        before = pen.text("none" if row.before is None else row.before, pen.room.value)
        if "\n" not in before + value:
            return [line([title, run(before, "strike"), run("  →  "), run(value, "bold")])]
        return [line([title]), box(lines(before, "strike")), line([run("→")]), box(lines(value, "bold"))]
    if "\n" in value or len(value) > _LONG:
        return [line([title]), box(lines(value, "code"))]
    return [line([title, run(value)])]


def subject(card: Card, pen: Pen) -> list[Json]:
    """For whom, on one line; the session stands under Details."""
    runs = inline("For", subject_rows(card), pen)
    return group([line(runs)]) if runs else []


def claim(card: Card, pen: Pen) -> list[Json]:
    """The agent's own words, marked as such."""
    if not card.claim:
        return []
    heading, warning = AGENT_CLAIMS
    said = pen.text(card.claim, pen.room.said)
    return group([line([run(heading, "bold"), run(f"  {warning}", "italic")]), box(lines(said))])


def support(card: Card, pen: Pen) -> list[Json]:
    """Evidence, citations and signals."""
    parts = [*_list("Evidence", card.evidence, pen), *_list("Citations", card.citations, pen)]
    signals = inline("Signals", card.signals, pen)
    return group([*parts, line(signals)] if signals else parts)


def exchanges(card: Card, pen: Pen) -> list[Json]:
    """The newest questions to the agent; open ones say that they wait."""
    newest = card.exchanges[-2:]
    pen.left_out |= len(card.exchanges) > len(newest)
    return group([part for each in newest for part in _exchange(each, pen)])


def _exchange(asked: Exchange, pen: Pen) -> list[Json]:
    who = pen.text(asked.who, pen.room.name)
    heading = line([run(f"{who} asked the agent", "bold"), run(", "), moment(asked.at)])
    made = [heading, box(lines(pen.text(asked.question, pen.room.said)))]
    if asked.answer is None:
        return [*made, line([run("No answer yet", "italic")])]
    when = [run(", "), moment(asked.answered_at)] if asked.answered_at is not None else []
    answered = line([run("The agent answered", "bold"), *when])
    return [*made, answered, box(lines(pen.text(asked.answer, pen.room.said)))]


def origin(card: Card, pen: Pen) -> list[Json]:
    """Agent, tool, model, build and policy in small letters; the digest stands under Details."""
    texts = [f"{row.title}: {brief(row.value or '', _SMALL.get(row.name, pen.room.item))}" for row in origin_rows(card)]
    if card.erased:
        texts.append("Its personal data was erased")
    return group([line([run(" · ".join(texts), "small", "subtle")])]) if texts else []


def inline(title: str, rows: Sequence[Row], pen: Pen) -> list[Json]:
    """``For:  Customer cust_42  ·  Vulnerable customer``, as runs."""
    runs = [run(f"{title}:  ", "bold")] if rows else []
    for number, row in enumerate(pen.first(rows, pen.room.rows)):
        name = pen.text(" ".join(row.title.split()), _TITLE)
        value = pen.text(" ".join((row.value or "none").split()), pen.room.item)
        runs += [run("  ·  ")] if number else []
        runs += [run(name, "bold")] if value == "yes" else [run(f"{name} "), run(value, "bold")]
    return runs


def _list(title: str, texts: Sequence[str], pen: Pen) -> list[Json]:
    items = [pen.text(" ".join(text.split()), pen.room.item) for text in pen.first(texts, pen.room.items)]
    if len(items) == 1 and len(items[0]) <= _LONG:
        return [line([run(f"{title}:  ", "bold"), run(items[0])])]
    return [line([run(title, "bold")]), *bullets([[run(item)] for item in items])] if items else []
