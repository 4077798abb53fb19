"""Facts as rich text, whole: titled values, people's words and histories, in blocks of a safe size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from adapters.slack.cards.modals.texts import PIECE, pieces
from adapters.slack.cards.rich import box, line, moment, quote, rich, run
from bot.cards import Exchange, HistoryLine, Reason, Row

Json = dict[str, Any]
_LONG = 120
"""Characters from which on a value stands in a box of its own."""
_SENTENCE = 400
"""Characters of a sentence that stands in a line with its title."""
_MOST = 8
"""Pieces of one text; more of it is counted and stands on the desk."""

Part = tuple[int, list[Json]]
"""Parts of rich text that stay together, and how many characters they have."""


def titled(title: str, parts: Iterable[Part]) -> list[Json]:
    """Blocks below a heading; none where there are no parts."""
    packed = _packed(parts)
    return [rich([line([run(title, "bold")]), *first]) if not n else rich(first) for n, first in enumerate(packed)]


def _packed(parts: Iterable[Part]) -> list[list[Json]]:
    found: list[list[Json]] = []
    size = 0
    for length, elements in parts:
        if not found or size + length > PIECE:
            found.append([])
            size = 0
        found[-1] += elements
        size += length
    return found


def row_parts(row: Row) -> list[Part]:
    """A titled value: in a line, or in boxes below its title; proposed and signed where they differ."""
    if not row.changed:
        return _value(row.title, row.value)
    return [*_value(f"{row.title}, proposed", row.before), *_value(f"{row.title}, signed", row.value)]


def _value(title: str, value: str | None) -> list[Part]:
    name = title[:PIECE]
    if value is None or not value:
        return [
            (len(name), [line([run(f"{name}:  ", "bold"), run("not given" if value is None else "empty", "italic")])])
        ]
    if len(value) <= _LONG and "\n" not in value:
        return [(len(name) + len(value), [line([run(f"{name}:  ", "bold"), run(value)])])]
    return [(len(name), [line([run(f"{name}:", "bold")])]), *text_parts(value, boxed=True)]


def text_parts(text: str, *, boxed: bool = False) -> list[Part]:
    """Somebody's words as quotations, or exact text in boxes."""
    cut = pieces(text, most=_MOST)
    make = box if boxed else quote
    parts: list[Part] = [(len(part), [make(part)]) for part in cut.shown]
    if cut.left:
        parts.append((40, [line([run(f"… {cut.left:,} more characters on the desk", "italic")])]))
    return parts


def reason_parts(reason: Reason) -> list[Part]:
    """A rule in its words, and what it compared."""
    kind = "" if reason.kind == "hold" else f" ({reason.kind})"
    title = f"{reason.title[:PIECE]}{kind}:  "
    if len(reason.text) <= _SENTENCE and "\n" not in reason.text:
        runs = [run(title, "bold"), run(reason.text)]
        return [(len(title) + len(reason.text), [line(runs)]), *_compared(reason.compared)]
    return [(len(title), [line([run(title, "bold")])]), *text_parts(reason.text), *_compared(reason.compared)]


def _compared(rows: Sequence[Row]) -> list[Part]:
    """What a rule looked at, with the values that it saw: in a line where that is short."""
    texts = [f"{row.title} {'not given' if row.value is None else row.value or 'empty'}" for row in rows]
    text = f"Compared: {' · '.join(texts)}"
    if not rows:
        return []
    if len(text) <= _SENTENCE and "\n" not in text:
        return [(len(text), [line([run(text, "italic")])])]
    return [part for row in rows for part in row_parts(row)]


def exchange_parts(asked: Exchange) -> list[Part]:
    """A question to the agent, and its answer."""
    heading = line([run(f"{asked.who[:200]} asked the agent, ", "bold"), moment(asked.at)])
    parts = [(40, [heading]), *text_parts(asked.question)]
    if asked.answer is None:
        return [*parts, (20, [line([run("No answer yet", "italic")])])]
    when = [run(", "), moment(asked.answered_at)] if asked.answered_at is not None else []
    return [*parts, (20, [line([run("The agent answered", "bold"), *when])]), *text_parts(asked.answer)]


def history_parts(said: HistoryLine) -> list[Part]:
    """One fact of the record."""
    where = f" on {said.where}" if said.where else ""
    what = pieces(f" {said.what}{where}, ", most=1).shown[0]
    parts: list[Part] = [(len(what) + 40, [line([run(said.who[:200], "bold"), run(what), moment(said.at)])])]
    return [*parts, *text_parts(said.note)] if said.note else parts


def list_parts(texts: Sequence[str], *, boxed: bool = False) -> list[Part]:
    """Several texts of the same kind, each by itself."""
    return [part for text in texts for part in text_parts(text, boxed=boxed)]
