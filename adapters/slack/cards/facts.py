"""What a request is about: why it was held, what changes, for whom, what the agent claims, what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.markup import escape
from adapters.slack.cards.rich import box, bullets, line, moment, quote, rich, run
from adapters.slack.cards.room import Pen
from bot.cards import Card, Exchange, Row

Json = dict[str, Any]
_TITLE = 60
_LONG = 120
"""Characters from which on a value stands in a box of its own."""


def why(card: Card, pen: Pen) -> list[Json]:
    """The rules that spoke, in sentences."""
    title = "Why it was held" if any(each.kind == "hold" for each in card.reasons) else "What the gate said"
    items = [
        [
            run(f"{pen.text(reason.title, _TITLE)}: ", "bold"),
            run(pen.text(_one_line(reason.text), pen.room.reason)),
        ]
        for reason in pen.first(card.reasons, pen.room.reasons)
    ]
    return [rich([line([run(title, "bold")]), bullets(items)], block_id="why")] if items else []


def changes(card: Card, pen: Pen) -> list[Json]:
    """The arguments, one row each; masked ones have a button to look at them."""
    rows = pen.first(card.changes, pen.room.rows)
    showable = [row for row in rows if row.masked and _show_value(card, row, pen)][: pen.room.shows]
    plain_rows = [row for row in rows if row not in showable]
    title = "What will change" if card.status.open else "What it is about"
    made: list[Json] = [line([run(title, "bold")])]
    if not rows:
        made.append(line([run("No arguments", "italic")]))
    for row in plain_rows:
        made += _row(row, pen)
    return [rich(made, block_id="changes"), *(_masked(card, row, pen, n) for n, row in enumerate(showable))]


def _show_value(card: Card, row: Row, pen: Pen) -> str | None:
    value = f"{card.request_id}|{row.name}"
    return value if card.may("reveal") and blocks.fits(value, min(pen.room.show_value, limits.BUTTON_VALUE)) else None


def _masked(card: Card, row: Row, pen: Pen, number: int) -> Json:
    title, value = escape(pen.text(_one_line(row.title), _TITLE)), escape(pen.text(row.value or "none", pen.room.value))
    before = f"~{escape(pen.text(row.before or 'none', pen.room.value))}~  →  " if row.changed else ""
    show = blocks.button("Show", "show", value=_show_value(card, row, pen))
    text = blocks.mrkdwn(f"*{title}:*  {before}{_one_line(value)}")
    return blocks.section(text, accessory=show, block_id=f"show|{number}")


def _row(row: Row, pen: Pen) -> list[Json]:
    title = run(f"{pen.text(_one_line(row.title), _TITLE)}:  ", "bold")
    value = pen.text("none" if row.value is None else row.value, pen.room.value)
    if row.changed:
        before = pen.text("none" if row.before is None else row.before, pen.room.value)
        return [line([title, run(before, "strike"), run("  →  "), run(value, "bold")])]
    if "\n" in value or len(value) > _LONG:
        return [line([title]), box(value)]
    return [line([title, run(value)])]


def subject(card: Card, pen: Pen) -> list[Json]:
    """For whom, on one line."""
    return _inline("For whom", card.subject, pen, "subject")


def claim(card: Card, pen: Pen) -> list[Json]:
    """The agent's own words, marked as such."""
    if not card.claim:
        return []
    heading = line([run("The agent claims", "bold"), run("  (its own words, not checked)", "italic")])
    return [rich([heading, quote(pen.text(card.claim, pen.room.said))], block_id="claim")]


def support(card: Card, pen: Pen) -> list[Json]:
    """Evidence, citations and signals."""
    parts = [*_list("Evidence", card.evidence, pen), *_list("Citations", card.citations, pen)]
    made = [rich(parts, block_id="support")] if parts else []
    return [*made, *_inline("Signals", card.signals, pen, "signals")]


def exchanges(card: Card, pen: Pen) -> list[Json]:
    """The newest questions to the agent; open ones say that they wait."""
    newest = card.exchanges[-2:]
    pen.left_out |= len(card.exchanges) > len(newest)
    parts = [part for each in newest for part in _exchange(each, pen)]
    return [rich(parts, block_id="questions")] if parts else []


def _exchange(asked: Exchange, pen: Pen) -> list[Json]:
    who = pen.text(asked.who, pen.room.name)
    made = [
        line([run(f"{who} asked the agent", "bold"), run(", "), moment(asked.at)]),
        quote(pen.text(asked.question, pen.room.said)),
    ]
    if asked.answer is None:
        return [*made, line([run("No answer yet", "italic")])]
    when = [run(", "), moment(asked.answered_at)] if asked.answered_at is not None else []
    return [*made, line([run("The agent answered", "bold"), *when]), quote(pen.text(asked.answer, pen.room.said))]


def origin(card: Card, pen: Pen) -> list[Json]:
    """Agent, tool, model, build and policy in small letters; the digest stands under Details."""
    shown = {"agent", "tool", "model", "build", "policy"}
    rows = [row for row in card.origin if row.name in shown and row.value]
    texts = [
        f"{pen.text(row.title, _TITLE)}: {pen.text(_one_line(row.value or ''), _SMALL.get(row.name, pen.room.item))}"
        for row in rows
    ]
    if card.erased:
        texts.append("Its personal data was erased")
    return [blocks.context([blocks.plain("  ·  ".join(texts))], block_id="origin")] if texts else []


_SMALL = {"policy": 13}
"""A policy's version is a digest: enough to recognise."""


def _inline(title: str, rows: Sequence[Row], pen: Pen, block_id: str) -> list[Json]:
    if not rows:
        return []
    runs = [run(f"{title}:  ", "bold")]
    for number, row in enumerate(pen.first(rows, pen.room.rows)):
        name, value = pen.text(_one_line(row.title), _TITLE), pen.text(_one_line(row.value or "none"), pen.room.item)
        runs += [run("  ·  ")] if number else []
        runs += [run(f"{name} "), run(value, "bold")]
    return [rich([line(runs)], block_id=block_id)]


def _list(title: str, texts: Sequence[str], pen: Pen) -> list[Json]:
    items = [[run(pen.text(_one_line(text), pen.room.item))] for text in pen.first(texts, pen.room.items)]
    return [line([run(title, "bold")]), bullets(items)] if items else []


def _one_line(text: str) -> str:
    return " ".join(text.split())
