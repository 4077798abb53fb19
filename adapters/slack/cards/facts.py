"""What a request is about: why it was held, what changes, for whom, what the agent claims, what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.cards import blocks, limits
from adapters.slack.cards.markup import cut, escape
from adapters.slack.cards.rich import box, bullets, line, moment, quote, rich, run
from bot.cards import Card, Exchange, Row
from bot.cards.room import Pen
from bot.cards.wording import AGENT_CLAIMS, changes_title, origin_rows, subject_rows, why_title

Json = dict[str, Any]
_TITLE = 60
_LONG = 120
"""Characters from which on a value stands in a box of its own."""


def why(card: Card, pen: Pen) -> list[Json]:
    """The rules that spoke, in sentences."""
    items = [
        [
            run(f"{pen.text(reason.title, _TITLE)}: ", "bold"),
            run(pen.text(_one_line(reason.text), pen.room.reason)),
        ]
        for reason in pen.first(card.reasons, pen.room.reasons)
    ]
    return [rich([line([run(why_title(card), "bold")]), bullets(items)], block_id="why")] if items else []


def held_for(card: Card, pen: Pen) -> list[Json]:
    """The same in a few small words, once it is decided."""
    titles = [cut(_one_line(reason.title), _TITLE) for reason in card.reasons[: pen.room.reasons]]
    return [blocks.context([blocks.plain(f"{why_title(card)}: {', '.join(titles)}")], block_id="why")] if titles else []


def changes(card: Card, pen: Pen) -> list[Json]:
    """The arguments, one row each, in the policy's order; masked ones have a button to look at them."""
    made: list[Json] = []
    parts: list[Json] = [line([run(changes_title(card), "bold")])]
    shown = 0
    for row in pen.first(card.changes, pen.room.rows):
        show = _show_value(card, row, pen) if row.masked and shown < pen.room.shows else None
        if show is None:
            parts += _row(row, pen)
            continue
        made += [*_table(parts, len(made)), _masked(row, show, pen, shown)]
        parts = []
        shown += 1
    if not card.changes:
        parts.append(line([run("No arguments", "italic")]))
    return [*made, *_table(parts, len(made))]


def _table(parts: Sequence[Json], number: int) -> list[Json]:
    return [rich(parts, block_id=f"changes|{number}")] if parts else []


def _show_value(card: Card, row: Row, pen: Pen) -> str | None:
    value = f"{card.request_id}|{row.name}"
    return value if card.may("reveal") and blocks.fits(value, min(pen.room.show_value, limits.BUTTON_VALUE)) else None


def _masked(row: Row, value_of_show: str, pen: Pen, number: int) -> Json:
    title, value = pen.text(escape(_one_line(row.title)), _TITLE), pen.text(escape(row.value or "none"), pen.room.value)
    before = f"~{pen.text(escape(row.before or 'none'), pen.room.value)}~  →  " if row.changed else ""
    show = blocks.button("Show", "show", value=value_of_show)
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
    """For whom, on one line; the session stands under Details."""
    runs = _inline("For", subject_rows(card), pen)
    return [rich([line(runs)], block_id="subject")] if runs else []


def claim(card: Card, pen: Pen) -> list[Json]:
    """The agent's own words, marked as such."""
    if not card.claim:
        return []
    heading = line([run(AGENT_CLAIMS[0], "bold"), run(f"  {AGENT_CLAIMS[1]}", "italic")])
    return [rich([heading, quote(pen.text(card.claim, pen.room.said))], block_id="claim")]


def support(card: Card, pen: Pen) -> list[Json]:
    """Evidence, citations and signals."""
    parts = [*_list("Evidence", card.evidence, pen), *_list("Citations", card.citations, pen)]
    signals = _inline("Signals", card.signals, pen)
    parts += [line(signals)] if signals else []
    return [rich(parts, block_id="support")] if parts else []


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
    rows = origin_rows(card)
    texts = [f"{row.title}: {cut(_one_line(row.value or ''), _SMALL.get(row.name, pen.room.item))}" for row in rows]
    if card.erased:
        texts.append("Its personal data was erased")
    return [blocks.context([blocks.plain("  ·  ".join(texts))], block_id="origin")] if texts else []


_SMALL = {"policy": 13}
"""A policy's version is a digest: enough to recognise."""


def _inline(title: str, rows: Sequence[Row], pen: Pen) -> list[Json]:
    """``For:  Customer cust_42  ·  Vulnerable customer``, as runs."""
    runs = [run(f"{title}:  ", "bold")] if rows else []
    for number, row in enumerate(pen.first(rows, pen.room.rows)):
        name, value = pen.text(_one_line(row.title), _TITLE), pen.text(_one_line(row.value or "none"), pen.room.item)
        runs += [run("  ·  ")] if number else []
        runs += [run(name, "bold")] if value == "yes" else [run(f"{name} "), run(value, "bold")]
    return runs


def _list(title: str, texts: Sequence[str], pen: Pen) -> list[Json]:
    items = [pen.text(_one_line(text), pen.room.item) for text in pen.first(texts, pen.room.items)]
    if len(items) == 1 and len(items[0]) <= _LONG:
        return [line([run(f"{title}:  ", "bold"), run(items[0])])]
    return [line([run(title, "bold")]), bullets([[run(item)] for item in items])] if items else []


def _one_line(text: str) -> str:
    return " ".join(text.split())
